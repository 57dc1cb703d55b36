//! Why a server opens no WebSocket for a peer, and what the peer is answered.

use std::{fmt, io};

use super::head::{Fields, HeadError};
use super::request::refuse;

use crate::error::ErrorCode;

/// Why there is no request for a WebSocket.
#[derive(Debug)]
pub(in crate::net) enum HandshakeError {
    Io(io::Error),
    /// The peer ended before it had asked.
    Ended,
    TooLong,
    NotHttp,
    /// Some method other than GET.
    Method,
    /// HTTP, but no request for a WebSocket.
    NotUpgrade,
    /// A version of the protocol other than 13.
    Version,
    Key,
}

impl HandshakeError {
    pub(in crate::net) fn code(&self) -> ErrorCode {
        match self {
            Self::Io(_) => ErrorCode::WsIo,
            Self::Ended => ErrorCode::WsDropped,
            _ => ErrorCode::WsRequest,
        }
    }

    /// The whole reply to the peer, if it can still be given one.
    pub(in crate::net) fn reply(&self) -> Option<Vec<u8>> {
        let field = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let (status, headers) = match self {
            Self::Io(_) | Self::Ended => return None,
            Self::TooLong => (431, Fields::new()),
            Self::NotHttp | Self::Key => (400, Fields::new()),
            Self::Method => (405, field("Allow", "GET")),
            Self::NotUpgrade => (426, field("Upgrade", "websocket")),
            Self::Version => (426, field("Sec-WebSocket-Version", "13")),
        };
        refuse(status, &headers, format!("{self}\n").as_bytes()).ok()
    }
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Ended => f.write_str("connection lost before its request was whole"),
            Self::TooLong => f.write_str("request header too long"),
            Self::NotHttp => f.write_str("not an HTTP request"),
            Self::Method => f.write_str("a WebSocket is asked for with GET"),
            Self::NotUpgrade => f.write_str("not a request for a WebSocket"),
            Self::Version => f.write_str("version of WebSocket not supported"),
            Self::Key => f.write_str("Sec-WebSocket-Key is not one"),
        }
    }
}

impl std::error::Error for HandshakeError {}

impl From<HeadError> for HandshakeError {
    fn from(error: HeadError) -> Self {
        match error {
            HeadError::Io(error) => Self::Io(error),
            HeadError::Ended => Self::Ended,
            HeadError::TooLong => Self::TooLong,
            HeadError::NotHttp => Self::NotHttp,
        }
    }
}
