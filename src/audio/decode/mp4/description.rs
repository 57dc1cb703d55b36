//! What codec a track has. symphonia reads that of an MP4 without a sample, made of the track's
//! description (`stsd`): there are many kinds of descriptions, and it knows them.

use std::io::Cursor;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::errors::Result;
use symphonia::core::formats::{FormatOptions, FormatReader};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::default::formats::IsoMp4Reader;

/// The codec that a description tells; None for a track that is no sound.
pub(super) fn codec(stsd: &[u8]) -> Result<Option<AudioCodecParameters>> {
    let bytes = Cursor::new(movie(stsd));
    let stream = MediaSourceStream::new(Box::new(bytes), MediaSourceStreamOptions::default());
    let reader = IsoMp4Reader::try_new(stream, FormatOptions::default())?;
    let params = reader.tracks().first().and_then(|track| track.codec_params.clone());
    Ok(match params {
        Some(CodecParameters::Audio(params)) => Some(params),
        _ => None,
    })
}

/// Where an edit list cuts off what the encoder put first, the decoder must not do it again.
pub(super) fn leave_pre_skip_to_edits(params: &mut AudioCodecParameters) {
    let head = params.extra_data.as_mut().filter(|_| params.codec == CODEC_ID_OPUS);
    if let Some(pre_skip) = head.and_then(|head| head.get_mut(10..12)) {
        pre_skip.fill(0);
    }
}

fn movie(stsd: &[u8]) -> Vec<u8> {
    let tables = [b"stts", b"stsc", b"stco"].map(|kind| atom(kind, &[0; 8]));
    let sizes = atom(b"stsz", &[0; 12]);
    let table = atom(b"stbl", &[&atom(b"stsd", stsd), &sizes[..], &tables.concat()].concat());
    let handler = atom(b"hdlr", &[&[0; 8], &b"soun"[..], &[0; 12]].concat());
    let media = [header(b"mdhd"), handler, atom(b"minf", &table)].concat();
    let track = [header(b"tkhd"), atom(b"mdia", &media)].concat();
    let movie = [header(b"mvhd"), atom(b"trak", &track)].concat();
    [atom(b"ftyp", b"M4A \0\0\0\0"), atom(b"moov", &movie)].concat()
}

/// A header that says nothing: all its numbers are 0, or 1 where they may not be 0.
fn header(kind: &[u8; 4]) -> Vec<u8> {
    let mut body = [0; 100];
    if let Some(scale_or_id) = body.get_mut(15) {
        *scale_or_id = 1;
    }
    atom(kind, &body)
}

fn atom(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = (8 + body.len() as u32).to_be_bytes();
    [&size, &kind[..], body].concat()
}
