//! Ringing JavaScript's doorbell once for all that the I/O thread found in one pass.

use std::cell::Cell;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::events::Wake;

thread_local! {
    static IS_IO_THREAD: Cell<bool> = const { Cell::new(false) };
}

/// The doorbell, as the event queue has it. Rung from the I/O thread it waits until the tasks that
/// were woken with the one that rings have had their turn; rung from any other it rings at once.
#[derive(Clone)]
pub(super) struct Bell(Arc<Inner>);

struct Inner {
    doorbell: Box<dyn Wake>,
    rung: Notify,
}

impl Bell {
    pub fn new(doorbell: Box<dyn Wake>) -> Self {
        Self(Arc::new(Inner { doorbell, rung: Notify::new() }))
    }

    /// Rings when it is time to, for ever. For a task of the I/O thread: its tasks have their turns
    /// in the order they were woken in.
    pub async fn run(self) {
        IS_IO_THREAD.set(true);
        loop {
            self.0.rung.notified().await;
            self.0.doorbell.wake();
        }
    }
}

impl Wake for Bell {
    fn wake(&self) {
        if IS_IO_THREAD.get() {
            self.0.rung.notify_one();
        } else {
            self.0.doorbell.wake();
        }
    }
}
