//! WebSocket.

mod client;
mod connect_error;
mod deflate;
mod error;
mod extensions;
mod frame;
mod handshake;
mod handshake_error;
mod head;
mod mask;
mod message;
mod outbox;
mod request;
mod socket;
mod target;
mod tls;
mod upgrade;
mod verify;

pub(in crate::net) use client::{ClientOptions, Connected, connect};
pub(in crate::net) use connect_error::{ConnectError, Step};
pub(in crate::net) use error::{SendError, SocketError};
pub(in crate::net) use handshake::read_request;
pub(in crate::net) use handshake_error::HandshakeError;
pub(in crate::net) use head::{Fields, MAX_HEAD, Unsendable};
pub(in crate::net) use message::Message;
pub(in crate::net) use request::{AcceptOptions, Request, refuse};
pub(in crate::net) use socket::{Outgoing, Socket, SocketOptions, Stream};
pub(in crate::net) use tls::{Roots, TlsOptions, acceptor};

use extensions::Deflate;

#[cfg(test)]
mod tests;

/// Which end of a connection we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::net) enum Role {
    Client,
    Server,
}

/// What the handshake agreed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::net) struct Agreed {
    pub(in crate::net) subprotocol: Option<String>,
    pub(in crate::net) deflate: Option<Deflate>,
}
