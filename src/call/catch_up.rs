//! Making up for a stall.
//!
//! Written audio that comes late, after a stall of the network or of JavaScript, finds its slots
//! gone. A writer who goes on in real time never makes up for them: what came late would wait, and
//! all that follows behind it, until the call's end. So where no write of 100 ms left at once,
//! the next frames leave sooner by what the least of them waited, a frame at most, as long as
//!
//! - the writer is live: as much comes as leaves, and nobody has asked him to wait;
//! - it makes up for slots that were lost, a second of them at most: the peer had nothing then, so
//!   it gets no more in all than real time has room for.
//!
//! Nothing is left out. A peer that keeps no more than so much ahead drops what it cannot use.

use std::time::{Duration, Instant};

use super::settings::FRAME;

/// How long writes are looked at; twice as long where they are few.
const WINDOW: Duration = Duration::from_millis(100);

/// Fewer writes than this in a window are no live audio.
const FEWEST: u32 = 3;

/// A longer gap is a pause of the writer, no stall.
const LONGEST_STALL: Duration = Duration::from_secs(1);

/// What was lost by stalls, and how long what is written waits.
#[derive(Debug)]
pub(super) struct CatchUp {
    /// Slots that were lost and are not made up for.
    lost: Duration,
    /// The grid was moved on so far since the last write.
    gap: Duration,
    window: Option<Window>,
}

/// How long writes had to wait.
#[derive(Debug)]
struct Window {
    since: Instant,
    writes: u32,
    first: Duration,
    least: Duration,
}

impl CatchUp {
    pub fn new() -> Self {
        Self { lost: Duration::ZERO, gap: Duration::ZERO, window: None }
    }

    /// The grid begins anew, so much later.
    pub fn handle_gap(&mut self, gap: Duration) {
        self.gap += gap;
    }

    /// The writer is no live one.
    pub fn handle_full(&mut self) {
        *self = Self::new();
    }

    /// No stall is to be made up for: the usual case.
    pub fn has_lost_nothing(&self) -> bool {
        self.gap.is_zero() && self.lost.is_zero()
    }

    /// Something is written at `now` that has to wait so long. Gives how much sooner it and what is
    /// before it may leave.
    pub fn handle_write(&mut self, now: Instant, wait: Duration) -> Duration {
        let gap = std::mem::take(&mut self.gap);
        self.lost = if gap > LONGEST_STALL { Duration::ZERO } else { self.lost + gap };
        self.lost = self.lost.min(LONGEST_STALL);
        if self.lost.is_zero() || wait.is_zero() {
            self.window = None;
            return Duration::ZERO;
        }
        let window =
            self.window.get_or_insert(Window { since: now, writes: 0, first: wait, least: wait });
        window.writes += 1;
        window.least = window.least.min(wait);
        let age = now.saturating_duration_since(window.since);
        if age < WINDOW || (window.writes < FEWEST && age < 2 * WINDOW) {
            return Duration::ZERO;
        }
        let is_live = window.writes >= FEWEST && wait.abs_diff(window.first) <= 2 * FRAME;
        let sooner = if is_live { window.least.min(FRAME).min(self.lost) } else { Duration::ZERO };
        self.lost -= sooner;
        self.window = None;
        sooner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// How much sooner all leaves of `writes`, 20 ms apart, of which each waits so many milliseconds.
    fn sooner(catch_up: &mut CatchUp, writes: u64, wait: impl Fn(u64) -> u64) -> u64 {
        let start = Instant::now();
        let sooner =
            (0..writes).map(|write| catch_up.handle_write(start + ms(20 * write), ms(wait(write))));
        sooner.sum::<Duration>().as_millis() as u64
    }

    fn after(gap: u64) -> CatchUp {
        let mut catch_up = CatchUp::new();
        catch_up.handle_gap(ms(gap));
        catch_up
    }

    #[test]
    fn what_waits_behind_a_stall_is_made_up_for_a_frame_at_a_time() {
        assert_eq!(sooner(&mut after(100), 300, |_| 150), 100, "no more than was lost");
        assert_eq!(sooner(&mut after(100), 15, |_| 150), 40);
        assert_eq!(sooner(&mut after(100), 8, |_| 12), 12, "no more than is waited");
        assert_eq!(sooner(&mut after(5000), 200, |_| 150), 0, "that was a pause");
        assert_eq!(sooner(&mut CatchUp::new(), 200, |_| 150), 0);
    }

    #[test]
    fn what_is_needed_now_and_then_is_kept() {
        assert_eq!(sooner(&mut after(100), 200, |write| write % 20 * 10), 0);
    }

    #[test]
    fn who_writes_much_faster_than_is_heard_is_no_live_writer() {
        assert_eq!(sooner(&mut after(100), 200, |write| 100 + 10 * write), 0);
    }
}
