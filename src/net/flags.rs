//! What a connection's task should look after, besides what the peer sends.

use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Waker;

use atomic_waker::AtomicWaker;

/// Something to look after. It stays until it is settled.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(super) enum Flag {
    /// The peer caused more events than JavaScript takes.
    Flooded = 1,
    /// The call's last bytes were handed to the socket.
    Goodbye = 2,
    /// The socket did not take all that it was given.
    Unsent = 4,
    /// The call is to end, whether or not its last bytes find room.
    HangUp = 8,
}

/// Raised by any thread, looked at by the task alone, without a lock.
#[derive(Debug, Default)]
pub(super) struct Flags {
    matters: AtomicU8,
    task: AtomicWaker,
}

impl Flags {
    /// The task waits: wake it for the next matter.
    pub fn register(&self, task: &Waker) {
        self.task.register(task);
    }

    pub fn raise(&self, matter: Flag) {
        self.matters.fetch_or(matter as u8, Ordering::Release);
        self.task.wake();
    }

    pub fn settle(&self, matter: Flag) {
        self.matters.fetch_and(!(matter as u8), Ordering::Release);
    }

    pub fn has(&self, matter: Flag) -> bool {
        self.matters.load(Ordering::Acquire) & matter as u8 != 0
    }
}
