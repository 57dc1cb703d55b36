//! One clock for all calls: wakes each line when its next frame is due.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::yield_now;

use super::gather::Gather;
use super::line::Line;
use super::timer::Timer;
use crate::sync::lock;

/// When to come back to a line that JavaScript was just sending on.
const RETRY: Duration = Duration::from_millis(1);

/// Passes follow each other so soon where frames gather.
const SOON: Duration = Duration::from_millis(2);

/// The deadlines of all lines, soonest first.
#[derive(Debug, Default)]
pub(super) struct Pacer {
    deadlines: Mutex<BinaryHeap<Deadline>>,
    sooner: Notify,
}

#[derive(Debug)]
struct Deadline {
    at: Instant,
    line: Arc<Line>,
}

impl Pacer {
    /// Wakes `line` at `at`.
    pub fn arm(&self, at: Instant, line: Arc<Line>) {
        let mut deadlines = lock(&self.deadlines);
        let soonest = deadlines.peek().is_none_or(|soonest| at < soonest.at);
        deadlines.push(Deadline { at, line });
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

    /// Lets go of all lines.
    pub fn clear(&self) {
        lock(&self.deadlines).clear();
    }

    /// Wakes whoever is due at `now`.
    fn wake_due(&self, now: Instant) {
        while let Some(Deadline { at, line }) = self.pop_due(now) {
            line.engine.gather.count_frame();
            if !line.handle_deadline(at, now) {
                self.arm(now + RETRY, line);
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
