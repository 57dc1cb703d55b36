//! MP4 files whose index (`moov`) lists all samples, without holding that index: it takes 10 KB for
//! each minute. Read on demand are pieces of its tables: `times` and `places` go through them.
//!
//! Streams, whose index cannot be gone back to, and fragmented files are left to symphonia.

mod atoms;
mod bytes;
mod description;
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

/// What opening gives.
pub(super) enum Opened {
    Reader(Box<Reader>),
    /// Its samples are listed in fragments: it is for another reader.
    Fragmented(Media),
}

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
    pub(super) fn open(media: Media) -> Result<Opened> {
        let mut file = Bytes::new(media);
        let Some(mut track) = track::find_track(&mut file)? else {
            return Ok(Opened::Fragmented(file.into_inner()?));
        };
        let base = TimeBase::from_recip(track.timescale);
        let is_aac = track.params.codec == CODEC_ID_AAC;
        let whole = if is_aac { Some(track.times.usual(&mut file)?) } else { None };
        let mut told = Track::new(TRACK);
        told.with_codec_params(CodecParameters::Audio(track.params.clone())).with_time_base(base);
        let media_info = MediaInfo::from_track(&told);
        let metadata = MetadataLog::default();
        let tracks = [told];
        let mut new = Self { file, track, base, whole, tracks, media_info, metadata };
        if new.track.played.start > FEW {
            new.go_to(0)?;
        }
        Ok(Opened::Reader(Box::new(new)))
    }

    /// Goes to the packet that sounds at a time of what is played, or before. Gives its time.
    /// Error: there is none, and the first is next.
    fn go_to(&mut self, time: u64) -> Result<u64> {
        let (file, track) = (&mut self.file, &mut self.track);
        let start = track.played.start;
        // The decoder needs a packet to start from.
        let time = start.saturating_add(time).saturating_sub(self.whole.unwrap_or_default());
        let sample = track.times.seek(file, time);
        let found = sample.and_then(|sample| track.places.seek(file, sample));
        if let Ok(true) = found {
            return Ok(track.times.now().saturating_sub(start));
        }
        track.times.rewind();
        track.places.rewind();
        found.and(Err(Error::SeekError(SeekErrorKind::OutOfRange)))
    }

    /// Says how much of a packet lies outside of what is played.
    fn trim(&self, packet: &mut Packet, start: u64, length: u64) {
        let last = self.track.places.is_over();
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
        let (file, track) = (&mut self.file, &mut self.track);
        let start = track.times.now();
        if start >= track.played.end {
            return Ok(None);
        }
        let Some(piece) = track.places.next(file)? else { return Ok(None) };
        let length = track.times.pass(file, piece.samples)?;
        if piece.bytes > PACKET_MAX {
            return Err(Error::DecodeError("an MP4 packet of more than 1 MiB"));
        }
        let data = file.vec(piece.at, piece.bytes as usize)?;
        let time = start.wrapping_sub(track.played.start).cast_signed();
        let mut packet = Packet::new(TRACK, Timestamp::new(time), Duration::ZERO, data);
        self.trim(&mut packet, start, length);
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
