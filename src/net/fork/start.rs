//! Beginning a fork.

use std::sync::Arc;
use std::time::Instant;

use super::handle::Fork;
use super::options::ForkOptions;
use super::task;
use crate::error::ErrorCode;
use crate::events::{Inbox, Source};
use crate::net::call_handle::CallHandle;
use crate::net::taps::TapKind;
use crate::sync::lock;

/// Forks that one call may have at a time.
const FORKS: usize = 16;

/// What the system may keep for a far end that is slow, in bytes: seconds of a call, not minutes.
const SEND_BUFFER: usize = 32 * 1024;

/// Why there is no fork.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotForked {
    /// The call is over.
    Ended,
    /// It has as many forks as it may.
    TooMany,
    /// Another fork's far end speaks to the caller already.
    Speaks,
}

impl CallHandle {
    /// Begins a fork and gives its number; its `ForkClosed` follows when it has ended, whatever
    /// ended it.
    pub fn fork(self: &Arc<Self>, mut options: ForkOptions) -> Result<u32, NotForked> {
        if self.taps.count(|kind| kind != TapKind::Recording) >= FORKS {
            return Err(NotForked::TooMany);
        }
        let speaking = self.taps.count(|kind| kind == TapKind::SpeakingFork);
        if options.bidirectional && speaking > 0 {
            return Err(NotForked::Speaks);
        }
        // A call that is not over keeps the I/O thread running: then the lease is in time.
        let lease = {
            let out = lock(&self.out);
            if out.ended {
                return Err(NotForked::Ended);
            }
            self.engine.lease()
        };
        options.client.send_buffer = Some(SEND_BUFFER);
        let source = Source::new(self.engine.next_id(), Inbox::opened());
        let sides = options.flow.shape.sides();
        let fork = Fork::new(Instant::now(), source, sides, options.bidirectional);
        let running = self.engine.forks.add(&fork);
        self.add_tap(fork.source.id, Arc::<Fork>::clone(&fork));
        let (line, task) = (Arc::clone(self), Arc::clone(&fork));
        self.io.spawn(async move {
            task::run(task, line, options).await;
            drop((running, lease));
        });
        Ok(fork.source.id)
    }
}

impl NotForked {
    /// A stable code.
    pub fn code(self) -> ErrorCode {
        match self {
            Self::Ended => ErrorCode::NotForkable,
            Self::TooMany => ErrorCode::TooManyForks,
            Self::Speaks => ErrorCode::ForkSpeaks,
        }
    }
}

impl std::fmt::Display for NotForked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ended => f.write_str("The call is over"),
            Self::TooMany => write!(f, "The call has {FORKS} forks already"),
            Self::Speaks => f.write_str("Another fork of the call is bidirectional"),
        }
    }
}
