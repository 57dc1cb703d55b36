//! How often a peer may change the rate of its audio.

use std::time::{Duration, Instant};

/// Changes in a second. No peer that is sound has more than one or two in a whole call; each makes all
/// that waits to be converted.
const MOST: u32 = 10;

const WINDOW: Duration = Duration::from_secs(1);

/// The peer changes its rate so often that the call is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyRateChanges;

/// The changes of the last second, counted by whole windows: at most twice as many as [`MOST`] fall into
/// any one second.
#[derive(Debug, Default)]
pub(super) struct RateChanges {
    since: Option<Instant>,
    count: u32,
}

impl RateChanges {
    /// The peer changes its rate at `now`.
    pub fn count(&mut self, now: Instant) -> Result<(), TooManyRateChanges> {
        if self.since.is_none_or(|since| since + WINDOW <= now) {
            *self = Self { since: Some(now), count: 0 };
        }
        self.count += 1;
        if self.count > MOST { Err(TooManyRateChanges) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_changes_a_second_are_borne_and_no_more() {
        let start = Instant::now();
        let mut changes = RateChanges::default();
        for second in 0..3 {
            let now = start + second * WINDOW;
            assert!((0..MOST).all(|_| changes.count(now).is_ok()));
            assert_eq!(changes.count(now + WINDOW / 2), Err(TooManyRateChanges));
        }
    }
}
