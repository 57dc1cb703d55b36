//! The end of a call that is to be heard to its end.
//!
//! Asterisk has a queue of its own, and throws it away when it is told to hang up: so it is asked
//! first to tell when it has played all. Whoever has no such queue, or was sent nothing, is not.

use std::time::{Duration, Instant};

use crate::dialects::{Dialect, Session};

/// The mark behind everything. JavaScript's are counted from below.
pub(super) const LAST: u32 = u32::MAX;

/// How long the peer may take to play what it has: it was sent 60 ms ahead, and may have lagged.
const PATIENCE: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
pub(super) struct PlayoutDrain {
    /// Audio was sent.
    pub has_spoken: bool,
    /// All audio was sent.
    pub is_said: bool,
    /// The peer has played it.
    pub is_heard: bool,
    is_asked: bool,
    until: Option<Instant>,
}

impl PlayoutDrain {
    /// The call may end. Asks the peer for it, once all was said.
    pub fn is_done(&mut self, now: Instant, session: &mut Session) -> bool {
        if !self.has_spoken || session.dialect() != Some(Dialect::ChanWebsocket) {
            return true;
        }
        if self.is_said && !self.is_asked {
            self.is_asked = true;
            self.is_heard |= session.handle_mark(LAST).is_err();
        }
        self.is_heard || *self.until.get_or_insert(now + PATIENCE) <= now
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        self.until
    }
}
