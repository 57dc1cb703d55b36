//! The AudioSocket protocol over TCP: the server that Asterisk dials, and the client that dials as
//! Asterisk does. Both drive a [`connection::Connection`].

mod client;
mod connection;
mod server;

pub use client::DialOptions;

pub(super) use client::dial;
pub(super) use server::serve;
