//! Names for places in what is said.

use std::collections::VecDeque;

use super::mixer::Mixer;
use super::playback::Slot;

/// Marks that may wait: as many as JavaScript sets.
const MOST: usize = 1024;

/// A mark that was passed, or that was cleared away with what stood before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// The number that the mark was given.
    pub mark: u32,
    pub cleared: bool,
}

/// Marks, in the order in which they were set and are passed.
#[derive(Debug, Default)]
pub(super) struct Marks {
    waiting: VecDeque<Mark>,
    passed: VecDeque<Passed>,
}

#[derive(Debug)]
struct Mark {
    mark: u32,
    /// How much written audio, counted from the call's beginning, must have left.
    behind: u64,
    /// Plays that must be over.
    plays: [Option<u32>; Slot::ALL.len()],
}

impl Marks {
    /// Sets a mark behind `behind` bytes of written audio and behind what plays. Where too many wait the
    /// oldest is told as cleared.
    pub fn set(&mut self, mark: u32, behind: u64, mixer: &Mixer) {
        if self.waiting.len() >= MOST
            && let Some(oldest) = self.waiting.pop_front()
        {
            self.passed.push_back(Passed { mark: oldest.mark, cleared: true });
        }
        let mut plays = mixer.iter().map(|playback| playback.play);
        let plays = std::array::from_fn(|_| plays.next());
        self.waiting.push_back(Mark { mark, behind, plays });
    }

    /// `left` bytes of written audio have left.
    pub fn advance(&mut self, left: u64, mixer: &Mixer) {
        while let Some(mark) = self.waiting.front() {
            if mark.behind > left || mark.plays.iter().flatten().any(|play| mixer.has(*play)) {
                return;
            }
            self.passed.push_back(Passed { mark: mark.mark, cleared: false });
            self.waiting.pop_front();
        }
    }

    /// Of `queued` bytes that were to leave after the first `left`, conversion has made `now`.
    pub fn scale(&mut self, left: u64, queued: usize, now: usize) {
        for mark in &mut self.waiting {
            let ahead = mark.behind.saturating_sub(left).min(queued as u64);
            let scaled = u128::from(ahead) * now as u128 / queued.max(1) as u128;
            mark.behind = left + (scaled as u64 & !1);
        }
    }

    /// What stood before the marks will not leave.
    pub fn clear(&mut self) {
        let cleared = self.waiting.drain(..).map(|mark| Passed { mark: mark.mark, cleared: true });
        self.passed.extend(cleared);
    }

    pub fn poll_passed(&mut self) -> Option<Passed> {
        self.passed.pop_front()
    }
}
