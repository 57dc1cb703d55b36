//! Ringing JavaScript's doorbell once for all that the I/O thread found in one pass.

use std::cell::Cell;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::yield_now;

use crate::events::Wake;

thread_local! {
    static IS_IO_THREAD: Cell<bool> = const { Cell::new(false) };
}

/// The doorbell, as the event queue has it. Rung from the I/O thread it waits until the tasks that
/// were woken with the one that rings have had their turn, and those that are ready by then; rung
/// from any other it rings at once.
#[derive(Clone)]
pub(super) struct Notifier(Arc<Inner>);

struct Inner {
    doorbell: Box<dyn Wake>,
    rung: Notify,
}

impl Notifier {
    pub fn new(doorbell: Box<dyn Wake>) -> Self {
        Self(Arc::new(Inner { doorbell, rung: Notify::new() }))
    }

    /// Rings when it is time to, for ever. For a task of the I/O thread: its tasks have their turns
    /// in the order they were woken in.
    pub async fn run(self) {
        IS_IO_THREAD.set(true);
        let on_duty = OnDuty(self);
        loop {
            on_duty.0.0.rung.notified().await;
            // What has come meanwhile is rung for in one with it: each ring wakes a thread.
            yield_now().await;
            on_duty.0.0.doorbell.wake();
        }
    }
}

/// The task that rings. What it has not rung for when it ends is rung then, and what comes after it
/// rings by itself.
struct OnDuty(Notifier);

impl Drop for OnDuty {
    fn drop(&mut self) {
        IS_IO_THREAD.set(false);
        self.0.0.doorbell.wake();
    }
}

impl Wake for Notifier {
    fn wake(&self) {
        if IS_IO_THREAD.get() {
            self.0.rung.notify_one();
        } else {
            self.0.doorbell.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::runtime::Builder;

    use super::*;

    #[derive(Clone, Default)]
    struct Counted(Arc<AtomicUsize>);

    impl Wake for Counted {
        fn wake(&self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    async fn yield_twice() {
        yield_now().await;
        yield_now().await;
    }

    #[test]
    fn the_bell_rings_after_the_pass_and_no_ring_is_lost_when_its_task_ends() {
        let rings = Counted::default();
        let count = || rings.0.load(Ordering::SeqCst);
        let notifier = Notifier::new(Box::new(rings.clone()));
        notifier.wake();
        assert_eq!(count(), 1, "at once, where no task rings");
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        runtime.spawn(notifier.clone().run());
        runtime.block_on(async {
            yield_now().await;
            notifier.wake();
            assert_eq!(count(), 1);
            yield_twice().await;
            assert_eq!(count(), 2);
            notifier.wake();
        });
        drop(runtime);
        assert_eq!(count(), 3);
        notifier.wake();
        assert_eq!(count(), 4);
    }

    #[test]
    fn what_is_ready_when_the_pass_is_over_has_its_turn_before_the_bell_rings() {
        let rings = Counted::default();
        let notifier = Notifier::new(Box::new(rings.clone()));
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        runtime.spawn(notifier.clone().run());
        runtime.block_on(async {
            yield_now().await;
            notifier.wake();
            yield_now().await;
            assert_eq!(rings.0.load(Ordering::SeqCst), 0);
            yield_now().await;
            assert_eq!(rings.0.load(Ordering::SeqCst), 1);
        });
    }
}
