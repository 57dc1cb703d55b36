//! One packet into samples.

use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;

use super::guard::guarded;
use super::open::name_of;
use super::opus::Opus;
use crate::audio::AudioError;
use crate::audio::mono::append_mono;

/// The decoder of a track.
pub(super) enum Codec {
    Symphonia { decoder: Box<dyn AudioDecoder>, interleaved: Vec<f32> },
    Opus(Box<Opus>),
}

impl Codec {
    /// The decoder for a track, where there is one. `wanted_hz` is the call's rate.
    pub(super) fn new(params: &AudioCodecParameters, wanted_hz: u32) -> Result<Self, AudioError> {
        if params.codec == CODEC_ID_OPUS {
            return Ok(Self::Opus(Box::new(Opus::new(params, wanted_hz)?)));
        }
        // The caller trims, for all codecs alike.
        let options = AudioDecoderOptions::default().gapless(false);
        let codecs = symphonia::default::get_codecs();
        match guarded(|| codecs.make_audio_decoder(params, &options)) {
            Ok(decoder) => Ok(Self::Symphonia { decoder, interleaved: Vec::new() }),
            Err(Error::Unsupported(_)) => Err(AudioError::unsupported(name_of(params.codec))),
            Err(error) => Err(AudioError::corrupt(error.to_string())),
        }
    }

    /// The rate in Hz that it decodes to, where that is not the track's.
    pub(super) fn rate(&self) -> Option<u32> {
        match self {
            Self::Symphonia { .. } => None,
            Self::Opus(opus) => Some(opus.rate()),
        }
    }

    /// Appends a packet's samples, the channels averaged. Gives their rate in Hz.
    pub(super) fn decode(&mut self, packet: &Packet, out: &mut Vec<f32>) -> Result<u32, Error> {
        match self {
            Self::Symphonia { decoder, interleaved } => {
                let decoded = decoder.decode(packet)?;
                let spec = decoded.spec();
                let (rate, channels) = (spec.rate(), spec.channels().count());
                decoded.copy_to_vec_interleaved(interleaved);
                append_mono(interleaved.iter().copied(), channels, out);
                Ok(rate)
            }
            Self::Opus(opus) => {
                opus.decode(&packet.data, out).ok_or(Error::DecodeError("a broken Opus packet"))
            }
        }
    }

    /// Forgets what was decoded: the next packet follows on another.
    pub(super) fn reset(&mut self) {
        match self {
            Self::Symphonia { decoder, .. } => decoder.reset(),
            Self::Opus(opus) => opus.reset(),
        }
    }
}
