//! Why a client has no connection.

use std::error::Error;
use std::{fmt, io};

use crate::error::ErrorCode;
use crate::net::dial::DialError;

/// The step that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::net) enum Step {
    Url,
    /// The caller's headers or subprotocols.
    Header,
    Dns,
    Connect,
    /// The caller's certificates, or the TLS handshake.
    Tls,
    /// The server's reply.
    Handshake,
    Timeout,
}

#[derive(Clone, Debug)]
pub(in crate::net) struct ConnectError {
    pub(in crate::net) step: Step,
    pub(in crate::net) message: String,
    /// What the server answered instead of 101.
    pub(in crate::net) http_status: Option<u16>,
    /// The system's number of the error, where it has one.
    pub(in crate::net) errno: Option<i32>,
}

impl ConnectError {
    pub(super) fn new(step: Step, message: impl Into<String>) -> Self {
        Self { step, message: message.into(), http_status: None, errno: None }
    }

    pub(super) fn io(step: Step, error: &io::Error) -> Self {
        Self { errno: error.raw_os_error(), ..Self::new(step, error.to_string()) }
    }

    /// No connection to `place`.
    pub(super) fn dial(place: &str, error: &DialError) -> Self {
        let step = if error.is_late { Step::Timeout } else { Step::Connect };
        let errno = error.errno().filter(|_| !error.is_late);
        Self { errno, ..Self::new(step, format!("no connection to {place} ({error})")) }
    }

    pub(super) fn status(status: u16) -> Self {
        let message = format!("the server answered {status}");
        Self { http_status: Some(status), ..Self::new(Step::Handshake, message) }
    }

    pub(in crate::net) fn code(&self) -> ErrorCode {
        match self.step {
            Step::Url => ErrorCode::WsUrl,
            Step::Header => ErrorCode::WsHeader,
            Step::Dns => ErrorCode::WsDns,
            Step::Connect => ErrorCode::WsConnect,
            Step::Tls => ErrorCode::WsTls,
            Step::Handshake => ErrorCode::WsHandshake,
            Step::Timeout => ErrorCode::WsTimeout,
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for ConnectError {}
