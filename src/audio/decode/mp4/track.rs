//! Finds the track that is played, and which part of it.

use std::num::NonZero;

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::errors::{Error, Result};

use super::atoms::{Atoms, Body, find, need};
use super::bytes::Bytes;
use super::description;
use super::fragments::Fragments;
use super::index::Index;
use super::places::Places;
use super::times::Times;

/// One track's sound.
pub(super) struct Track {
    pub(super) params: AudioCodecParameters,
    /// Units of its times in a second.
    pub(super) timescale: NonZero<u32>,
    pub(super) index: Index,
    /// The part that is played, in those units: the rest is what the encoder put around it.
    pub(super) played: Body,
}

/// The first track whose sound can be decoded, else the first with sound.
pub(super) fn find_track(file: &mut Bytes) -> Result<Track> {
    let moov = need(file, &(0..file.length()), b"moov")?;
    let (mut atoms, mut tracks) = (Atoms::within(&moov), 0);
    let mut second_best = Err(Error::DecodeError("there is no audio in it"));
    while let Some((kind, trak)) = atoms.next(file)? {
        if kind != *b"trak" {
            continue;
        }
        match track(file, &moov, &trak) {
            Ok(Some(track)) if is_decoded(&track.params) => return Ok(track),
            Ok(Some(track)) if second_best.is_err() => second_best = Ok(track),
            Err(error) if second_best.is_err() => second_best = Err(error),
            _ => {}
        }
        tracks += 1;
        if tracks == TRACKS_MAX {
            break;
        }
    }
    second_best
}

fn is_decoded(params: &AudioCodecParameters) -> bool {
    let known = symphonia::default::get_codecs().get_audio_decoder(params.codec);
    known.is_some() || params.codec == CODEC_ID_OPUS
}

fn track(file: &mut Bytes, moov: &Body, trak: &Body) -> Result<Option<Track>> {
    let mdia = need(file, trak, b"mdia")?;
    let minf = need(file, &mdia, b"minf")?;
    let stbl = need(file, &minf, b"stbl")?;
    let stsd = need(file, &stbl, b"stsd")?;
    if stsd.end - stsd.start > DESCRIPTION_MAX {
        return Ok(None);
    }
    let stsd = file.vec(stsd.start, (stsd.end - stsd.start) as usize)?;
    let Some(mut params) = description::codec(&stsd)? else { return Ok(None) };
    let mdhd = need(file, &mdia, b"mdhd")?;
    let mvhd = need(file, moov, b"mvhd")?;
    let (timescale, movie_scale) = (timescale(file, &mdhd)?, timescale(file, &mvhd)?);
    let played = played(file, trak, timescale, movie_scale)?;
    if played.start > 0 {
        description::leave_pre_skip_to_edits(&mut params);
    }
    let stts = need(file, &stbl, b"stts")?;
    let (times, places) = (Times::new(file, &stts)?, Places::new(file, &stbl)?);
    let fragments = match find(file, moov, b"mvex")? {
        Some(mvex) => {
            let number = number(file, trak)?;
            Some(Fragments::new(file, &mvex, number)?)
        }
        None => None,
    };
    let index = Index { times, places, fragments };
    Ok(Some(Track { params, timescale, index, played }))
}

/// The number of a track.
fn number(file: &mut Bytes, trak: &Body) -> Result<u32> {
    let tkhd = need(file, trak, b"tkhd")?;
    let at = after_dates(file, &tkhd)?;
    Ok(u32::from_be_bytes(file.array(at)?))
}

/// Units in a second, of a header of the movie or of a track.
fn timescale(file: &mut Bytes, header: &Body) -> Result<NonZero<u32>> {
    let at = after_dates(file, header)?;
    let scale = NonZero::new(u32::from_be_bytes(file.array(at)?));
    scale.ok_or(Error::DecodeError("an MP4 whose time does not pass"))
}

/// Where a header goes on after the two dates that all start with.
fn after_dates(file: &mut Bytes, header: &Body) -> Result<u64> {
    let [version] = file.array(header.start)?;
    Ok(header.start + if version == 1 { 20 } else { 12 })
}

/// The part of a track that its edit list plays: all of it, where that lists more than one part.
fn played(
    file: &mut Bytes,
    trak: &Body,
    timescale: NonZero<u32>,
    movie_scale: NonZero<u32>,
) -> Result<Body> {
    let all = 0..u64::MAX;
    let Some(edts) = find(file, trak, b"edts")? else { return Ok(all) };
    let Some(elst) = find(file, &edts, b"elst")? else { return Ok(all) };
    let [version, _, _, _, count @ ..] = file.array::<8>(elst.start)?;
    let mut at = elst.start + 8;
    let mut parts = Vec::new();
    for _ in 0..u32::from_be_bytes(count).min(EDITS_MAX) {
        let (length, start) = if version == 1 {
            let [length, start] = [file.array(at)?, file.array(at + 8)?];
            (u64::from_be_bytes(length), i64::from_be_bytes(start))
        } else {
            let [length, start] = [file.array(at)?, file.array(at + 4)?];
            (u32::from_be_bytes(length).into(), i32::from_be_bytes(start).into())
        };
        at += if version == 1 { 20 } else { 12 };
        // A start of -1 is a wait before the sound, which nobody on the telephone wants.
        if let Ok(start) = u64::try_from(start) {
            parts.push((length, start));
        }
    }
    let &[(length, start)] = parts.as_slice() else { return Ok(all) };
    let scaled = u128::from(length) * u128::from(timescale.get()) / u128::from(movie_scale.get());
    let length = u64::try_from(scaled).unwrap_or(u64::MAX);
    let end = if length == 0 { u64::MAX } else { start.saturating_add(length) };
    Ok(start..end)
}

/// Descriptions that are longer are not of sound.
const DESCRIPTION_MAX: u64 = 64 << 10;

const TRACKS_MAX: u32 = 64;
const EDITS_MAX: u32 = 3;
