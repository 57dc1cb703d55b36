//! When each sample (a packet of sound) of an MP4 starts, and how long it lasts: `stts`.

use symphonia::core::errors::Result;

use super::atoms::Body;
use super::bytes::Bytes;
use super::table::Table;

/// Goes through the samples' times, in the track's units.
pub(super) struct Times {
    /// How many samples last how long, one after the other.
    runs: Table<8>,
    next_run: u32,
    /// Samples of this run that are still to come.
    left: u32,
    delta: u32,
    now: u64,
}

impl Times {
    pub(super) fn new(file: &mut Bytes, stts: &Body) -> Result<Self> {
        Ok(Self { runs: Table::new(file, stts, 4)?, next_run: 0, left: 0, delta: 0, now: 0 })
    }

    /// When the next sample starts.
    pub(super) fn now(&self) -> u64 {
        self.now
    }

    /// How long the first samples last: all but the last one, where packets have one length.
    pub(super) fn usual(&mut self, file: &mut Bytes) -> Result<u64> {
        let first = self.runs.entry(file, 0)?.map(split);
        Ok(first.map_or(0, |(_, delta)| delta.into()))
    }

    /// Goes on by so many samples. Gives how long they last together.
    pub(super) fn pass(&mut self, file: &mut Bytes, mut samples: u32) -> Result<u64> {
        let start = self.now;
        while samples > 0 {
            if self.left == 0 && !self.load(file)? {
                // Samples that the table forgot are as long as the one before.
                self.left = u32::MAX;
            }
            let now = samples.min(self.left);
            self.go(now);
            samples -= now;
        }
        Ok(self.now - start)
    }

    /// Makes the first sample the next.
    pub(super) fn rewind(&mut self) {
        (self.next_run, self.left, self.now) = (0, 0, 0);
    }

    /// Goes to the sample that sounds at a time, or beyond the last. Gives its number.
    pub(super) fn seek(&mut self, file: &mut Bytes, to: u64) -> Result<u64> {
        self.rewind();
        let mut passed = 0;
        while self.left > 0 || self.load(file)? {
            let whole = (to - self.now).checked_div(self.delta.into());
            let samples = whole.map_or(self.left, |whole| whole.min(self.left.into()) as u32);
            self.go(samples);
            passed += u64::from(samples);
            if self.left > 0 {
                break;
            }
        }
        Ok(passed)
    }

    fn go(&mut self, samples: u32) {
        let time = u64::from(samples) * u64::from(self.delta);
        self.now = self.now.saturating_add(time);
        self.left -= samples;
    }

    fn load(&mut self, file: &mut Bytes) -> Result<bool> {
        let run = self.runs.entry(file, self.next_run)?.map(split);
        if let Some((samples, delta)) = run {
            (self.left, self.delta) = (samples, delta);
            self.next_run += 1;
        }
        Ok(run.is_some())
    }
}

fn split([a, b, c, d, delta @ ..]: [u8; 8]) -> (u32, u32) {
    (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes(delta))
}
