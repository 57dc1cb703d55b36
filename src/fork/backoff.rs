//! How long a fork waits before it tries again, and how often.

use std::time::Duration;

/// A far end that comes and goes must not keep us busy.
const SHORTEST: Duration = Duration::from_millis(10);

/// The longest that growing waits become.
const LONGEST: Duration = Duration::from_secs(60);

/// How waits follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// All alike.
    Fixed,
    /// Each twice the one before, up to a minute, and up to half of it less by chance, so that
    /// calls that lost the same far end do not all come back at once.
    Exponential,
}

/// Counts attempts to connect since the far end was last there.
#[derive(Clone, Debug)]
pub struct Backoff {
    wait: Duration,
    attempts: u32,
    growth: Growth,
    tried: u32,
}

impl Backoff {
    /// `wait`, ten milliseconds at least, before the first of `attempts` further attempts.
    pub fn new(wait: Duration, attempts: u32, growth: Growth) -> Self {
        Self { wait: wait.max(SHORTEST), attempts, growth, tried: 0 }
    }

    /// The far end was there.
    pub fn reset(&mut self) {
        self.tried = 0;
    }

    /// Attempts that were granted.
    pub fn tried(&self) -> u32 {
        self.tried
    }

    /// How long to wait before another attempt; `None`: there is none. `chance` is from 0 to 1.
    pub fn poll_wait(&mut self, chance: f64) -> Option<Duration> {
        if self.tried >= self.attempts {
            return None;
        }
        let doubled = 2_f64.powi(self.tried.min(32) as i32);
        self.tried += 1;
        match self.growth {
            Growth::Fixed => Some(self.wait),
            Growth::Exponential => {
                let longest = LONGEST.max(self.wait).as_secs_f64();
                let wait = (self.wait.as_secs_f64() * doubled).min(longest);
                Some(Duration::from_secs_f64(wait * (1.0 - chance.clamp(0.0, 1.0) / 2.0)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(mut backoff: Backoff, chance: f64) -> Vec<f64> {
        std::iter::from_fn(|| backoff.poll_wait(chance)).map(|wait| wait.as_secs_f64()).collect()
    }

    #[test]
    fn fixed_waits_are_alike_and_end() {
        let backoff = Backoff::new(Duration::from_secs(5), 3, Growth::Fixed);
        assert_eq!(waits(backoff, 0.7), [5.0; 3]);
        assert!(waits(Backoff::new(Duration::ZERO, 0, Growth::Fixed), 0.0).is_empty());
    }

    #[test]
    fn growing_waits_double_up_to_a_minute_and_vary_by_half() {
        let backoff = || Backoff::new(Duration::from_secs(10), 5, Growth::Exponential);
        assert_eq!(waits(backoff(), 0.0), [10.0, 20.0, 40.0, 60.0, 60.0]);
        assert_eq!(waits(backoff(), 1.0), [5.0, 10.0, 20.0, 30.0, 30.0]);
    }

    #[test]
    fn attempts_count_anew_once_the_far_end_was_there() {
        let mut backoff = Backoff::new(Duration::from_secs(1), 2, Growth::Exponential);
        backoff.poll_wait(0.0);
        backoff.poll_wait(0.0);
        assert_eq!((backoff.tried(), backoff.poll_wait(0.0)), (2, None));
        backoff.reset();
        assert_eq!(backoff.poll_wait(0.0), Some(Duration::from_secs(1)));
    }
}
