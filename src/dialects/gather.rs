//! Frames gathered to larger pieces.

use std::time::{Duration, Instant};

/// How long what is gathered waits for more: two frames.
const PATIENCE: Duration = Duration::from_millis(40);

/// Audio that waits until there is enough of it.
#[derive(Debug, Default)]
pub(super) struct Gather {
    audio: Vec<u8>,
    due: Option<Instant>,
}

impl Gather {
    pub fn push(&mut self, now: Instant, audio: &[u8]) {
        self.audio.extend_from_slice(audio);
        self.due = (!self.audio.is_empty()).then_some(now + PATIENCE);
    }

    pub fn len(&self) -> usize {
        self.audio.len()
    }

    /// The first bytes, of which there are so many at most.
    pub fn take(&mut self, most: usize) -> Vec<u8> {
        if most >= self.audio.len() {
            self.due = None;
            return std::mem::take(&mut self.audio);
        }
        self.audio.drain(..most).collect()
    }

    /// All there is, if it has waited long enough.
    pub fn take_due(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.due.is_some_and(|due| due <= now).then(|| self.take(usize::MAX))
    }

    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    pub fn clear(&mut self) {
        self.audio.clear();
        self.due = None;
    }
}
