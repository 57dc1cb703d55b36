//! Opus packets. They decode to any of five rates and to one channel, whatever was encoded: the
//! rate nearest to the call's costs least.

use ropus::opus::decoder::opus_packet_get_nb_samples;
use ropus::{Channels, DecodeMode, Decoder};
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;

use crate::audio::AudioError;

/// The decoder of an Opus track.
pub(super) struct Opus {
    /// None where it could not be made anew.
    decoder: Option<Decoder>,
    rate: u32,
    gain: i32,
    /// Samples still to be left out: what the encoder put first.
    skip: usize,
    room: Vec<f32>,
}

impl Opus {
    /// For a track, and a call of so many Hz.
    pub(super) fn new(params: &AudioCodecParameters, wanted_hz: u32) -> Result<Self, AudioError> {
        let head = params.extra_data.as_deref().unwrap_or_default();
        let channels = head.get(9).copied().unwrap_or(1);
        if head.get(18).is_some_and(|family| *family > 0) && channels > 2 {
            return Err(AudioError::unsupported(format!("Opus of {channels} channels")));
        }
        let number = |at: usize| head.get(at..).and_then(|rest| rest.first_chunk().copied());
        let pre_skip = number(10).map(u16::from_le_bytes).unwrap_or_default();
        let gain = number(16).map(i16::from_le_bytes).unwrap_or_default().into();
        let rate = RATES.into_iter().find(|rate| *rate >= wanted_hz).unwrap_or(48_000);
        let skip = usize::from(pre_skip) * rate as usize / 48_000;
        Ok(Self { decoder: Some(decoder(rate, gain)?), rate, gain, skip, room: Vec::new() })
    }

    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    /// Appends a packet's samples. Gives their rate in Hz; None for a packet that is none.
    pub(super) fn decode(&mut self, packet: &[u8], out: &mut Vec<f32>) -> Option<u32> {
        // An empty one would be taken for a lost one, and made up.
        if packet.is_empty() {
            return None;
        }
        let most = opus_packet_get_nb_samples(packet, self.rate.cast_signed()).ok()?;
        self.room.resize(self.room.len().max(usize::try_from(most).ok()?), 0.0);
        let decoder = self.decoder.as_mut()?;
        let count = decoder.decode_float(packet, &mut self.room, DecodeMode::Normal).ok()?;
        let skipped = self.skip.min(count);
        self.skip -= skipped;
        out.extend_from_slice(self.room.get(skipped..count)?);
        Some(self.rate)
    }

    pub(super) fn reset(&mut self) {
        // One takes 70 KB: the new one comes after the old has gone.
        self.decoder = None;
        self.decoder = decoder(self.rate, self.gain).ok();
        self.skip = 0;
    }
}

/// Makes the Opus header of an MP4, whose numbers are big-endian, the one of Ogg. symphonia 0.6.1
/// hands on the bytes as they are.
pub(super) fn mend_mp4_header(params: &mut AudioCodecParameters) {
    if params.codec != CODEC_ID_OPUS {
        return;
    }
    let Some(head) = &mut params.extra_data else { return };
    for number in [10..12, 12..16, 16..18] {
        if let Some(number) = head.get_mut(number) {
            number.reverse();
        }
    }
}

fn decoder(rate: u32, gain: i32) -> Result<Decoder, AudioError> {
    let fail = |what: String| AudioError::corrupt(format!("Opus: {what}"));
    let mut decoder =
        Decoder::new(rate, Channels::Mono).map_err(|error| fail(error.to_string()))?;
    decoder.set_gain(gain).map_err(|error| fail(error.to_string()))?;
    Ok(decoder)
}

const RATES: [u32; 5] = [8_000, 12_000, 16_000, 24_000, 48_000];
