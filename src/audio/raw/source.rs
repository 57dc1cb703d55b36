//! Raw bytes, read as samples.

use std::time::Duration;

use audio_codec::Decoder as _;
use audio_codec::g722::G722Decoder;

use super::{Encoding, RawFormat, gsm};
use crate::audio::media::Media;
use crate::audio::mono::append_mono;
use crate::audio::{AudioError, Source, g711, sample};

/// A file or stream of raw audio.
pub(in crate::audio) struct RawSource {
    media: Media,
    format: RawFormat,
    decoder: Packed,
    bytes: Vec<u8>,
}

/// The state of encodings that have one.
enum Packed {
    None,
    G722 { decoder: Box<G722Decoder>, samples: Vec<i16> },
    Gsm(Box<gsm::Decoder>),
}

impl RawSource {
    pub(in crate::audio) fn new(media: Media, format: RawFormat) -> Self {
        let decoder = match format.encoding {
            Encoding::G722 => {
                Packed::G722 { decoder: Box::new(G722Decoder::new()), samples: Vec::new() }
            }
            Encoding::Gsm => Packed::Gsm(Box::default()),
            _ => Packed::None,
        };
        Self { media, format, decoder, bytes: Vec::new() }
    }

    /// Bytes of about 50 ms, in whole frames.
    fn piece(&self) -> usize {
        let samples = self.format.sample_rate as usize / PIECES_A_SECOND;
        let frames = samples / self.format.encoding.unit_samples();
        frames.max(1) * self.format.frame_bytes()
    }

    /// Turns the whole frames that have come into samples; the rest waits for more.
    fn decode(&mut self, out: &mut Vec<f32>) -> Result<(), AudioError> {
        let whole = self.bytes.len() - self.bytes.len() % self.format.frame_bytes();
        let (bytes, _) = self.bytes.split_at(whole);
        let channels = usize::from(self.format.channels);
        match (&mut self.decoder, self.format.encoding) {
            (Packed::G722 { decoder, samples }, _) => {
                samples.resize(bytes.len() * 2, 0);
                let count = decoder.decode_into(bytes, samples).unwrap_or_default();
                out.extend(samples.iter().take(count).copied().map(sample::from_i16));
            }
            (Packed::Gsm(decoder), _) => {
                for frame in bytes.chunks_exact(gsm::FRAME_BYTES) {
                    decoder.decode(frame, out)?;
                }
            }
            (Packed::None, Encoding::Ulaw) => {
                append_mono(laws(bytes, g711::ulaw_to_linear), channels, out)
            }
            (Packed::None, Encoding::Alaw) => {
                append_mono(laws(bytes, g711::alaw_to_linear), channels, out)
            }
            (Packed::None, Encoding::Float32) => append_mono(floats(bytes), channels, out),
            (Packed::None, _) => append_mono(sample::from_pcm(bytes), channels, out),
        }
        self.bytes.drain(..whole);
        Ok(())
    }
}

impl Source for RawSource {
    fn sample_rate(&self) -> u32 {
        self.format.sample_rate
    }

    fn read(&mut self, out: &mut Vec<f32>) -> Result<bool, AudioError> {
        let had = self.bytes.len();
        self.bytes.resize(had.max(self.piece()), 0);
        let Some(room) = self.bytes.get_mut(had..) else { return Ok(false) };
        let read = self.media.read_some(room);
        self.bytes.truncate(had + read.as_ref().copied().unwrap_or_default());
        let read = read?;
        self.decode(out)?;
        Ok(read > 0)
    }

    fn skip_near(&mut self, position: Duration) -> Duration {
        let unit = self.format.encoding.unit_samples() as u128;
        let samples = position.as_nanos() * u128::from(self.format.sample_rate) / 1_000_000_000;
        let units = u64::try_from(samples / unit).unwrap_or(u64::MAX);
        if !self.media.skip(units.saturating_mul(self.format.frame_bytes() as u64)) {
            return Duration::ZERO;
        }
        let seconds = units as f64 * unit as f64 / f64::from(self.format.sample_rate);
        Duration::try_from_secs_f64(seconds).unwrap_or(position).min(position)
    }
}

fn laws(bytes: &[u8], law: fn(u8) -> i16) -> impl Iterator<Item = f32> {
    bytes.iter().map(move |byte| sample::from_i16(law(*byte)))
}

fn floats(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

const PIECES_A_SECOND: usize = 20;
