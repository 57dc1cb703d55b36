//! How long a peer has had no room for what it is to hear.

use std::time::{Duration, Instant};

/// How long in all a call that is to be heard to its end waits for a peer without room.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub(super) struct Stall {
    /// Since when there is no room.
    since: Option<Instant>,
    /// How long there was none before that.
    before: Duration,
}

impl Stall {
    /// Whether there is room for the peer's audio, as far as is known at `now`.
    pub fn handle(&mut self, now: Instant, is_stuck: bool) {
        match (self.since, is_stuck) {
            (None, true) => self.since = Some(now),
            (Some(since), false) => {
                self.before += now.saturating_duration_since(since);
                self.since = None;
            }
            _ => {}
        }
    }

    /// Nobody waits for it any longer.
    pub fn is_over(&self, now: Instant) -> bool {
        self.poll_timeout().is_some_and(|until| until <= now)
    }

    /// When it is over, if it goes on.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.since.map(|since| since + PATIENCE.saturating_sub(self.before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_without_room_add_up() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut stall = Stall::default();
        assert_eq!(stall.poll_timeout(), None);
        stall.handle(at(0), true);
        stall.handle(at(3000), false);
        assert!(!stall.is_over(at(60_000)));
        stall.handle(at(60_000), true);
        stall.handle(at(61_000), true);
        assert!(!stall.is_over(at(61_999)));
        assert!(stall.is_over(at(62_000)));
    }
}
