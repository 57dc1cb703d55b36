//! What was heard and said, on its way to whom it is recorded by or forked to.
//!
//! Bound: four seconds of both sides, or 1024 frames. When full, a frame is dropped and counted,
//! and its time is silence in what is made of it.

use std::time::{Duration, Instant};

use super::sides::Side;
use crate::protocol::SampleRate;

/// How long whoever takes it may keep us waiting before audio is lost.
const PATIENCE: Duration = Duration::from_secs(4);

/// So that frames of a sample each do not take more room than their audio.
const MAX_ENTRIES: usize = 1024;

/// Bytes that a queue keeps for itself after it was emptied late.
const KEPT: usize = 64 * 1024;

/// What the queue holds, in order. Times are the recording's own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    Frame {
        at: Duration,
        side: Side,
        rate: SampleRate,
        /// Bytes of it in [`Batch::pcm`], after those of the frames before.
        len: usize,
        /// Frames of the same side were dropped before it.
        after_loss: bool,
    },
    /// The recording was paused.
    Break(Duration),
}

#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub entries: Vec<Entry>,
    pub pcm: Vec<u8>,
}

impl Batch {
    pub fn clear(&mut self) {
        self.entries.clear();
        self.pcm.clear();
        self.pcm.shrink_to(KEPT);
    }
}

/// One recording's queue, and its time.
#[derive(Debug)]
pub(crate) struct Queue {
    batch: Batch,
    time: Time,
    lost: [bool; 2],
    dropped: u64,
    stopped: Option<Duration>,
    /// Nobody writes any more.
    closed: bool,
}

impl Queue {
    pub fn new(start: Instant) -> Self {
        Self {
            batch: Batch::default(),
            time: Time { start, left_out: Duration::ZERO, last: Duration::ZERO, paused: false },
            lost: [false; 2],
            dropped: 0,
            stopped: None,
            closed: false,
        }
    }

    /// Copies a frame, unless the recording is paused or over.
    pub fn push(&mut self, side: Side, now: Instant, rate: SampleRate, pcm: &[u8]) {
        if self.time.paused || self.is_over() {
            return;
        }
        let at = self.time.at(now);
        let limit = 2 * rate.bytes_in(PATIENCE);
        let lost = &mut self.lost[side as usize];
        if self.batch.pcm.len() + pcm.len() > limit || self.batch.entries.len() >= MAX_ENTRIES {
            self.dropped += 1;
            *lost = true;
            return;
        }
        let after_loss = std::mem::take(lost);
        self.batch.entries.push(Entry::Frame { at, side, rate, len: pcm.len(), after_loss });
        self.batch.pcm.extend_from_slice(pcm);
    }

    /// A frame of this side is not to be heard: its time is silence.
    pub fn leave_out(&mut self, side: Side) {
        self.lost[side as usize] = true;
    }

    /// Its own time, which stands still while it is paused.
    pub fn time(&mut self, now: Instant) -> Duration {
        if self.time.paused { self.time.last } else { self.time.at(now) }
    }

    pub fn pause(&mut self, now: Instant) {
        if self.time.paused || self.is_over() {
            return;
        }
        let at = self.time.at(now);
        self.time.paused = true;
        // One of two that nothing came between would do, and keeps the queue bounded.
        if let Some(Entry::Break(last)) = self.batch.entries.last_mut() {
            *last = at;
        } else {
            self.batch.entries.push(Entry::Break(at));
        }
    }

    pub fn resume(&mut self, now: Instant) {
        if std::mem::replace(&mut self.time.paused, false) {
            self.time.leave_out(now);
        }
    }

    /// Ends the recording, at the time last seen if none is given. Only the first time counts.
    pub fn stop(&mut self, now: Option<Instant>) {
        if self.stopped.is_none() {
            self.stopped = Some(match now {
                Some(now) if !self.time.paused => self.time.at(now),
                _ => self.time.last,
            });
        }
    }

    pub fn close(&mut self) {
        self.closed = true;
        self.batch = Batch::default();
    }

    /// Swaps what waits for the empty `batch`. Gives when the recording ended, if it has.
    pub fn take(&mut self, batch: &mut Batch) -> Option<Duration> {
        std::mem::swap(&mut self.batch, batch);
        self.stopped
    }

    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn is_over(&self) -> bool {
        self.closed || self.stopped.is_some()
    }
}

/// The recording's own time: since its start, without what was paused.
#[derive(Debug)]
struct Time {
    start: Instant,
    left_out: Duration,
    last: Duration,
    paused: bool,
}

impl Time {
    /// Never before what it was: two threads may have looked at the clock before they came here.
    fn at(&mut self, now: Instant) -> Duration {
        let at = now.saturating_duration_since(self.start).saturating_sub(self.left_out);
        self.last = self.last.max(at);
        self.last
    }

    /// Goes on at `now` where it was last.
    fn leave_out(&mut self, now: Instant) {
        self.left_out = now.saturating_duration_since(self.start).saturating_sub(self.last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: SampleRate = SampleRate::NARROWBAND;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn taken(queue: &mut Queue) -> Vec<Entry> {
        let mut batch = Batch::default();
        queue.take(&mut batch);
        batch.entries
    }

    #[test]
    fn eight_seconds_of_frames_fit_and_what_follows_others_that_did_not_says_so() {
        let start = Instant::now();
        let mut queue = Queue::new(start);
        for _ in 0..410 {
            queue.push(Side::App, start, RATE, &[0; 320]);
        }
        assert_eq!((taken(&mut queue).len(), queue.dropped()), (400, 10));
        queue.push(Side::Caller, start, RATE, &[0; 320]);
        queue.push(Side::App, start, RATE, &[0; 320]);
        queue.push(Side::App, start, RATE, &[0; 320]);
        let losses = taken(&mut queue).into_iter().map(|entry| match entry {
            Entry::Frame { after_loss, .. } => after_loss,
            Entry::Break(_) => false,
        });
        assert_eq!(losses.collect::<Vec<_>>(), [false, true, false]);
    }

    #[test]
    fn tiny_frames_and_pauses_without_end_take_no_more_room_than_others() {
        let start = Instant::now();
        let mut queue = Queue::new(start);
        for _ in 0..5000 {
            queue.push(Side::App, start, RATE, &[0; 2]);
        }
        for _ in 0..5000 {
            queue.pause(start);
            queue.resume(start);
        }
        assert_eq!(taken(&mut queue).len(), MAX_ENTRIES + 1);
    }

    #[test]
    fn time_does_not_run_backwards_where_two_threads_looked_at_the_clock() {
        let start = Instant::now();
        let mut queue = Queue::new(start);
        queue.push(Side::App, start + ms(50), RATE, &[0; 320]);
        queue.push(Side::Caller, start + ms(49), RATE, &[0; 320]);
        let times = taken(&mut queue).into_iter().map(|entry| match entry {
            Entry::Frame { at, .. } | Entry::Break(at) => at,
        });
        assert_eq!(times.collect::<Vec<_>>(), [ms(50), ms(50)]);
    }
}
