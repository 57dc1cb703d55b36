//! When a call's frames leave, on invented time.

mod catch_up;
mod control;
mod plays;
mod rates;
mod support;
mod written;
