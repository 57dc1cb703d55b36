//! Beginning a fork.

use std::sync::Arc;
use std::time::Instant;

use super::handle::Fork;
use super::options::ForkOptions;
use super::task;
use crate::events::{Inbox, Source};
use crate::net::line::Line;
use crate::net::taps::Tap;
use crate::sync::lock;

/// Forks that one call may have at a time.
const FORKS: usize = 16;

impl Line {
    /// Begins a fork and gives its number; its `ForkClosed` follows when it has ended, whatever
    /// ended it. `None` if the call is over, or has too many.
    pub fn fork(self: &Arc<Self>, options: ForkOptions) -> Option<u32> {
        if self.taps.forks() >= FORKS {
            return None;
        }
        // A call that is not over keeps the I/O thread running: then the lease is in time.
        let lease = {
            let out = lock(&self.out);
            if out.ended {
                return None;
            }
            self.engine.lease()
        };
        let source = Source::new(self.engine.next_id(), Inbox::opened());
        let fork = Fork::new(Instant::now(), source, options.flow.shape.sides());
        let running = self.engine.forks.add(&fork);
        self.add_tap(Tap::Fork(Arc::clone(&fork)));
        let (line, task) = (Arc::clone(self), Arc::clone(&fork));
        self.io.spawn(async move {
            task::run(task, line, options).await;
            drop((running, lease));
        });
        Some(fork.source.id)
    }
}
