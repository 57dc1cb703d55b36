//! The forks of one JavaScript environment, until JavaScript has seen their end.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::handle::Fork;
use crate::sync::lock;

#[derive(Default)]
pub(in crate::net) struct Forks {
    known: Mutex<HashMap<u32, Arc<Fork>>>,
    /// How many have a task.
    running: Mutex<usize>,
    changed: Condvar,
}

/// Held by a fork's task.
pub(super) struct Running(Arc<Forks>);

impl Forks {
    pub fn get(&self, id: u32) -> Option<Arc<Fork>> {
        lock(&self.known).get(&id).cloned()
    }

    /// JavaScript has seen its end.
    pub fn forget(&self, id: u32) {
        lock(&self.known).remove(&id);
    }

    /// Ends all forks, and waits so long at most for their far ends to be told.
    pub fn stop(&self, patience: Duration) {
        let known: Vec<_> = lock(&self.known).drain().collect();
        let now = Instant::now();
        known.iter().for_each(|(_, fork)| fork.stop(now, None));
        // Either they have been told, or they see the connection end.
        let _ = self.changed.wait_timeout_while(lock(&self.running), patience, |count| *count > 0);
    }

    pub(super) fn add(self: &Arc<Self>, fork: &Arc<Fork>) -> Running {
        lock(&self.known).insert(fork.source.id, Arc::clone(fork));
        *lock(&self.running) += 1;
        Running(Arc::clone(self))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        *lock(&self.0.running) -= 1;
        self.0.changed.notify_all();
    }
}
