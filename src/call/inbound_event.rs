//! What the peer says, once it is understood.

use uuid::Uuid;

use crate::error::ErrorCode;
use crate::protocol::{Digit, SampleRate};

/// What came of the peer's bytes, in their order.
#[derive(Debug, PartialEq, Eq)]
pub enum InboundEvent<'a> {
    /// The call has its name; said once, before anything else.
    Identified(Uuid),
    /// The connection began with something that is not a UUID; nothing follows.
    Refused {
        code: ErrorCode,
        message: String,
    },
    /// The peer's audio has this rate from here on; said before its first audio.
    Rate(SampleRate),
    Audio {
        rate: SampleRate,
        pcm: &'a [u8],
    },
    Dtmf(Digit),
    /// A frame broke the protocol and was stepped over; said once per cause.
    Warning(Warning),
    /// The peer's error frame; it ends the call.
    Failed(u8),
    /// The peer hung up with a frame.
    HungUp,
}

/// What a peer did that the protocol does not allow, without harm to the call.
#[derive(Debug, PartialEq, Eq)]
pub struct Warning {
    pub code: ErrorCode,
    pub message: String,
}
