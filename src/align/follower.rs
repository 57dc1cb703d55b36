//! One side of a call, as soon as it comes.
//!
//! Nobody else shares the axis, so nothing waits for its place: a frame goes out as it comes, however late.
//! Silence follows once nothing has come for a while, as long as it was; what the network held up takes its
//! length from the next silence.

use std::time::Duration;

use super::convert::{Input, MakeConvert};
use super::queue::{Batch, Entry};
use super::sides::Side;
use crate::protocol::SampleRate;

/// How far a frame of the app's may leave from where the one before it ended, and still continue it.
const TOLERANCE: Duration = Duration::from_millis(60);

/// How much audio may come before its time and be taken from silence.
const MOST_AHEAD: Duration = Duration::from_secs(4);

/// Passes one side's frames on as 16-bit little-endian mono audio, with silence where nothing comes.
pub struct Follower {
    side: Side,
    rate: SampleRate,
    input: Input,
    /// How long nothing comes before that is silence.
    wait: Duration,
    /// Silence is as long as a multiple of this, in samples, so that frames behind it are not cut anew.
    step: u64,
    /// Where the audio that is out ends, in samples since the start.
    end: u64,
    /// When the last frame's audio is over.
    quiet_since: Duration,
    /// A frame was lost.
    lost: bool,
    samples: Vec<i16>,
    out: Vec<u8>,
}

impl Follower {
    /// Follows `side` at `rate`, with silence in multiples of `step` once nothing has come for `wait`.
    pub fn new(
        side: Side,
        rate: SampleRate,
        make: MakeConvert,
        wait: Duration,
        step: Duration,
    ) -> Self {
        Self {
            side,
            rate,
            input: Input::new(rate, make),
            wait,
            step: (rate.bytes_in(step) / 2).max(1) as u64,
            end: 0,
            quiet_since: Duration::ZERO,
            lost: false,
            samples: Vec::new(),
            out: Vec::new(),
        }
    }

    /// A frame came at `now`: returns what goes out for it. `None` if nothing converts its rate.
    pub fn handle_frame(&mut self, now: Duration, rate: SampleRate, pcm: &[u8]) -> Option<&[u8]> {
        let at = self.position(now);
        self.samples.clear();
        let gap = at.saturating_sub(self.end);
        // The app's frames meet no network, and what was lost is known: there, time tells what was silence.
        let is_silence = self.lost || self.side == Side::App && gap > self.samples_in(TOLERANCE);
        if is_silence {
            self.input.finish(&mut self.samples);
            self.append_silence(gap);
        }
        self.lost = false;
        let is_converted = self.input.convert(rate, pcm, &mut self.samples);
        let ahead = at + self.samples_in(MOST_AHEAD);
        self.end = (self.end + self.samples.len() as u64).min(ahead);
        self.quiet_since = now + rate.duration_of(pcm.len());
        if !is_converted {
            return None;
        }
        Some(self.bytes())
    }

    /// A frame was lost: its time is silence.
    pub fn handle_loss(&mut self) {
        self.lost = true;
    }

    /// The silence that is certain at `now`; empty if there is none.
    pub fn poll_silence(&mut self, now: Duration) -> &[u8] {
        self.samples.clear();
        if now > self.quiet_since + self.wait {
            self.input.finish(&mut self.samples);
            let until = self.position(now.saturating_sub(self.wait));
            self.append_silence(until.saturating_sub(self.end));
            self.end += self.samples.len() as u64;
        }
        self.bytes()
    }

    /// Nothing continues what came: returns what was held back of it.
    pub fn finish(&mut self) -> &[u8] {
        self.samples.clear();
        self.input.finish(&mut self.samples);
        self.end += self.samples.len() as u64;
        self.bytes()
    }

    /// Takes all that was queued, and gives `sink` what goes out. Returns how many frames nothing converts.
    pub(crate) fn handle_batch(&mut self, batch: &Batch, sink: &mut impl FnMut(&[u8])) -> u64 {
        let mut rest = batch.pcm.as_slice();
        let mut left_out = 0;
        for entry in &batch.entries {
            match *entry {
                Entry::Break(at) => {
                    sink(self.poll_silence(at));
                    sink(self.finish());
                }
                Entry::Frame { at, rate, len, after_loss, .. } => {
                    let (pcm, others) = rest.split_at(len.min(rest.len()));
                    rest = others;
                    sink(self.poll_silence(at));
                    self.lost |= after_loss;
                    match self.handle_frame(at, rate, pcm) {
                        Some(pcm) => sink(pcm),
                        None => left_out += 1,
                    }
                }
            }
        }
        left_out
    }

    fn append_silence(&mut self, samples: u64) {
        let whole = (samples / self.step * self.step) as usize;
        self.samples.resize(self.samples.len() + whole, 0);
    }

    fn bytes(&mut self) -> &[u8] {
        self.out.clear();
        self.out.extend(self.samples.iter().flat_map(|sample| sample.to_le_bytes()));
        &self.out
    }

    fn samples_in(&self, time: Duration) -> u64 {
        (self.rate.bytes_in(time) / 2) as u64
    }

    fn position(&self, at: Duration) -> u64 {
        (at.as_nanos() * u128::from(self.rate.hz()) / 1_000_000_000) as u64
    }
}
