//! WebSocket (RFC 6455) with permessage-deflate (RFC 7692) over any stream of bytes, as server and
//! as client, with TLS. What is said over it, and how long anything may take, is left to others.
//!
//! A server reads a [`Request`] with [`read_request`] (or is handed its parts), answers with
//! [`Request::accept`] or [`refuse`], and makes a [`Socket`] of the stream; a client calls
//! [`connect`]. Start reading at `socket`.
//!
//! Frame headers, opcodes, close codes and handshake keys are tungstenite's, deflate is zlib's by
//! flate2, HTTP httparse's. The rest is here because no crate had all that hostile peers ask for:
//! tungstenite and tokio-websockets know no deflate; soketto stops reading while a pong waits to be
//! written; yawc queues pongs without a bound, lets pongs and closes over 125 bytes and masked
//! frames of a server pass, and takes the mark of deflate on continuations and control frames.
//! It costs no speed: of 320-byte messages, 3.2 million are echoed per second of CPU, beside
//! 3.0 by tokio-websockets, 2.7 by yawc and 1.5 by tokio-tungstenite (release build, in memory,
//! eight at a time, both ends counted).

mod budget;
mod client;
mod connect_error;
mod connector;
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

pub(in crate::net) use budget::Budget;
pub use client::ClientOptions;
pub(in crate::net) use client::{Connected, connect};
pub(in crate::net) use connect_error::{ConnectError, Step};
pub(in crate::net) use error::SocketError;
pub(in crate::net) use handshake::read_request;
pub(in crate::net) use head::MAX_HEAD;
pub(in crate::net) use message::Message;
pub(in crate::net) use request::{AcceptOptions, Request, refuse};
pub use socket::SocketOptions;
pub(in crate::net) use socket::{Outgoing, Received, Socket, Stream};
pub(in crate::net) use tls::acceptor;
pub use tls::{Roots, TlsOptions};

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
