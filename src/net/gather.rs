//! Looking at the sockets less often when there is much to see.
//!
//! Waking a thread costs more than the frame it is woken for, and a millisecond is nothing to a
//! caller whose frames come every twenty. So when many frames come and go, the I/O thread lets them
//! gather and takes all of a millisecond in one pass. With few calls nothing is held back.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::sync::lock;

/// How long frames gather, where nothing else is said.
pub(super) const DEFAULT: Duration = Duration::from_millis(1);

/// How long frames are counted to tell how many there are.
const WINDOW: Duration = Duration::from_millis(16);

/// Frames in a millisecond that make gathering worth while: forty calls that hear and no fewer.
const BUSY: f64 = 2.0;

/// Tells the I/O thread when to look again.
#[derive(Debug)]
pub(super) struct Gather {
    period: AtomicU64,
    frames: AtomicU64,
    /// Who cannot wait.
    hurries: AtomicU32,
    passes: Mutex<Passes>,
}

/// Nothing gathers while this lives.
#[derive(Debug)]
pub(super) struct Hurry<'a>(&'a Gather);

#[derive(Debug)]
struct Passes {
    /// When the counting of frames began.
    since: Instant,
    is_busy: bool,
    /// When the last pass began.
    last: Instant,
}

impl Gather {
    pub fn new() -> Self {
        let now = Instant::now();
        Self {
            period: AtomicU64::new(nanoseconds(DEFAULT)),
            frames: AtomicU64::new(0),
            hurries: AtomicU32::new(0),
            passes: Mutex::new(Passes { since: now, is_busy: false, last: now }),
        }
    }

    /// Frames gather so long at most; zero: never.
    pub fn set_period(&self, period: Duration) {
        self.period.store(nanoseconds(period), Ordering::Relaxed);
    }

    /// The I/O thread was woken for a frame of a call that goes on.
    pub fn count_frame(&self) {
        self.frames.fetch_add(1, Ordering::Relaxed);
    }

    /// Frames since the counting began.
    #[cfg(test)]
    pub fn counted(&self) -> u64 {
        self.frames.load(Ordering::Relaxed)
    }

    /// Someone waits for what no pause may delay: a flood is read as fast as it is taken.
    pub fn hurry(&self) -> Hurry<'_> {
        self.hurries.fetch_add(1, Ordering::Relaxed);
        Hurry(self)
    }

    /// All that there was is done: waits, if it is busy, until a period after the last pass.
    pub fn pause(&self) {
        let wait = self.wait(Instant::now());
        if !wait.is_zero() {
            thread::sleep(wait);
            lock(&self.passes).last = Instant::now();
        }
    }

    /// Frames gather just now, so that someone who waits for no more than some milliseconds had
    /// better look again at each pass than be woken.
    pub fn is_busy(&self) -> bool {
        self.period.load(Ordering::Relaxed) > 0 && lock(&self.passes).is_busy
    }

    /// How much sooner than it is due something may be done: half of what passes are apart, so that
    /// what falls between two is done in the nearer.
    pub fn slack(&self) -> Duration {
        if !self.is_busy() {
            return Duration::ZERO;
        }
        Duration::from_nanos(self.period.load(Ordering::Relaxed) / 2)
    }

    /// How long to wait at `now` before the next pass.
    fn wait(&self, now: Instant) -> Duration {
        let mut passes = lock(&self.passes);
        let counted = now.saturating_duration_since(passes.since);
        if counted >= WINDOW {
            let frames = self.frames.swap(0, Ordering::Relaxed);
            passes.is_busy = frames as f64 >= BUSY * counted.as_secs_f64() * 1000.0;
            passes.since = now;
        }
        if !passes.is_busy || self.hurries.load(Ordering::Relaxed) > 0 {
            return Duration::ZERO;
        }
        let period = Duration::from_nanos(self.period.load(Ordering::Relaxed));
        let wait = (passes.last + period).saturating_duration_since(now);
        if wait.is_zero() {
            passes.last = now;
        }
        wait
    }
}

impl Drop for Hurry<'_> {
    fn drop(&mut self) {
        self.0.hurries.fetch_sub(1, Ordering::Relaxed);
    }
}

fn nanoseconds(period: Duration) -> u64 {
    u64::try_from(period.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: Duration = Duration::from_millis(1);

    /// Passes a millisecond apart, with `frames` frames a millisecond each; how long the last
    /// is told to wait.
    fn wait_after(gather: &Gather, frames: u32) -> Duration {
        let begin = Instant::now();
        let mut wait = Duration::ZERO;
        for pass in 1..=100 {
            (0..frames).for_each(|_| gather.count_frame());
            wait = gather.wait(begin + MILLISECOND / 2 + MILLISECOND * pass);
        }
        wait
    }

    #[test]
    fn few_frames_are_not_held_back() {
        assert_eq!(wait_after(&Gather::new(), 1), Duration::ZERO);
    }

    #[test]
    fn many_frames_gather_for_the_rest_of_a_millisecond() {
        let gather = Gather::new();
        wait_after(&gather, 5);
        let last = lock(&gather.passes).last;
        assert_eq!(gather.wait(last + MILLISECOND / 4), MILLISECOND * 3 / 4);
        assert_eq!(gather.wait(last + MILLISECOND), Duration::ZERO);
    }

    #[test]
    fn gathering_stops_when_the_calls_are_gone() {
        let gather = Gather::new();
        wait_after(&gather, 5);
        let last = lock(&gather.passes).last;
        let later = last + Duration::from_secs(1);
        assert_eq!(gather.wait(later), Duration::ZERO);
        assert_eq!(gather.wait(later + MILLISECOND / 4), Duration::ZERO);
    }

    #[test]
    fn nothing_gathers_while_someone_is_in_a_hurry() {
        let gather = Gather::new();
        wait_after(&gather, 5);
        let last = lock(&gather.passes).last;
        let hurry = gather.hurry();
        assert_eq!(gather.wait(last + MILLISECOND / 4), Duration::ZERO);
        drop(hurry);
        assert_eq!(gather.wait(last + MILLISECOND / 4), MILLISECOND * 3 / 4);
    }

    #[test]
    fn a_period_of_zero_switches_gathering_off() {
        let gather = Gather::new();
        gather.set_period(Duration::ZERO);
        assert_eq!(wait_after(&gather, 5), Duration::ZERO);
    }
}
