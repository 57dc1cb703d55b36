//! How long the I/O thread is needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Counts what still needs the I/O thread.
#[derive(Debug, Default)]
pub(super) struct Leases {
    held: AtomicUsize,
    changed: Notify,
}

/// Keeps the I/O thread running until dropped.
#[derive(Debug)]
pub(super) struct Lease(Arc<Leases>);

impl Leases {
    pub fn take(self: &Arc<Self>) -> Lease {
        self.held.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_one();
        Lease(Arc::clone(self))
    }

    pub fn none_held(&self) -> bool {
        self.held.load(Ordering::SeqCst) == 0
    }

    /// A lease was taken or the last one given back.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.0.held.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.changed.notify_one();
        }
    }
}
