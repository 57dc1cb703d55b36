//! The recording of a call.

mod aligning;
mod any_order;
mod crash;
mod files;
mod following;
mod support;
mod threads;
