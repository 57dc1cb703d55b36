//! What a session cannot do for the app.

use std::fmt;

use super::name::Dialect;
use crate::error::ErrorCode;
use crate::protocol::SampleRate;

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The dialect has no way to say it. Nothing but another dialect helps.
    NotSupported { dialect: Dialect, what: &'static str },
    /// The call has not begun: wait for [`super::DialectEvent::Begun`].
    NotBegun,
    /// The call is over.
    Ended,
    /// Audio of this rate cannot be said: convert it.
    Rate(SampleRate),
    /// As many marks wait as the sender can keep: wait for one.
    TooManyMarks { most: usize },
    /// Too many messages wait to be transmitted: poll them first.
    OutboundFull,
}

impl Refusal {
    /// The stable name of the fault.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotSupported { .. } => ErrorCode::NotSupported,
            Self::NotBegun => ErrorCode::NotBegun,
            Self::Ended => ErrorCode::CallOver,
            Self::Rate(_) => ErrorCode::SampleRate,
            Self::TooManyMarks { .. } => ErrorCode::TooManyMarks,
            Self::OutboundFull => ErrorCode::OutboundFull,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSupported { dialect, what } => write!(f, "{dialect} takes no {what}"),
            Self::NotBegun => f.write_str("the call has not begun"),
            Self::Ended => f.write_str("the call is over"),
            Self::Rate(rate) => write!(f, "audio of {} Hz cannot be said here", rate.hz()),
            Self::TooManyMarks { most } => write!(f, "{most} marks wait already"),
            Self::OutboundFull => f.write_str("too many messages wait to be sent"),
        }
    }
}

impl std::error::Error for Refusal {}
