//! Both sides of a call, side by side in time.
//!
//! Time is the recording's own: since its start, without what was paused. Each side's frames are
//! joined where they continue each other within 60 ms, and set apart by silence where they do not.
//! What is as old as the look-ahead is final and comes out: [`LOOK_AHEAD`] where nobody waits for it.

use std::time::Duration;

use super::convert::MakeConvert;
use super::options::{Side, Sides};
use super::track::Track;
use crate::protocol::SampleRate;

/// How long a stretch waits for frames that the network holds up. TCP sends a lost frame again
/// after 200 ms and a round trip; with less than that, each loss would be a hole.
pub const LOOK_AHEAD: Duration = Duration::from_millis(400);

/// Samples of a channel that come out at once, at most.
const CHUNK: u64 = 4096;

/// Puts frames of two sides in their places, and gives 16-bit little-endian audio of one or two
/// channels.
pub struct Aligner {
    sides: Sides,
    rate: SampleRate,
    look_ahead: Duration,
    caller: Track,
    app: Track,
    /// Samples of a channel that are out.
    done: u64,
    /// All before it is final, however young.
    horizon: u64,
    /// What the sides bring to the next output, and that output.
    taken: [Vec<i16>; 2],
    out: Vec<u8>,
}

impl Aligner {
    /// A recording at `rate`.
    pub fn new(sides: Sides, rate: SampleRate, make: MakeConvert) -> Self {
        Self {
            sides,
            rate,
            look_ahead: LOOK_AHEAD,
            caller: Track::new(Side::Caller, rate, make),
            app: Track::new(Side::App, rate, make),
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

    /// A frame was heard or sent at `now`. Take all of [`Self::poll_output`] first: what is kept
    /// is as long as what was not taken. False if the frame had to be left out, because more has
    /// come than the time allows, or nothing converts its rate.
    pub fn handle_frame(
        &mut self,
        now: Duration,
        side: Side,
        rate: SampleRate,
        pcm: &[u8],
    ) -> bool {
        let at = self.position(now);
        !self.sides.has(side) || self.track(side).handle_frame(at, rate, pcm)
    }

    /// A frame of this side was lost; the next is set where its time puts it.
    pub fn handle_loss(&mut self, side: Side) {
        self.track(side).handle_loss();
    }

    /// The recording is interrupted or ends at `now`: all before is final, nothing that came
    /// before reaches beyond.
    pub fn handle_break(&mut self, now: Duration) {
        let at = self.position(now);
        self.caller.cut(at);
        self.app.cut(at);
        self.horizon = at;
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

    fn track(&mut self, side: Side) -> &mut Track {
        match side {
            Side::Caller => &mut self.caller,
            Side::App => &mut self.app,
        }
    }

    fn position(&self, at: Duration) -> u64 {
        (at.as_nanos() * u128::from(self.rate.hz()) / 1_000_000_000) as u64
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
