//! Making up for a stall.
//!
//! Written audio that comes late, after a stall of the network or of JavaScript, finds its slots
//! gone. A writer who goes on in real time never makes up for them: what came late would wait, and
//! all that follows behind it, until the call's end. So what waits and was never needed for half a
//! second leaves ahead of its slot, a frame each half second, as long as
//!
//! - the writer is live: as much comes as leaves, and nobody has asked him to wait;
//! - it makes up for slots that were lost, a second of them at most: the peer had nothing then, so
//!   it gets no more in all than real time has room for.
//!
//! Nothing is left out. A peer that keeps no more than so much ahead drops what it cannot use.

use std::time::Duration;

use super::settings::FRAME;

/// How many frames leave before what waits is looked at again.
const WINDOW: u32 = 25;

/// A longer gap is a pause of the writer, no stall.
const LONGEST_STALL: Duration = Duration::from_secs(1);

/// What was lost by stalls, and how much of what is written waits all the time.
#[derive(Debug)]
pub(super) struct CatchUp {
    /// Slots that were lost and are not made up for.
    lost: Duration,
    /// The grid was moved on so far since the last frame.
    gap: Duration,
    window: Option<Window>,
}

/// What waited as frames left, in bytes.
#[derive(Debug)]
struct Window {
    frames: u32,
    first: usize,
    least: usize,
}

impl CatchUp {
    pub fn new() -> Self {
        Self { lost: Duration::ZERO, gap: Duration::ZERO, window: None }
    }

    /// The grid begins anew, so much later.
    pub fn handle_gap(&mut self, gap: Duration) {
        self.gap += gap;
    }

    /// The writer is no live one, or what waits is not what it was.
    pub fn handle_change(&mut self) {
        *self = Self::new();
    }

    /// A written frame of `frame` bytes leaves and so many bytes go on waiting. True if the next may
    /// leave a frame's time sooner.
    pub fn handle_frame(&mut self, frame: usize, waiting: usize) -> bool {
        let gap = std::mem::take(&mut self.gap);
        self.lost = if gap > LONGEST_STALL { Duration::ZERO } else { self.lost + gap };
        self.lost = self.lost.min(LONGEST_STALL);
        if self.lost < FRAME || waiting < frame {
            self.window = None;
            return false;
        }
        let window =
            self.window.get_or_insert(Window { frames: 0, first: waiting, least: waiting });
        window.frames += 1;
        window.least = window.least.min(waiting);
        if window.frames < WINDOW {
            return false;
        }
        let is_live = waiting + 2 * frame >= window.first;
        self.window = None;
        if is_live {
            self.lost -= FRAME;
        }
        is_live
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: usize = 320;

    /// How many frames may leave sooner of `frames`, of which so many bytes wait as each leaves.
    fn sooner(catch_up: &mut CatchUp, frames: usize, waiting: impl Fn(usize) -> usize) -> usize {
        (0..frames).filter(|frame| catch_up.handle_frame(BYTES, waiting(*frame))).count()
    }

    fn after(gap_ms: u64) -> CatchUp {
        let mut catch_up = CatchUp::new();
        catch_up.handle_gap(Duration::from_millis(gap_ms));
        catch_up
    }

    #[test]
    fn what_waits_behind_a_stall_is_made_up_for_a_frame_each_half_second() {
        assert_eq!(sooner(&mut after(100), 200, |_| 5 * BYTES), 5, "no more than was lost");
        assert_eq!(sooner(&mut after(100), 50, |_| 5 * BYTES), 2);
        assert_eq!(sooner(&mut after(5000), 200, |_| 5 * BYTES), 0, "that was a pause");
        assert_eq!(sooner(&mut CatchUp::new(), 200, |_| 5 * BYTES), 0);
    }

    #[test]
    fn what_is_needed_now_and_then_is_kept() {
        assert_eq!(sooner(&mut after(100), 200, |frame| frame % 20 * BYTES), 0);
    }

    #[test]
    fn a_passage_that_was_written_at_once_is_not_sent_any_sooner() {
        assert_eq!(sooner(&mut after(100), 200, |frame| (500 - frame) * BYTES), 0);
    }
}
