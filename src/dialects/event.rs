//! What a sender says, once it is understood.

use std::time::Duration;

use crate::call::Warning;
use crate::error::ErrorCode;
use crate::protocol::{Digit, SampleRate};

/// What came of a sender's messages, in their order.
#[derive(Debug, PartialEq, Eq)]
pub enum DialectEvent<'a> {
    /// The call has begun; said once, before anything else but [`DialectEvent::Refused`].
    Begun(Begun<'a>),
    /// The sender's audio is of this format from here on; said before its first audio.
    Format(Format),
    /// Signed linear audio, 16 bits little-endian: whole samples of all channels, interleaved.
    Audio(&'a [u8]),
    /// Text for the app.
    Message(&'a str),
    Dtmf {
        digit: Digit,
        /// None where the dialect does not tell.
        duration: Option<Duration>,
    },
    /// The sender's queue is full (true) or has room again (false).
    Hold(bool),
    /// What was said before this mark has been heard.
    MarkPassed(u32),
    /// What was said before this mark was cleared away.
    MarkCleared(u32),
    /// The sender did what its dialect does not know, without harm to the call; once per cause.
    Warning(Warning),
    /// This cannot become a call; nothing follows.
    Refused { code: ErrorCode, message: String },
    /// The sender closed its connection; nothing follows.
    HungUp,
}

/// What a sender tells of its call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Begun<'a> {
    /// The call's name. chan_websocket: the connection id.
    pub reference: Option<&'a str>,
    /// The channel's name (chan_websocket).
    pub channel: Option<&'a str>,
    /// The channel's unique id (chan_websocket).
    pub channel_id: Option<&'a str>,
    /// The channel's variables (chan_websocket that speaks JSON).
    pub variables: &'a [(String, String)],
    /// The first text message, as it came.
    pub metadata: Option<&'a str>,
}

/// The format of a sender's audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    pub rate: SampleRate,
    pub channels: Channels,
}

impl Format {
    pub const NARROWBAND: Self = Self::mono(SampleRate::NARROWBAND);

    pub const fn mono(rate: SampleRate) -> Self {
        Self { rate, channels: Channels::Mono }
    }

    /// Bytes of one sample of all channels.
    pub fn block_bytes(self) -> usize {
        2 * usize::from(self.channels.count())
    }
}

/// How many voices are interleaved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channels {
    #[default]
    Mono,
    /// The caller on the left, who is called on the right.
    Stereo,
}

impl Channels {
    pub fn from_count(count: u32) -> Option<Self> {
        match count {
            1 => Some(Self::Mono),
            2 => Some(Self::Stereo),
            _ => None,
        }
    }

    pub fn count(self) -> u8 {
        match self {
            Self::Mono => 1,
            Self::Stereo => 2,
        }
    }
}
