//! Calls whose audio comes over WebSocket.
//!
//! [`serve`] brings a connection from its first byte to JavaScript's answer, [`connect`] dials one;
//! a [`connection::Connection`] then runs the call. What the messages mean is left to
//! `crate::dialects`, the protocol to `super::websocket`.

mod arrivals;
mod bounds;
mod connect;
mod connection;
mod options;
mod outward;
mod pipe;
mod playout_drain;
mod serve;
mod stall;
mod state;
mod stitch;

pub use connect::WebSocketDialOptions;
pub use options::{Acceptance, Answer, Terms, WebSocketOptions};

pub(super) use arrivals::Arrivals;
pub(super) use connect::connect;
pub(super) use pipe::{Pipe, Pipes};
pub(super) use serve::{Guest, greet, serve, turn_away};

#[cfg(test)]
mod tests;
