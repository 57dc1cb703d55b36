//! Who is given all that a line hears and sends, besides JavaScript.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::call_handle::CallHandle;
use super::fork::Fork;
use crate::protocol::SampleRate;
use crate::record::{Recorder, Side};
use crate::sync::lock;

/// What takes both sides of a call.
pub(super) enum Tap {
    Recorder(Arc<Recorder>),
    Fork(Arc<Fork>),
}

/// The taps of one call: most have none.
#[derive(Default)]
pub(super) struct Taps {
    list: Mutex<Vec<Tap>>,
    /// Whether there are any: all that a frame costs where there are none.
    are_any: AtomicBool,
}

impl Tap {
    fn push(&self, side: Side, now: Instant, rate: SampleRate, pcm: &[u8]) {
        match self {
            Self::Recorder(recorder) => recorder.push(side, now, rate, pcm),
            Self::Fork(fork) => fork.push(side, now, rate, pcm),
        }
    }

    /// It wants no more.
    fn is_over(&self) -> bool {
        match self {
            // One that was stopped is the line's alone.
            Self::Recorder(recorder) => Arc::strong_count(recorder) == 1,
            Self::Fork(fork) => fork.is_over(),
        }
    }

    /// The call is over.
    fn end(&self, now: Instant) {
        match self {
            Self::Recorder(recorder) => recorder.stop(now),
            Self::Fork(fork) => fork.stop(now, None),
        }
    }
}

impl Taps {
    /// Recordings that may not be over.
    pub fn recordings(&self) -> usize {
        lock(&self.list).iter().filter(|tap| matches!(tap, Tap::Recorder(_))).count()
    }

    /// Forks that are not over.
    pub fn forks(&self) -> Vec<Arc<Fork>> {
        let list = lock(&self.list);
        let forks = list.iter().filter(|tap| !tap.is_over()).filter_map(|tap| match tap {
            Tap::Fork(fork) => Some(Arc::clone(fork)),
            Tap::Recorder(_) => None,
        });
        forks.collect()
    }
}

impl CallHandle {
    /// Gives `tap` all that follows.
    pub(super) fn add_tap(&self, tap: Tap) {
        lock(&self.taps.list).push(tap);
        self.taps.are_any.store(true, Ordering::Relaxed);
        // The call may have ended meanwhile, without this one.
        if lock(&self.out).ended {
            self.end_taps();
        }
    }

    /// A frame was heard or sent.
    pub(super) fn handle_tapped(&self, side: Side, rate: SampleRate, pcm: &[u8]) {
        if !self.taps.are_any.load(Ordering::Relaxed) {
            return;
        }
        let now = Instant::now();
        let mut taps = lock(&self.taps.list);
        taps.retain(|tap| !tap.is_over());
        self.taps.are_any.store(!taps.is_empty(), Ordering::Relaxed);
        taps.iter().for_each(|tap| tap.push(side, now, rate, pcm));
    }

    /// The call is over, and so is what taps it.
    pub(super) fn end_taps(&self) {
        let now = Instant::now();
        let taps = std::mem::take(&mut *lock(&self.taps.list));
        taps.iter().for_each(|tap| tap.end(now));
    }
}
