//! MP4 files, without holding what lists their samples: it takes 10 to 30 KB for each minute. Read
//! on demand are pieces of its tables: see `index`.
//!
//! Streams, in which one cannot go back to an index, are left to symphonia.

mod atoms;
mod bytes;
mod description;
mod fragments;
mod index;
mod places;
mod table;
mod times;
mod track;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_AAC;
use symphonia::core::common::FourCc;
use symphonia::core::errors::{Error, Result, SeekErrorKind};
use symphonia::core::formats::{
    FormatId, FormatInfo, FormatReader, MediaInfo, SeekMode, SeekTo, SeekedTo, Track,
};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::{Metadata, MetadataLog};
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, TimeBase, Timestamp};

use crate::audio::media::Media;
use bytes::Bytes;

/// The packets of one track.
pub(super) struct Reader {
    file: Bytes,
    track: track::Track,
    base: TimeBase,
    /// What every packet decodes to, where the last one's time tells how much of it counts.
    whole: Option<u64>,
    tracks: [Track; 1],
    media_info: MediaInfo,
    metadata: MetadataLog,
}

impl Reader {
    /// Opens a file that can be read in any order. Reads of its index what the first packet needs.
    pub(super) fn open(media: Media) -> Result<Self> {
        let mut file = Bytes::new(media);
        let mut track = track::find_track(&mut file)?;
        let base = TimeBase::from_recip(track.timescale);
        let is_aac = track.params.codec == CODEC_ID_AAC;
        let whole = if is_aac { Some(track.index.times.usual(&mut file)?) } else { None };
        let mut told = Track::new(TRACK);
        told.with_codec_params(CodecParameters::Audio(track.params.clone())).with_time_base(base);
        let media_info = MediaInfo::from_track(&told);
        let metadata = MetadataLog::default();
        let tracks = [told];
        let mut new = Self { file, track, base, whole, tracks, media_info, metadata };
        if new.track.played.start > FEW {
            new.go_to(0)?;
        }
        Ok(new)
    }

    /// Goes to the packet that sounds at a time of what is played, or before. Gives its time.
    /// Error: there is none, and the first is next.
    fn go_to(&mut self, time: u64) -> Result<u64> {
        let start = self.track.played.start;
        // The decoder needs a packet to start from.
        let time = start.saturating_add(time).saturating_sub(self.whole.unwrap_or_default());
        let found = self.track.index.seek(&mut self.file, time)?;
        let found = found.ok_or(Error::SeekError(SeekErrorKind::OutOfRange))?;
        Ok(found.saturating_sub(start))
    }

    /// Says how much of a packet lies outside of what is played.
    fn trim(&self, packet: &mut Packet, start: u64, length: u64) {
        let last = self.track.index.is_over();
        let whole = self.whole.filter(|_| last).map_or(length, |whole| whole.max(length));
        let played = &self.track.played;
        let before = played.start.saturating_sub(start).min(whole);
        let end = start.saturating_add(length).min(played.end);
        let after = start.saturating_add(whole).saturating_sub(end).min(whole - before);
        packet.trim_start = Duration::new(before);
        packet.trim_end = Duration::new(after);
        packet.dur = Duration::new(whole - before - after);
    }
}

impl FormatReader for Reader {
    fn next_packet(&mut self) -> Result<Option<Packet>> {
        let track = &mut self.track;
        let Some(sample) = track.index.next(&mut self.file)? else { return Ok(None) };
        if sample.start >= track.played.end {
            return Ok(None);
        }
        if sample.bytes > PACKET_MAX {
            return Err(Error::DecodeError("an MP4 packet of more than 1 MiB"));
        }
        let data = self.file.vec(sample.at, sample.bytes as usize)?;
        let time = sample.start.wrapping_sub(track.played.start).cast_signed();
        let mut packet = Packet::new(TRACK, Timestamp::new(time), Duration::ZERO, data);
        self.trim(&mut packet, sample.start, sample.length);
        Ok(Some(packet))
    }

    fn seek(&mut self, _mode: SeekMode, to: SeekTo) -> Result<SeekedTo> {
        let wanted = match to {
            SeekTo::Timestamp { ts, .. } => Some(ts),
            SeekTo::Time { time, .. } => self.base.calc_timestamp(time),
        };
        let out_of_range = || Error::SeekError(SeekErrorKind::OutOfRange);
        let required_ts = wanted.ok_or_else(out_of_range)?;
        let reached = self.go_to(u64::try_from(required_ts.get()).map_err(|_| out_of_range())?)?;
        let actual_ts = Timestamp::new(reached.cast_signed());
        Ok(SeekedTo { track_id: TRACK, required_ts, actual_ts })
    }

    fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    fn format_info(&self) -> &FormatInfo {
        &INFO
    }

    fn media_info(&self) -> &MediaInfo {
        &self.media_info
    }

    fn metadata(&mut self) -> Metadata<'_> {
        self.metadata.metadata()
    }

    fn into_inner<'s>(self: Box<Self>) -> MediaSourceStream<'s>
    where
        Self: 's,
    {
        let media = self.file.into_media();
        MediaSourceStream::new(Box::new(media), MediaSourceStreamOptions::default())
    }
}

const INFO: FormatInfo = FormatInfo {
    format: FormatId::new(FourCc::new(*b"mp4 ")),
    short_name: "mp4",
    long_name: "MP4 with an index",
};

/// The number of the one track that is told of.
const TRACK: u32 = 1;

/// More than an encoder puts before the sound; what is cut off beyond that is not decoded first.
const FEW: u64 = 8_192;

/// Lossless packets of eight channels take 200 KB.
const PACKET_MAX: u64 = 1 << 20;
