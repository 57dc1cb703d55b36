//! One clock for all: wakes each who asked for it when it is time. It knows no call.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::yield_now;

use super::gather::Gather;
use super::timer::Timer;
use crate::sync::lock;

/// When to come back to a call that JavaScript was just sending on.
const RETRY: Duration = Duration::from_millis(1);

/// Passes follow each other so soon where frames gather.
const SOON: Duration = Duration::from_millis(2);

/// Who is woken at deadlines.
pub(super) trait Timed: Send + Sync {
    /// The deadline `at` has come. Gives itself back where it is busy just now: ask again.
    fn handle_deadline(self: Arc<Self>, at: Instant, now: Instant) -> Result<(), Arc<dyn Timed>>;
}

/// The deadlines of all, soonest first.
#[derive(Default)]
pub(super) struct Pacer {
    deadlines: Mutex<BinaryHeap<Deadline>>,
    sooner: Notify,
}

struct Deadline {
    at: Instant,
    who: Arc<dyn Timed>,
}

impl Pacer {
    /// Wakes `who` at `at`.
    pub fn arm(&self, at: Instant, who: Arc<dyn Timed>) {
        let mut deadlines = lock(&self.deadlines);
        let soonest = deadlines.peek().is_none_or(|soonest| at < soonest.at);
        deadlines.push(Deadline { at, who });
        drop(deadlines);
        if soonest {
            self.sooner.notify_one();
        }
    }

    /// Runs for ever. Sleeps while nothing is due; where frames gather it is one with the passes,
    /// which spares setting a timer for each.
    pub async fn run(&self, gather: &Gather) {
        let timer = Timer::new();
        loop {
            self.wake_due(Instant::now() + gather.slack());
            match self.soonest() {
                Some(at) if gather.is_busy() && at < Instant::now() + SOON => {
                    gather.pause();
                    yield_now().await;
                }
                Some(at) => tokio::select! {
                    () = timer.until(at) => {}
                    () = self.sooner.notified() => {}
                },
                None => self.sooner.notified().await,
            }
        }
    }

    /// Lets go of all.
    pub fn clear(&self) {
        lock(&self.deadlines).clear();
    }

    /// Wakes whoever is due at `now`.
    pub fn wake_due(&self, now: Instant) {
        while let Some(Deadline { at, who }) = self.pop_due(now) {
            if let Err(busy) = who.handle_deadline(at, now) {
                self.arm(now + RETRY, busy);
            }
        }
    }

    fn pop_due(&self, now: Instant) -> Option<Deadline> {
        let mut deadlines = lock(&self.deadlines);
        deadlines.peek().filter(|soonest| soonest.at <= now)?;
        deadlines.pop()
    }

    fn soonest(&self) -> Option<Instant> {
        lock(&self.deadlines).peek().map(|soonest| soonest.at)
    }
}

impl Ord for Deadline {
    fn cmp(&self, other: &Self) -> Ordering {
        other.at.cmp(&self.at)
    }
}

impl PartialOrd for Deadline {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Deadline {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Deadline {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts its deadlines, and is busy at first.
    #[derive(Default)]
    struct Busy(Mutex<(u32, u32)>);

    impl Timed for Busy {
        fn handle_deadline(self: Arc<Self>, _: Instant, _: Instant) -> Result<(), Arc<dyn Timed>> {
            let mut counts = lock(&self.0);
            let (asked, woken) = &mut *counts;
            *asked += 1;
            if *asked < 3 {
                drop(counts);
                return Err(self);
            }
            *woken += 1;
            Ok(())
        }
    }

    #[test]
    fn whoever_is_busy_is_asked_again_a_millisecond_later_until_it_is_not() {
        let (pacer, busy, now) = (Pacer::default(), Arc::new(Busy::default()), Instant::now());
        pacer.arm(now, Arc::clone(&busy) as Arc<dyn Timed>);
        for later in 0..5 {
            pacer.wake_due(now + later * RETRY);
        }
        assert_eq!(*lock(&busy.0), (3, 1));
        assert_eq!(pacer.soonest(), None);
    }

    #[test]
    fn the_soonest_is_woken_first_and_none_before_its_time() {
        let (pacer, busy, now) = (Pacer::default(), Arc::new(Busy::default()), Instant::now());
        pacer.arm(now + 2 * RETRY, Arc::clone(&busy) as Arc<dyn Timed>);
        pacer.arm(now + RETRY, Arc::clone(&busy) as Arc<dyn Timed>);
        pacer.wake_due(now);
        assert_eq!((*lock(&busy.0), pacer.soonest()), ((0, 0), Some(now + RETRY)));
    }
}
