//! What can be wrong with a frame.

use super::SampleRate;

use crate::error::ErrorCode;

/// A frame that breaks the protocol. The decoder has already stepped over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed<'a> {
    /// A kind nobody has defined; its payload was skipped.
    UnknownKind { kind: u8, length: u16 },
    /// A UUID that is not 16 bytes.
    IdLength(u16),
    /// A DTMF frame that is not one byte.
    DtmfLength(u16),
    /// A DTMF frame whose byte is no digit.
    DtmfDigit(u8),
    /// Audio of length 0, which ends a call when sent to Asterisk.
    EmptyAudio,
    /// Audio that ends in half a sample; `pcm` is what stands before it.
    OddAudio { rate: SampleRate, pcm: &'a [u8] },
}

impl Malformed<'_> {
    /// The stable code that JavaScript sees.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::UnknownKind { .. } => ErrorCode::UnknownKind,
            Self::IdLength(_) => ErrorCode::IdLength,
            Self::DtmfLength(_) => ErrorCode::DtmfLength,
            Self::DtmfDigit(_) => ErrorCode::DtmfDigit,
            Self::EmptyAudio => ErrorCode::EmptyAudio,
            Self::OddAudio { .. } => ErrorCode::OddAudio,
        }
    }
}

impl std::fmt::Display for Malformed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownKind { kind, length } => {
                write!(f, "skipped a frame of unknown kind 0x{kind:02x}, {length} bytes")
            }
            Self::IdLength(length) => write!(f, "the call's UUID has {length} bytes, not 16"),
            Self::DtmfLength(length) => write!(f, "a DTMF frame has {length} bytes, not 1"),
            Self::DtmfDigit(byte) => {
                write!(f, "a DTMF frame carries 0x{byte:02x}, which is no digit")
            }
            Self::EmptyAudio => f.write_str("an audio frame has no bytes"),
            Self::OddAudio { pcm, .. } => {
                write!(f, "an audio frame has {} bytes, half a sample too many", pcm.len() + 1)
            }
        }
    }
}
