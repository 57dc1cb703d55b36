//! The app's audio on its way to FreeSWITCH: as JSON with base64, or binary.
//!
//! Each JSON message becomes a file at the far end. So frames are gathered to chunks first, and what
//! is left goes when no frame came for 40 ms.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::gather::Gather;
use super::outbox::{Outbox, Outgoing};
use super::refusal::Refusal;
use crate::protocol::SampleRate;

/// Bounds of a chunk: a frame, and what a reader of the messages should bear.
const CHUNKS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(10));

/// Rates that raw audio in JSON may have: the far end knows no others.
const RAW_HZ: [u32; 5] = [8_000, 16_000, 24_000, 32_000, 48_000];

const WAV_HEADER: usize = 44;

/// How audio is given to a sender that takes it back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Playback {
    /// JSON with raw audio in base64: 8, 16, 24, 32 or 48 kHz.
    #[default]
    Json,
    /// JSON with a WAV file in base64, of any rate.
    Wav,
    /// Binary messages, a frame each, at the rate of the sender's own audio. Newer builds take it.
    Binary,
}

/// The message that JSON audio is put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrapping {
    StreamAudio,
    PlayAudio,
}

/// What the app says to one sender.
#[derive(Debug)]
pub(super) struct Voice {
    wrapping: Wrapping,
    playback: Playback,
    chunk: Duration,
    gather: Gather,
    /// The rate of what is gathered, or of binary audio.
    rate: SampleRate,
}

impl Voice {
    pub fn new(wrapping: Wrapping, playback: Playback, chunk: Duration, rate: SampleRate) -> Self {
        let chunk = chunk.clamp(CHUNKS.0, CHUNKS.1);
        Self { wrapping, playback, chunk, gather: Gather::default(), rate }
    }

    pub fn handle_audio(
        &mut self,
        now: Instant,
        rate: SampleRate,
        pcm: &[u8],
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let possible = match self.playback {
            Playback::Json => RAW_HZ.contains(&rate.hz()),
            Playback::Wav => true,
            Playback::Binary => rate == self.rate,
        };
        if !possible {
            return Err(Refusal::Rate(rate));
        }
        if self.playback == Playback::Binary {
            out.push_audio(Outgoing::Binary(pcm.to_vec()));
            return Ok(());
        }
        if rate != self.rate {
            self.flush(out);
            self.rate = rate;
        }
        self.gather.push(now, pcm);
        let chunk = rate.bytes_in(self.chunk);
        while self.gather.len() >= chunk {
            let piece = self.gather.take(chunk);
            self.send(&piece, out);
        }
        Ok(())
    }

    /// Lets go what has waited long enough.
    pub fn handle_timeout(&mut self, now: Instant, out: &mut Outbox) {
        if let Some(piece) = self.gather.take_due(now) {
            self.send(&piece, out);
        }
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        self.gather.due()
    }

    /// Lets go what is gathered.
    pub fn flush(&mut self, out: &mut Outbox) {
        if self.gather.len() > 0 {
            let piece = self.gather.take(usize::MAX);
            self.send(&piece, out);
        }
    }

    /// Forgets what has not left.
    pub fn clear(&mut self, out: &mut Outbox) {
        self.gather.clear();
        out.clear_audio();
    }

    fn send(&self, pcm: &[u8], out: &mut Outbox) {
        out.push_audio(Outgoing::Text(self.wrap(pcm)));
    }

    /// The message, written in one go: base64 and the rest need no escapes.
    fn wrap(&self, pcm: &[u8]) -> String {
        let is_wav = self.playback == Playback::Wav;
        let [event, kind_key, content_key] = match self.wrapping {
            Wrapping::StreamAudio => ["streamAudio", "audioDataType", "audioData"],
            Wrapping::PlayAudio => ["playAudio", "audioContentType", "audioContent"],
        };
        let kind = match (is_wav, self.wrapping) {
            (false, _) => "raw",
            (true, Wrapping::StreamAudio) => "wav",
            (true, Wrapping::PlayAudio) => "wave",
        };
        let hz = self.rate.hz();
        let mut text = format!(
            r#"{{"type":"{event}","data":{{"{kind_key}":"{kind}","sampleRate":{hz},"{content_key}":""#
        );
        text.reserve((WAV_HEADER + pcm.len()).div_ceil(3) * 4 + 3);
        if is_wav {
            STANDARD.encode_string(wav(self.rate, pcm), &mut text);
        } else {
            STANDARD.encode_string(pcm, &mut text);
        }
        text.push_str("\"}}");
        text
    }
}

/// A WAV file of mono audio.
fn wav(rate: SampleRate, pcm: &[u8]) -> Vec<u8> {
    let bytes = pcm.len() as u32;
    let mut file = Vec::with_capacity(WAV_HEADER + pcm.len());
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(WAV_HEADER as u32 - 8 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    // Linear, one channel.
    file.extend_from_slice(&[1, 0, 1, 0]);
    file.extend_from_slice(&rate.hz().to_le_bytes());
    file.extend_from_slice(&(rate.bytes_per_second() as u32).to_le_bytes());
    // Two bytes a sample, 16 bits.
    file.extend_from_slice(&[2, 0, 16, 0]);
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    file.extend_from_slice(pcm);
    file
}
