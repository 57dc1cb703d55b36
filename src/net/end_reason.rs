//! Why a call is over.

use std::io;
use std::time::Duration;

use crate::error::ErrorCode;
use crate::events::Event;

/// How long a peer that was hung up on may take to close.
pub(super) const LINGER: Duration = Duration::from_secs(1);

/// Why a call is over.
#[derive(Debug)]
pub(super) enum EndReason {
    /// The peer closed the connection: Asterisk's way to hang up.
    Closed,
    Lost(io::Error),
    /// The peer sent a hang-up frame.
    HungUp,
    /// The peer sent an error frame.
    Failed(u8),
    /// The peer does not speak the protocol: a code and what was wrong.
    Refused(ErrorCode, String),
    /// The peer broke off, or was broken with: a code and why.
    Broken(ErrorCode, String),
    /// We hung up.
    Goodbye,
    /// The peer caused more events than JavaScript takes.
    Flooded,
}

impl EndReason {
    /// What JavaScript is told before `End`.
    pub fn last_words(self) -> Option<Event> {
        match self {
            Self::Closed | Self::HungUp | Self::Goodbye | Self::Refused(..) => None,
            Self::Failed(code) => Some(Event::PeerError(code)),
            Self::Lost(error) => Some(Event::Error {
                errno: error.raw_os_error().unwrap_or_default(),
                code: ErrorCode::ConnectionLost,
                message: error.to_string(),
            }),
            Self::Broken(code, message) => Some(Event::Error { errno: 0, code, message }),
            Self::Flooded => Some(Event::Error {
                errno: 0,
                code: ErrorCode::EventOverflow,
                message: "the peer caused more events than were taken".to_owned(),
            }),
        }
    }
}
