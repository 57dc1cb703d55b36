//! One packet into samples.

use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;

use crate::audio::AudioError;
use crate::audio::mono::append_mono;

/// The decoder of a track.
pub(super) struct Codec {
    decoder: Box<dyn AudioDecoder>,
    interleaved: Vec<f32>,
}

impl Codec {
    /// The decoder for a track, where there is one.
    pub(super) fn new(params: &AudioCodecParameters, _wanted_hz: u32) -> Result<Self, AudioError> {
        // The caller trims, for all codecs alike.
        let options = AudioDecoderOptions::default().gapless(false);
        match symphonia::default::get_codecs().make_audio_decoder(params, &options) {
            Ok(decoder) => Ok(Self { decoder, interleaved: Vec::new() }),
            Err(Error::Unsupported(_)) => {
                Err(AudioError::unsupported(super::open::name_of(params.codec)))
            }
            Err(error) => Err(AudioError::corrupt(error.to_string())),
        }
    }

    /// Appends a packet's samples, the channels averaged. Gives their rate in Hz.
    pub(super) fn decode(&mut self, packet: &Packet, out: &mut Vec<f32>) -> Result<u32, Error> {
        let decoded = self.decoder.decode(packet)?;
        let spec = decoded.spec();
        let (rate, channels) = (spec.rate(), spec.channels().count());
        decoded.copy_to_vec_interleaved(&mut self.interleaved);
        append_mono(self.interleaved.iter().copied(), channels, out);
        Ok(rate)
    }

    /// Forgets what was decoded: the next packet follows on another.
    pub(super) fn reset(&mut self) {
        self.decoder.reset();
    }
}
