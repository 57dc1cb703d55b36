//! How long the I/O thread is needed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use crate::sync::lock;

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

    /// Resolves when none was held for `linger`, and takes `kept`, which the next who needs it makes anew.
    pub async fn until_idle<T>(&self, linger: Duration, kept: &Mutex<Option<T>>) {
        loop {
            if !self.none_held() {
                self.changed().await;
                continue;
            }
            tokio::select! {
                () = sleep(linger) => {}
                () = self.changed() => continue,
            }
            let mut kept = lock(kept);
            if self.none_held() {
                *kept = None;
                return;
            }
        }
    }

    fn none_held(&self) -> bool {
        self.held.load(Ordering::SeqCst) == 0
    }

    /// A lease was taken or the last one given back.
    async fn changed(&self) {
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
