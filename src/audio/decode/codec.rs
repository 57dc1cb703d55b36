//! One packet into samples.

use symphonia::core::codecs::audio::well_known::{CODEC_ID_OPUS, CODEC_ID_VORBIS};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;

use super::guard::guarded;
use super::open::name_of;
use super::opus::Opus;
use super::vorbis::Vorbis;
use crate::audio::AudioError;
use crate::audio::mono::append_mono;

/// The decoder of a track.
pub(super) enum Codec {
    Symphonia { decoder: Box<dyn AudioDecoder>, interleaved: Vec<f32> },
    Opus(Box<Opus>),
    Vorbis(Vorbis),
}

impl Codec {
    /// The decoder for a track, where there is one. `wanted_hz` is the call's rate.
    pub(super) fn new(params: &AudioCodecParameters, wanted_hz: u32) -> Result<Self, AudioError> {
        if params.codec == CODEC_ID_OPUS {
            return Ok(Self::Opus(Box::new(Opus::new(params, wanted_hz)?)));
        }
        let made = guarded(|| match params.codec {
            CODEC_ID_VORBIS => Vorbis::new(params).map(Self::Vorbis),
            _ => Ok(Self::Symphonia { decoder: make(params)?, interleaved: Vec::new() }),
        });
        match made {
            Ok(codec) => Ok(codec),
            Err(Error::Unsupported(_)) => Err(AudioError::unsupported(name_of(params.codec))),
            Err(error) => Err(AudioError::corrupt(error.to_string())),
        }
    }

    /// The rate in Hz that it decodes to, where that is not the track's.
    pub(super) fn rate(&self) -> Option<u32> {
        match self {
            Self::Opus(opus) => Some(opus.rate()),
            _ => None,
        }
    }

    /// Appends a packet's samples, the channels averaged. Gives their rate in Hz.
    pub(super) fn decode(&mut self, packet: &Packet, out: &mut Vec<f32>) -> Result<u32, Error> {
        match self {
            Self::Symphonia { decoder, interleaved } => {
                decode(decoder.as_mut(), packet, interleaved, out)
            }
            Self::Vorbis(vorbis) => vorbis.decode(packet, out),
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
            Self::Vorbis(vorbis) => vorbis.reset(),
        }
    }
}

/// A decoder of symphonia's.
pub(super) fn make(params: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, Error> {
    // The caller trims, for all codecs alike.
    let options = AudioDecoderOptions::default().gapless(false);
    symphonia::default::get_codecs().make_audio_decoder(params, &options)
}

/// Appends a packet's samples, the channels averaged. Gives their rate in Hz.
pub(super) fn decode(
    decoder: &mut dyn AudioDecoder,
    packet: &Packet,
    interleaved: &mut Vec<f32>,
    out: &mut Vec<f32>,
) -> Result<u32, Error> {
    let decoded = decoder.decode(packet)?;
    let (rate, channels) = (decoded.spec().rate(), decoded.spec().channels().count());
    decoded.copy_to_vec_interleaved(interleaved);
    append_mono(interleaved.iter().copied(), channels, out);
    Ok(rate)
}
