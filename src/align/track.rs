//! One side of a call: its frames, each put where it belongs in time.
//!
//! Positions are samples since the start of the axis.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use super::convert::{Input, MakeConvert};
use super::sides::Side;
use crate::protocol::SampleRate;

/// How far a frame may come from where the one before it ended, and still continue it.
const TOLERANCE: Duration = Duration::from_millis(60);

pub(super) struct Track {
    input: Input,
    /// In samples.
    tolerance: i64,
    /// How far ahead of their time frames come by themselves, in samples.
    lead: i64,
    /// The position of the first pending sample. What is before it is out.
    start: u64,
    pending: VecDeque<i16>,
    /// Silence between runs of frames that may be the network's and is not all out, in order.
    gaps: VecDeque<Range<u64>>,
    /// The next frame may continue the one before.
    joined: bool,
    /// It may not, because one between them was lost.
    lost: bool,
    converted: Vec<i16>,
}

impl Track {
    pub fn new(side: Side, rate: SampleRate, make: MakeConvert) -> Self {
        let tolerance = (rate.bytes_in(TOLERANCE) / 2) as i64;
        Self {
            input: Input::new(rate, make),
            tolerance,
            lead: if side == Side::App { tolerance } else { 0 },
            start: 0,
            pending: VecDeque::new(),
            gaps: VecDeque::new(),
            joined: false,
            lost: false,
            converted: Vec::new(),
        }
    }

    /// A frame comes at position `at`: moves to where it is to begin. Returns how many samples later than
    /// its time that is, 0 where it is near enough.
    pub fn place(&mut self, at: u64) -> u64 {
        if !self.joined || self.lag(at) > self.tolerance {
            self.begin_run(at);
        } else if self.lag(at) < -self.lead {
            self.close_gaps((self.lag(at) + self.lead).unsigned_abs());
        }
        let late = -self.lag(at);
        if late > self.tolerance { late.unsigned_abs() } else { 0 }
    }

    /// Appends the frame that was given a place. False if nothing converts it.
    pub fn handle_frame(&mut self, rate: SampleRate, pcm: &[u8]) -> bool {
        self.converted.clear();
        let is_converted = self.input.convert(rate, pcm, &mut self.converted);
        self.pending.extend(&self.converted);
        is_converted
    }

    /// A frame was lost: its time is silence, and stays so.
    pub fn handle_loss(&mut self) {
        self.part();
        self.lost = true;
    }

    /// What comes next does not continue what came. Returns where that ends.
    pub fn finish(&mut self) -> u64 {
        self.part();
        self.gaps.clear();
        self.end()
    }

    /// All that came is out.
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Takes the next samples out, into `out` in place of what was there; silence where there are
    /// none.
    pub fn take(&mut self, count: usize, out: &mut Vec<i16>) {
        if count > self.pending.len() {
            // Nothing continues what ended so long ago; what is held back of it belongs here.
            self.part();
        }
        self.start += count as u64;
        while self.gaps.front().is_some_and(|gap| gap.end <= self.start) {
            self.gaps.pop_front();
        }
        let there = count.min(self.pending.len());
        out.clear();
        let (first, second) = self.pending.as_slices();
        let split = there.min(first.len());
        out.extend_from_slice(&first[..split]);
        out.extend_from_slice(&second[..there - split]);
        self.pending.drain(..there);
        out.resize(count, 0);
    }

    /// How much later than its place in time a frame comes that comes at `at`.
    fn lag(&self, at: u64) -> i64 {
        at as i64 - self.end() as i64
    }

    fn end(&self) -> u64 {
        self.start + self.pending.len() as u64
    }

    /// What comes next does not continue what came before.
    fn part(&mut self) {
        if std::mem::replace(&mut self.joined, false) {
            self.converted.clear();
            self.input.finish(&mut self.converted);
            self.pending.extend(&self.converted);
        }
    }

    /// Begins anew at `at`, or where the audio ends if that is later.
    fn begin_run(&mut self, at: u64) {
        self.part();
        let silence = at.saturating_sub(self.end());
        if silence > 0 && !self.lost {
            self.gaps.push_back(self.end()..at);
        }
        self.pending.resize(self.pending.len() + silence as usize, 0);
        self.lost = false;
        self.joined = true;
    }

    /// Moves what goes on now back by so many samples, into the silence before it that is not out:
    /// what comes early shows that it began late. A burst after a gap shows that the gap was the
    /// network's; what is left of it goes too if frames that far apart would be joined.
    fn close_gaps(&mut self, mut by: u64) {
        while by > 0
            && let Some(gap) = self.gaps.pop_back()
        {
            let open = gap.end - gap.start.max(self.start);
            let left = (gap.end - gap.start).saturating_sub(by);
            let closed = if left <= self.tolerance.unsigned_abs() { open } else { by.min(open) };
            let end = (gap.end - self.start) as usize;
            self.pending.drain(end - closed as usize..end);
            by = by.saturating_sub(closed);
            if closed < open {
                self.gaps.push_back(gap.start..gap.end - closed);
            }
        }
    }
}
