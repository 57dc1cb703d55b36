//! Whether a peer's audio keeps to real time.
//!
//! A telephone call has a second of audio in a second. A peer that sends more for long is broken or
//! hostile: what it sends cannot be heard, fills queues and costs all others. Bursts are no fault: a
//! network that stood still delivers what it kept at once, and a peer may be some seconds ahead.

use std::time::{Duration, Instant};

/// How far ahead of real time a peer may be.
const MOST_AHEAD: Duration = Duration::from_secs(10);

/// How much audio comes between two looks at the clock.
const STEP: Duration = Duration::from_secs(1);

/// How far a peer's audio is ahead of real time.
#[derive(Debug, Default)]
pub struct InboundPace {
    /// When the clock was looked at last.
    looked: Option<Instant>,
    /// Audio that has come since.
    came: Duration,
    ahead: Duration,
    /// Audio that came beyond what a peer may be ahead, since the call's beginning.
    excess: Duration,
}

impl InboundPace {
    /// Audio that lasts so long has come. True if it is time to [`look`](Self::look) at the clock.
    pub fn count(&mut self, duration: Duration) -> bool {
        self.came += duration;
        self.came >= STEP || self.looked.is_none()
    }

    /// Looks at the clock. True if the peer is further ahead of real time than it may be.
    pub fn look(&mut self, now: Instant) -> bool {
        let before = self.looked.replace(now).unwrap_or(now);
        let passed = now.saturating_duration_since(before);
        self.ahead = (self.ahead + std::mem::take(&mut self.came)).saturating_sub(passed);
        let excess = self.ahead.saturating_sub(MOST_AHEAD);
        self.ahead -= excess;
        self.excess += excess;
        !excess.is_zero()
    }

    /// How much audio came beyond what a peer may be ahead.
    pub fn excess(&self) -> Duration {
        self.excess
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_millis(20);

    /// Sends `frames` frames, one each `every`. Gives how many looks found the peer too far ahead.
    fn send(pace: &mut InboundPace, now: &mut Instant, frames: u32, every: Duration) -> usize {
        let mut faults = 0;
        for _ in 0..frames {
            *now += every;
            faults += usize::from(pace.count(FRAME) && pace.look(*now));
        }
        faults
    }

    #[test]
    fn real_time_is_never_too_fast_and_a_burst_of_ten_seconds_is_none() {
        let (mut pace, mut now) = (InboundPace::default(), Instant::now());
        assert_eq!(send(&mut pace, &mut now, 100_000, FRAME), 0);
        assert_eq!(send(&mut pace, &mut now, 499, Duration::ZERO), 0);
        assert_eq!(send(&mut pace, &mut now, 100_000, FRAME), 0);
        assert_eq!(pace.excess(), Duration::ZERO);
    }

    #[test]
    fn what_comes_faster_for_longer_is_a_fault_and_its_excess_is_counted() {
        let (mut pace, mut now) = (InboundPace::default(), Instant::now());
        assert!(send(&mut pace, &mut now, 3000, FRAME / 2) > 15);
        let excess = pace.excess().as_secs();
        assert!((19..=20).contains(&excess), "60 s in 30 are 20 too many: {excess}");
        let late = send(&mut pace, &mut now, 3000, FRAME * 2);
        assert!(late <= 1, "what had come fast before is all there is once it is slow");
    }
}
