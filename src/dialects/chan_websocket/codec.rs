//! The formats of a channel that are understood here.

use crate::audio::g711::{alaw_to_linear, linear_to_alaw, linear_to_ulaw, ulaw_to_linear};
use crate::protocol::SampleRate;

/// How samples are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Linear(SampleRate),
    Ulaw,
    Alaw,
}

impl Codec {
    /// The codec of Asterisk's name for it.
    pub fn from_name(name: &str) -> Option<Self> {
        let hz = match name {
            "ulaw" => return Some(Self::Ulaw),
            "alaw" => return Some(Self::Alaw),
            "slin" => 8_000,
            "slin12" => 12_000,
            "slin16" => 16_000,
            "slin24" => 24_000,
            "slin32" => 32_000,
            "slin44" => 44_100,
            "slin48" => 48_000,
            "slin96" => 96_000,
            "slin192" => 192_000,
            _ => return None,
        };
        SampleRate::from_hz(hz).map(Self::Linear)
    }

    pub fn rate(self) -> SampleRate {
        match self {
            Self::Linear(rate) => rate,
            Self::Ulaw | Self::Alaw => SampleRate::NARROWBAND,
        }
    }

    /// Bytes of one sample.
    pub fn sample_bytes(self) -> usize {
        match self {
            Self::Linear(_) => 2,
            Self::Ulaw | Self::Alaw => 1,
        }
    }

    /// Bytes of 20 ms.
    pub fn frame_bytes(self) -> usize {
        self.rate().frame_bytes() / 2 * self.sample_bytes()
    }

    pub fn bytes_per_second(self) -> usize {
        self.rate().bytes_per_second() / 2 * self.sample_bytes()
    }

    /// The byte of silence.
    pub fn silence(self) -> u8 {
        match self {
            Self::Linear(_) => 0,
            Self::Ulaw => linear_to_ulaw(0),
            Self::Alaw => linear_to_alaw(0),
        }
    }

    /// Linear audio of whole samples; `room` is where it is made.
    pub fn expand<'a>(self, bytes: &'a [u8], room: &'a mut Vec<u8>) -> &'a [u8] {
        match self {
            Self::Linear(_) => bytes,
            Self::Ulaw => expand(bytes, ulaw_to_linear, room),
            Self::Alaw => expand(bytes, alaw_to_linear, room),
        }
    }

    /// Linear audio as the channel takes it; `room` is where it is made.
    pub fn compress<'a>(self, pcm: &'a [u8], room: &'a mut Vec<u8>) -> &'a [u8] {
        match self {
            Self::Linear(_) => pcm,
            Self::Ulaw => compress(pcm, linear_to_ulaw, room),
            Self::Alaw => compress(pcm, linear_to_alaw, room),
        }
    }
}

fn expand<'a>(bytes: &[u8], law: fn(u8) -> i16, room: &'a mut Vec<u8>) -> &'a [u8] {
    room.clear();
    room.extend(bytes.iter().flat_map(|byte| law(*byte).to_le_bytes()));
    room
}

fn compress<'a>(pcm: &[u8], law: fn(i16) -> u8, room: &'a mut Vec<u8>) -> &'a [u8] {
    room.clear();
    room.extend(pcm.chunks_exact(2).map(|pair| law(i16::from_le_bytes([pair[0], pair[1]]))));
    room
}
