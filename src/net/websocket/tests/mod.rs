//! The WebSocket layer as a whole: both of its ends, and raw bytes against each.

mod autobahn;
mod client;
mod conformance;
mod deflate;
mod limits;
mod support;
mod tls;
