//! What can end a WebSocket that is open, and what its peer is told then.

use std::fmt;
use std::io;

use crate::error::ErrorCode;

/// Why a socket ended without a close of the peer.
#[derive(Debug)]
pub(in crate::net) enum SocketError {
    /// The peer broke the protocol.
    Protocol(&'static str),
    /// A payload that is not what it claims to be: text that is not UTF-8, or damaged deflate.
    Data(&'static str),
    /// A message beyond `max_message`.
    TooBig,
    /// The stream ended, and no close had come.
    Dropped,
    Io(io::Error),
}

impl SocketError {
    pub(in crate::net) fn code(&self) -> ErrorCode {
        match self {
            Self::Protocol(_) => ErrorCode::WsProtocol,
            Self::Data(_) => ErrorCode::WsData,
            Self::TooBig => ErrorCode::WsTooBig,
            Self::Dropped => ErrorCode::WsDropped,
            Self::Io(_) => ErrorCode::WsIo,
        }
    }

    /// The close code that the peer is sent, where it can still be sent any.
    pub(in crate::net) fn close_code(&self) -> Option<u16> {
        match self {
            Self::Protocol(_) => Some(1002),
            Self::Data(_) => Some(1007),
            Self::TooBig => Some(1009),
            Self::Dropped | Self::Io(_) => None,
        }
    }
}

impl fmt::Display for SocketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protocol(what) | Self::Data(what) => f.write_str(what),
            Self::TooBig => f.write_str("message too big"),
            Self::Dropped => f.write_str("connection lost"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SocketError {}

impl From<io::Error> for SocketError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Why nothing was queued by `Socket::start_send`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::net) enum SendError {
    /// A close was sent, or the socket has ended.
    Closed,
    /// A close code that may not be sent.
    CloseCode,
    /// A ping over 125 bytes.
    PingTooLong,
}
