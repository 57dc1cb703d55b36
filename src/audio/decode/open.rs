//! From bytes to the track that is played.

use std::io::ErrorKind;
use std::sync::Arc;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioCodecId, well_known};
use symphonia::core::errors::{Error, Result as Decoding};
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource as _, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::default::formats;

use super::guard::guarded;
use super::{Codec, Decoded, Ending, mp4, opus};
use crate::audio::detect::Container;
use crate::audio::media::{Media, Watch};
use crate::audio::source::{CHANNELS_MAX, check_rate};
use crate::audio::{AudioError, Source, riff};

/// Opens a format with a header. `wanted_hz` is the call's rate, for codecs that can decode to
/// several.
pub(in crate::audio) fn open(
    mut media: Media,
    container: Container,
    wanted_hz: u32,
) -> Result<Box<dyn Source>, AudioError> {
    let header = match container {
        Container::Wav => riff::mend(&mut media)?,
        _ => riff::Header::default(),
    };
    if let Some(codec) = header.foreign {
        return Err(AudioError::unsupported(codec));
    }
    // A stream of Matroska has no mark at its end.
    let open_ended = header.open_ended || container == Container::Matroska && !media.is_seekable();
    let watch = media.watch();
    watch.allow(OPEN_MAX);
    let reader = guarded(|| reader(media, container)).map_err(|error| failure(error, &watch))?;
    let (track, codec) = choose(reader.as_ref(), wanted_hz)?;
    let rate = codec.rate().or(match &track.codec_params {
        Some(CodecParameters::Audio(params)) => params.sample_rate,
        _ => None,
    });
    // Where the header names no rate, the first packet does.
    let rate = rate.map_or(Ok(wanted_hz), check_rate)?;
    let (id, time_base) = (track.id, track.time_base);
    let ending = match container {
        Container::Mpeg => Ending::of_frames(track.padding),
        _ => Ending::Known,
    };
    Ok(Box::new(Decoded {
        reader,
        codec,
        track: id,
        time_base,
        wanted_hz,
        rate,
        watch,
        ending,
        open_ended,
        damaged: 0,
        sound: 0,
    }))
}

/// The track to play, the default one first, with its decoder.
pub(super) fn choose(
    reader: &dyn FormatReader,
    wanted_hz: u32,
) -> Result<(Track, Codec), AudioError> {
    let mut failure = AudioError::corrupt("there is no audio in it");
    let is_mp4 = matches!(reader.format_info().short_name, "mp4" | "isomp4");
    let default = reader.default_track(TrackType::Audio);
    for track in default.into_iter().chain(reader.tracks()) {
        let Some(CodecParameters::Audio(params)) = &track.codec_params else { continue };
        let mut params = params.clone();
        if is_mp4 {
            opus::mend_mp4_header(&mut params);
        }
        let channels = params.channels.as_ref().map_or(1, |channels| channels.count());
        if channels > usize::from(CHANNELS_MAX) {
            failure = AudioError::unsupported(format!("audio of {channels} channels"));
            continue;
        }
        match Codec::new(&params, wanted_hz) {
            Ok(codec) => return Ok((track.clone(), codec)),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// What a symphonia error means to who plays the file.
pub(super) fn failure(error: Error, watch: &Arc<Watch>) -> AudioError {
    if let Some(failure) = watch.failure() {
        return failure;
    }
    match error {
        Error::Unsupported(what) => AudioError::unsupported(what),
        Error::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            AudioError::corrupt("it ends in the middle")
        }
        Error::DecodeError(what) | Error::LimitError(what) => AudioError::corrupt(what),
        other => AudioError::corrupt(other.to_string()),
    }
}

/// A codec's name, where it is one that files have.
pub(super) fn name_of(codec: AudioCodecId) -> String {
    match codec {
        well_known::CODEC_ID_SPEEX => "Speex".into(),
        well_known::CODEC_ID_MP1 => "MPEG audio layer I".into(),
        well_known::CODEC_ID_MP2 => "MPEG audio layer II".into(),
        well_known::CODEC_ID_AC3 => "AC-3".into(),
        well_known::CODEC_ID_EAC3 => "E-AC-3".into(),
        well_known::CODEC_ID_AC4 => "AC-4".into(),
        well_known::CODEC_ID_DCA => "DTS".into(),
        well_known::CODEC_ID_WMA => "Windows Media audio".into(),
        well_known::CODEC_ID_TRUEHD => "TrueHD".into(),
        well_known::CODEC_ID_TTA => "True Audio".into(),
        well_known::CODEC_ID_WAVPACK => "WavPack".into(),
        other => format!("the codec {other}"),
    }
}

fn reader(media: Media, container: Container) -> Decoding<Box<dyn FormatReader>> {
    if container == Container::Mp4 && media.is_seekable() {
        return Ok(Box::new(mp4::Reader::open(media)?));
    }
    let buffer = MediaSourceStreamOptions { buffer_len: BUFFER_BYTES };
    let bytes = MediaSourceStream::new(Box::new(media), buffer);
    let options = FormatOptions::default();
    Ok(match container {
        Container::Wav => Box::new(formats::WavReader::try_new(bytes, options)?),
        Container::Aiff => Box::new(formats::AiffReader::try_new(bytes, options)?),
        Container::Flac => Box::new(formats::FlacReader::try_new(bytes, options)?),
        Container::Ogg => Box::new(formats::OggReader::try_new(bytes, options)?),
        Container::Matroska => Box::new(formats::MkvReader::try_new(bytes, options)?),
        Container::Mp4 => Box::new(formats::IsoMp4Reader::try_new(bytes, options)?),
        Container::Mpeg => Box::new(formats::MpaReader::try_new(bytes, options)?),
        Container::Adts => Box::new(formats::AdtsReader::try_new(bytes, options)?),
    })
}

/// The least that symphonia takes.
const BUFFER_BYTES: usize = 64 << 10;

/// Bytes that may be read before the first sound: pictures and tables of hours of audio.
const OPEN_MAX: u64 = 32 << 20;
