//! Sounds that a far end sends to be played.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;

use super::warning;
use crate::call::Warning;
use crate::error::ErrorCode;
use crate::protocol::SampleRate;

/// What mod_audio_fork takes raw audio for that does not tell its rate.
const UNTOLD_HZ: u32 = 16_000;

/// Base64 as it comes: some leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A sound in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sound {
    pub kind: SoundKind,
    /// The rate of raw audio. Other kinds tell their own, and G.711 has 8 kHz.
    pub rate: Option<SampleRate>,
    pub bytes: Vec<u8>,
}

/// What a sound's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SoundKind {
    /// Signed linear, 16 bits little-endian, mono.
    Raw,
    Wav,
    Mp3,
    Ogg,
    /// µ-law.
    Pcmu,
    /// A-law.
    Pcma,
}

pub(super) fn stream_audio(data: &str, most_bytes: usize) -> Result<Sound, Warning> {
    let StreamAudio { kind, hz, content } = read(data)?;
    let kind = match &*kind {
        "raw" => SoundKind::Raw,
        "wav" => SoundKind::Wav,
        "mp3" => SoundKind::Mp3,
        "ogg" => SoundKind::Ogg,
        "pcmu" => SoundKind::Pcmu,
        "pcma" => SoundKind::Pcma,
        _ => return Err(bad(format!("a sound of unknown type {kind}"))),
    };
    sound(kind, hz, &content, most_bytes)
}

pub(super) fn play_audio(data: &str, most_bytes: usize) -> Result<Sound, Warning> {
    let PlayAudio { kind, hz, content } = read(data)?;
    let (kind, hz) = match &*kind {
        "raw" => (SoundKind::Raw, hz.or(Some(UNTOLD_HZ.into()))),
        "wav" | "wave" => (SoundKind::Wav, hz),
        _ => return Err(bad(format!("a sound of unknown type {kind}"))),
    };
    sound(kind, hz, &content, most_bytes)
}

fn sound(
    kind: SoundKind,
    hz: Option<f64>,
    content: &str,
    most_bytes: usize,
) -> Result<Sound, Warning> {
    let rate = match kind {
        SoundKind::Raw => Some(rate(hz)?),
        _ => None,
    };
    // Four characters make three bytes at most; it is not decoded to find out that it is too large.
    if content.trim_end_matches('=').len() * 3 / 4 > most_bytes {
        let message = format!("a sound of over {most_bytes} bytes");
        return Err(warning(ErrorCode::SoundTooLarge, message));
    }
    let bytes = BASE64.decode(content).map_err(|fault| {
        warning(ErrorCode::BadBase64, format!("a sound in bad base64: {fault}"))
    })?;
    Ok(Sound { kind, rate, bytes })
}

fn rate(hz: Option<f64>) -> Result<SampleRate, Warning> {
    let hz = hz.ok_or_else(|| bad("raw audio without a sampleRate".to_owned()))?;
    // Saturates, and no rate is at either end.
    SampleRate::from_hz(hz as u32).ok_or_else(|| bad(format!("raw audio of {hz} Hz")))
}

fn read<'a, T: Deserialize<'a>>(data: &'a str) -> Result<T, Warning> {
    serde_json::from_str(data).map_err(|fault| bad(format!("a sound that lacks parts: {fault}")))
}

fn bad(message: String) -> Warning {
    warning(ErrorCode::BadSound, message)
}

#[derive(Deserialize)]
struct StreamAudio<'a> {
    #[serde(rename = "audioDataType")]
    kind: Cow<'a, str>,
    #[serde(rename = "sampleRate")]
    hz: Option<f64>,
    #[serde(rename = "audioData", borrow)]
    content: Cow<'a, str>,
}

#[derive(Deserialize)]
struct PlayAudio<'a> {
    #[serde(rename = "audioContentType")]
    kind: Cow<'a, str>,
    #[serde(rename = "sampleRate")]
    hz: Option<f64>,
    #[serde(rename = "audioContent", borrow)]
    content: Cow<'a, str>,
}
