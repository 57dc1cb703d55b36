//! Both sides of a call, side by side in time.
//!
//! The axis runs with time since the start, without what was paused. Each side's frames are joined where
//! they continue each other within 60 ms, and set apart by silence where they do not. What is as old as
//! the look-ahead is final and comes out.
//!
//! A frame that comes later than the look-ahead is put behind what is out of its side, and the side is late
//! from then on. It catches up in its next silence; or the axis moves on for both, in a moment in which the
//! other side is silent; or at the latest when it is [`MOST_LATE`] late. No sample is lost to it.

use std::time::Duration;

use super::convert::MakeConvert;
use super::sides::{Side, Sides};
use super::track::Track;
use crate::protocol::SampleRate;

/// How long a stretch waits for frames that the network holds up, where nobody waits for it. TCP sends a lost
/// frame again after 200 ms and a round trip.
pub const LOOK_AHEAD: Duration = Duration::from_millis(400);

/// How late a side may be before silence goes between the other's words.
const MOST_LATE: Duration = Duration::from_secs(4);

/// Samples of a channel that come out at once, at most.
const CHUNK: u64 = 4096;

/// Puts frames of two sides in their places, and returns 16-bit little-endian audio of one or two
/// channels.
pub struct Aligner {
    sides: Sides,
    rate: SampleRate,
    look_ahead: Duration,
    most_late: Duration,
    caller: Track,
    app: Track,
    /// How far the axis was moved on for sides that were late, in samples.
    moved: u64,
    /// The latest time that was seen: it does not run backwards.
    latest: Duration,
    /// Samples of a channel that are out.
    done: u64,
    /// All before it is final, however young.
    horizon: u64,
    /// What the sides bring to the next output, and that output.
    taken: [Vec<i16>; 2],
    out: Vec<u8>,
}

impl Aligner {
    /// Audio at `rate`.
    pub fn new(sides: Sides, rate: SampleRate, make: MakeConvert) -> Self {
        Self {
            sides,
            rate,
            look_ahead: LOOK_AHEAD,
            most_late: MOST_LATE,
            caller: Track::new(Side::Caller, rate, make),
            app: Track::new(Side::App, rate, make),
            moved: 0,
            latest: Duration::ZERO,
            done: 0,
            horizon: 0,
            taken: Default::default(),
            out: Vec::new(),
        }
    }

    /// Has a stretch wait so long for its frames, where what comes out is wanted sooner.
    pub fn with_look_ahead(self, look_ahead: Duration) -> Self {
        Self { look_ahead, ..self }
    }

    /// A frame was received or sent at `now`. Take all of [`Self::poll_output`] first: what is kept
    /// is as long as what was not taken. False if nothing converts its rate: its time is silence.
    pub fn handle_frame(
        &mut self,
        now: Duration,
        side: Side,
        rate: SampleRate,
        pcm: &[u8],
    ) -> bool {
        if !self.sides.has(side) {
            return true;
        }
        self.latest = self.latest.max(now);
        let at = self.position(self.latest);
        let late = self.track(side).place(at);
        let most = (self.rate.bytes_in(self.most_late) / 2) as u64;
        if late > 0 && (late > most || self.is_silent_beside(side)) {
            self.moved += late;
        }
        self.track(side).handle_frame(rate, pcm)
    }

    /// A frame of this side was lost; the next is set where its time puts it.
    pub fn handle_loss(&mut self, side: Side) {
        self.track(side).handle_loss();
    }

    /// Interrupts or ends the audio at `now`: all that came before is final. What of it reaches beyond
    /// `now` moves the axis on.
    pub fn handle_break(&mut self, now: Duration) {
        self.latest = self.latest.max(now);
        let at = self.position(self.latest).max(self.done);
        let end = self.caller.finish().max(self.app.finish()).max(at);
        self.moved += end - at;
        self.horizon = end;
    }

    /// The next audio that is final at `now`; empty if there is no more.
    pub fn poll_output(&mut self, now: Duration) -> &[u8] {
        let settled = self.position(now.saturating_sub(self.look_ahead)).max(self.horizon);
        let count = settled.saturating_sub(self.done).min(CHUNK);
        self.done += count;
        let Self { taken: [caller, app], out, .. } = self;
        self.caller.take(count as usize, caller);
        self.app.take(count as usize, app);
        match self.sides {
            Sides::Caller => put(out, caller.iter().copied()),
            Sides::App => put(out, app.iter().copied()),
            Sides::Mix => {
                put(out, caller.iter().zip(app.iter()).map(|(a, b)| a.saturating_add(*b)));
            }
            Sides::Both => put_both(out, caller, app),
        }
        out
    }

    /// How much has come out.
    pub fn duration(&self) -> Duration {
        let nanos = u128::from(self.done) * 1_000_000_000 / u128::from(self.rate.hz());
        Duration::from_nanos(nanos as u64)
    }

    /// Nothing of the other side waits, so that silence can go between its words.
    fn is_silent_beside(&self, side: Side) -> bool {
        match side {
            Side::Caller => self.app.is_empty(),
            Side::App => self.caller.is_empty(),
        }
    }

    fn track(&mut self, side: Side) -> &mut Track {
        match side {
            Side::Caller => &mut self.caller,
            Side::App => &mut self.app,
        }
    }

    fn position(&self, at: Duration) -> u64 {
        (at.as_nanos() * u128::from(self.rate.hz()) / 1_000_000_000) as u64 + self.moved
    }
}

/// Puts samples in place of what was there.
fn put(out: &mut Vec<u8>, samples: impl ExactSizeIterator<Item = i16>) {
    out.resize(samples.len() * 2, 0);
    for (bytes, sample) in out.chunks_exact_mut(2).zip(samples) {
        bytes.copy_from_slice(&sample.to_le_bytes());
    }
}

fn put_both(out: &mut Vec<u8>, left: &[i16], right: &[i16]) {
    out.resize(left.len() * 4, 0);
    for (bytes, (left, right)) in out.chunks_exact_mut(4).zip(left.iter().zip(right)) {
        bytes[..2].copy_from_slice(&left.to_le_bytes());
        bytes[2..].copy_from_slice(&right.to_le_bytes());
    }
}
