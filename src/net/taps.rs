//! Who receives all that a call hears and sends, besides JavaScript.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::protocol::SampleRate;
use crate::record::Side;
use crate::sync::lock;

/// What receives both sides of a call, until it is removed.
pub(super) trait Tap: Send + Sync {
    /// What counts against the same bound as others of the call's.
    fn kind(&self) -> TapKind;

    /// A frame was heard or sent. Copies it, and waits for nobody.
    fn push(&self, side: Side, now: Instant, rate: SampleRate, pcm: &[u8]);

    /// The call is over.
    fn end(&self, now: Instant);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TapKind {
    Recording,
    Fork,
    /// A fork whose far end speaks to the caller.
    SpeakingFork,
}

/// The taps of one call, by number: most have none. Whoever adds one removes it when it has ended.
#[derive(Default)]
pub(super) struct Taps {
    list: Mutex<Vec<(u32, Arc<dyn Tap>)>>,
    /// Whether there are any: all that a frame costs where there are none.
    are_any: AtomicBool,
}

impl Taps {
    /// How many have not ended, of the kinds that are asked for.
    pub fn count(&self, is_counted: impl Fn(TapKind) -> bool) -> usize {
        lock(&self.list).iter().filter(|(_, tap)| is_counted(tap.kind())).count()
    }

    /// A tap has ended. Without effect if it is not there.
    pub fn remove(&self, id: u32) {
        let mut list = lock(&self.list);
        list.retain(|(other, _)| *other != id);
        self.are_any.store(!list.is_empty(), Ordering::Relaxed);
    }

    pub fn add(&self, id: u32, tap: Arc<dyn Tap>) {
        lock(&self.list).push((id, tap));
        self.are_any.store(true, Ordering::Relaxed);
    }

    /// A frame was heard or sent.
    pub fn push(&self, side: Side, rate: SampleRate, pcm: &[u8]) {
        if self.are_any.load(Ordering::Relaxed) {
            let now = Instant::now();
            lock(&self.list).iter().for_each(|(_, tap)| tap.push(side, now, rate, pcm));
        }
    }

    /// Ends all that are there. They are removed when they have ended.
    pub fn end(&self) {
        let now = Instant::now();
        let list: Vec<_> = lock(&self.list).iter().map(|(_, tap)| Arc::clone(tap)).collect();
        list.iter().for_each(|tap| tap.end(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Tap for Nothing {
        fn kind(&self) -> TapKind {
            TapKind::Recording
        }

        fn push(&self, _: Side, _: Instant, _: SampleRate, _: &[u8]) {}

        fn end(&self, _: Instant) {}
    }

    #[test]
    fn a_tap_that_has_ended_counts_no_more_though_no_frame_comes() {
        let taps = Taps::default();
        (0..3).for_each(|id| taps.add(id, Arc::new(Nothing)));
        taps.remove(1);
        assert_eq!(taps.count(|kind| kind == TapKind::Recording), 2);
        (0..3).for_each(|id| taps.remove(id));
        assert!(!taps.are_any.load(Ordering::Relaxed));
    }
}
