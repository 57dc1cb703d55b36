//! A bound on how many of something there may be.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many permits, and no more at a time.
#[derive(Debug)]
pub(super) struct Permits {
    left: AtomicUsize,
}

/// One of them, until dropped.
#[derive(Debug)]
pub(super) struct Permit(Arc<Permits>);

impl Permits {
    pub fn new(count: usize) -> Arc<Self> {
        Arc::new(Self { left: AtomicUsize::new(count) })
    }

    pub fn take(self: &Arc<Self>) -> Option<Permit> {
        let taken = |left: usize| left.checked_sub(1);
        self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, taken).ok()?;
        Some(Permit(Arc::clone(self)))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.left.fetch_add(1, Ordering::SeqCst);
    }
}
