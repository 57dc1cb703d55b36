//! Audio without a header: its bytes, and what the caller or the file's name says of them.

mod gsm;
mod source;

use super::AudioError;
use super::source::{CHANNELS_MAX, check_rate};

pub(super) use source::RawSource;

/// How raw bytes stand for samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Signed 16-bit little-endian.
    Slin,
    /// G.711 µ-law, one byte a sample.
    Ulaw,
    /// G.711 A-law, one byte a sample.
    Alaw,
    /// IEEE 32-bit float, little-endian, -1 to 1.
    Float32,
    /// G.722 at 64 kbit/s: two samples a byte, always 16 kHz and one channel.
    G722,
    /// GSM 06.10 full rate: 160 samples in 33 bytes, always 8 kHz and one channel.
    Gsm,
}

impl Encoding {
    /// The encoding of a name: Asterisk's (`slin`, `ulaw`, `alaw`, `g722`, `gsm`), ffmpeg's
    /// (`s16le`, `mulaw`, `f32le`) or SDP's (`pcmu`, `pcma`), in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "slin" | "sln" | "s16le" | "pcm16" | "pcm_s16le" => Self::Slin,
            "ulaw" | "mulaw" | "pcmu" | "pcm_mulaw" => Self::Ulaw,
            "alaw" | "pcma" | "pcm_alaw" => Self::Alaw,
            "float32" | "f32le" | "pcm_f32le" => Self::Float32,
            "g722" => Self::G722,
            "gsm" => Self::Gsm,
            _ => return None,
        })
    }

    /// Bytes of one sample of one channel; for packed encodings, of the smallest piece.
    fn unit_bytes(self) -> usize {
        match self {
            Self::Slin => 2,
            Self::Float32 => 4,
            Self::Ulaw | Self::Alaw | Self::G722 => 1,
            Self::Gsm => gsm::FRAME_BYTES,
        }
    }

    /// Samples in the smallest piece.
    fn unit_samples(self) -> usize {
        match self {
            Self::G722 => 2,
            Self::Gsm => gsm::FRAME_SAMPLES,
            _ => 1,
        }
    }

    /// The only rate the encoding has, in Hz.
    fn own_rate(self) -> Option<u32> {
        match self {
            Self::G722 => Some(16_000),
            Self::Gsm => Some(8_000),
            _ => None,
        }
    }
}

/// What raw bytes are. Made valid once, by [`new`](Self::new).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RawFormat {
    encoding: Encoding,
    sample_rate: u32,
    channels: u16,
}

impl RawFormat {
    /// Interleaved `channels` (1 to 32) of so many samples a second each.
    ///
    /// Errors: [`AudioError::Unsupported`] for a rate or number of channels that nothing has, or
    /// that the encoding does not have.
    pub fn new(encoding: Encoding, sample_rate: u32, channels: u16) -> Result<Self, AudioError> {
        check_rate(sample_rate)?;
        if !(1..=CHANNELS_MAX).contains(&channels) {
            return Err(AudioError::unsupported(format!("raw audio of {channels} channels")));
        }
        let fixed = encoding.own_rate();
        if fixed.is_some_and(|rate| rate != sample_rate || channels != 1) {
            return Err(AudioError::unsupported(format!(
                "{encoding:?} of {sample_rate} samples a second and {channels} channels"
            )));
        }
        Ok(Self { encoding, sample_rate, channels })
    }

    /// What Asterisk takes a file to be by its extension (without the dot, in any case), where
    /// that is a raw format.
    pub fn from_extension(extension: &str) -> Option<Self> {
        let (encoding, sample_rate) = match extension.to_ascii_lowercase().as_str() {
            "sln" | "raw" => (Encoding::Slin, 8_000),
            "ulaw" | "ul" | "pcm" | "mu" => (Encoding::Ulaw, 8_000),
            "alaw" | "al" => (Encoding::Alaw, 8_000),
            "g722" => (Encoding::G722, 16_000),
            "gsm" => (Encoding::Gsm, 8_000),
            named => (Encoding::Slin, sln_rate(named)?),
        };
        Some(Self { encoding, sample_rate, channels: 1 })
    }

    /// Signed linear, one channel, at the call's rate in Hz: what unnamed bytes are.
    pub fn slin(call_rate: u32) -> Self {
        Self { encoding: Encoding::Slin, sample_rate: call_rate, channels: 1 }
    }

    /// Bytes of one sample of every channel, or of the encoding's smallest piece.
    fn frame_bytes(self) -> usize {
        self.encoding.unit_bytes() * usize::from(self.channels)
    }
}

fn sln_rate(extension: &str) -> Option<u32> {
    Some(match extension.strip_prefix("sln")? {
        "8" => 8_000,
        "12" => 12_000,
        "16" => 16_000,
        "24" => 24_000,
        "32" => 32_000,
        "44" => 44_100,
        "48" => 48_000,
        "96" => 96_000,
        "192" => 192_000,
        _ => return None,
    })
}
