//! How many of something may happen in a second.

use std::time::{Duration, Instant};

/// Fills evenly, `rate` a second, up to what a second brings (one at least).
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    rate: f64,
    level: f64,
    at: Instant,
}

impl Bucket {
    /// A full one.
    pub fn new(rate: f64, now: Instant) -> Self {
        Self { rate, level: rate.max(1.0), at: now }
    }

    /// Whether there is one left.
    pub fn has_one(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at);
        self.at = self.at.max(now);
        self.level = (self.level + passed.as_secs_f64() * self.rate).min(self.rate.max(1.0));
        // What adds up to one in tenths is one.
        self.level > 1.0 - 1e-9
    }

    pub fn take_one(&mut self) {
        self.level -= 1.0;
    }

    /// Whether it is as good as a new one at that time.
    pub fn is_full(&self, now: Instant) -> bool {
        let missing = (self.rate.max(1.0) - self.level) / self.rate;
        now.saturating_duration_since(self.at)
            >= Duration::try_from_secs_f64(missing).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(bucket: &mut Bucket, now: Instant) -> usize {
        let mut count = 0;
        while bucket.has_one(now) {
            bucket.take_one();
            count += 1;
        }
        count
    }

    #[test]
    fn a_second_brings_as_many_as_its_rate_and_no_more_are_kept() {
        let start = Instant::now();
        let mut bucket = Bucket::new(10.0, start);
        assert_eq!(taken(&mut bucket, start), 10);
        assert!(!bucket.is_full(start + Duration::from_millis(900)));
        assert_eq!(taken(&mut bucket, start + Duration::from_millis(100)), 1);
        assert_eq!(taken(&mut bucket, start + Duration::from_secs(60)), 10);
        assert!(bucket.is_full(start + Duration::from_secs(62)));
    }

    #[test]
    fn less_than_one_a_second_is_one_in_more_seconds() {
        let start = Instant::now();
        let mut bucket = Bucket::new(0.5, start);
        assert_eq!(taken(&mut bucket, start), 1);
        assert_eq!(taken(&mut bucket, start + Duration::from_secs(1)), 0);
        assert_eq!(taken(&mut bucket, start + Duration::from_secs(2)), 1);
    }
}
