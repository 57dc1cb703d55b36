//! Formats with a header: symphonia takes them apart and decodes them.

mod codec;
mod ending;
mod guard;
mod mp4;
mod open;
mod opus;
mod vorbis;

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatReader, SeekMode, SeekTo};
use symphonia::core::packet::Packet;
use symphonia::core::units::{Time, TimeBase, Timestamp};

use super::media::Watch;
use super::source::check_rate;
use super::{AudioError, Source};
use codec::Codec;
use ending::Ending;
use guard::guarded;

pub(super) use open::open;

/// A file or stream being decoded.
struct Decoded {
    reader: Box<dyn FormatReader>,
    codec: Codec,
    track: u32,
    time_base: Option<TimeBase>,
    /// The call's rate in Hz, for codecs that can decode to several.
    wanted_hz: u32,
    rate: u32,
    watch: Arc<Watch>,
    ending: Ending,
    /// Whether it may end anywhere.
    open_ended: bool,
    /// Packets that could not be decoded, and those that could.
    damaged: u32,
    sound: u32,
}

impl Source for Decoded {
    fn sample_rate(&self) -> u32 {
        self.rate
    }

    fn read(&mut self, out: &mut Vec<f32>) -> Result<bool, AudioError> {
        self.watch.allow(READ_MAX);
        for _ in 0..PACKETS_MAX {
            let packet = match guarded(|| self.reader.next_packet()) {
                Ok(Some(packet)) => packet,
                Ok(None) => return self.end(),
                Err(Error::ResetRequired) => {
                    self.follow_on()?;
                    continue;
                }
                Err(Error::IoError(error))
                    if self.open_ended && error.kind() == ErrorKind::UnexpectedEof =>
                {
                    return self.end();
                }
                Err(error) => return Err(self.failure(error)),
            };
            if packet.track_id == self.track {
                self.decode(&packet, out)?;
                return Ok(true);
            }
        }
        Ok(true)
    }

    fn skip_near(&mut self, position: Duration) -> Duration {
        self.watch.allow(u64::MAX);
        let early = position.saturating_sub(RUN_UP);
        let Some(time) = Time::try_from_nanos_u128(early.as_nanos()) else {
            return Duration::ZERO;
        };
        let to = SeekTo::Time { time, track_id: Some(self.track) };
        let Ok(reached) = guarded(|| self.reader.seek(SeekMode::Accurate, to)) else {
            return Duration::ZERO;
        };
        self.codec.reset();
        self.position_of(reached.actual_ts).unwrap_or_default().min(position)
    }
}

impl Decoded {
    /// Decodes a packet; one that is damaged becomes silence of its length, so that what follows
    /// keeps its time. Before the first sound it is left out: a cut MP3 starts with such.
    fn decode(&mut self, packet: &Packet, out: &mut Vec<f32>) -> Result<(), AudioError> {
        let had = out.len();
        match guarded(|| self.codec.decode(packet, out)) {
            Ok(rate) => {
                self.rate = check_rate(rate)?;
                self.sound = self.sound.saturating_add(1);
                self.trim(packet, had, out);
                Ok(())
            }
            Err(Error::DecodeError(_) | Error::IoError(_)) => {
                out.truncate(had);
                self.damaged += u32::from(self.sound > 0);
                if self.damaged > DAMAGED_MAX {
                    return Err(AudioError::corrupt("too many of its packets cannot be decoded"));
                }
                let silence = self.samples_in(packet.block_dur().get());
                out.resize(had + if self.sound > 0 { silence } else { 0 }, 0.0);
                self.trim(packet, had, out);
                Ok(())
            }
            Err(error) => Err(self.failure(error)),
        }
    }

    /// Cuts off what the encoder put before and after the recording.
    fn trim(&mut self, packet: &Packet, had: usize, out: &mut Vec<f32>) {
        let end = self.samples_in(packet.trim_end.get()).min(out.len() - had);
        let start = self.samples_in(packet.trim_start.get()).min(out.len() - had - end);
        out.drain(had..had + start);
        self.ending.cut(end, had, out);
    }

    /// A length in the track's units as samples; no packet is longer than a second.
    fn samples_in(&self, units: u64) -> usize {
        let Some(base) = self.time_base else { return 0 };
        let seconds = units as f64 * f64::from(base.numer.get()) / f64::from(base.denom.get());
        (seconds.min(1.0) * f64::from(self.rate)).round() as usize
    }

    fn position_of(&self, timestamp: Timestamp) -> Option<Duration> {
        let seconds = self.time_base?.calc_time(timestamp)?.as_secs_f64();
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// Another recording follows in the same file (chained Ogg).
    fn follow_on(&mut self) -> Result<(), AudioError> {
        let (track, codec) = open::choose(self.reader.as_ref(), self.wanted_hz)?;
        (self.track, self.time_base, self.codec) = (track.id, track.time_base, codec);
        Ok(())
    }

    fn end(&self) -> Result<bool, AudioError> {
        if let Some(failure) = self.watch.failure() {
            return Err(failure);
        }
        match (self.sound, self.damaged) {
            (0, _) => Err(AudioError::corrupt("there is no sound in it")),
            (_, 0) => Ok(false),
            (_, damaged) => Err(AudioError::corrupt(format!("{damaged} of its packets"))),
        }
    }

    fn failure(&self, error: Error) -> AudioError {
        open::failure(error, &self.watch)
    }
}

/// How long a decoder that starts in the middle takes to sound right: Opus 80 ms, others less.
const RUN_UP: Duration = Duration::from_millis(100);

/// Bytes that may go by without a sound before a file counts as damaged: far more than a video's
/// pictures between two sounds.
const READ_MAX: u64 = 4 << 20;

/// Packets of other tracks that one read passes over.
const PACKETS_MAX: usize = 256;

/// Packets that may be damaged before the rest is given up.
const DAMAGED_MAX: u32 = 100;
