//! What JavaScript is told of a fork.

use super::handle::Fork;
use crate::error::ErrorCode;
use crate::events::{Event, EventQueue};
use crate::net::websocket::{ConnectError, SocketError, Step};

/// Bytes of a warning or a reason: they need not be repeated at length.
const MOST_WORDS: usize = 1024;

/// Why a fork has no far end now, or never again.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub code: ErrorCode,
    pub message: String,
    /// What the far end answered instead of 101, or 0.
    pub http_status: u16,
    /// Trying again would change nothing.
    pub is_final: bool,
    /// The far end was there: its loss is no failed attempt.
    pub is_loss: bool,
}

impl Failure {
    /// The far end was there and is not any more.
    pub fn lost(message: String) -> Self {
        let (code, message) = (ErrorCode::ForkLost, cut(&message));
        Self { code, message, http_status: 0, is_final: false, is_loss: true }
    }
}

impl From<&ConnectError> for Failure {
    fn from(error: &ConnectError) -> Self {
        Self {
            code: error.code(),
            message: cut(&error.to_string()),
            http_status: error.http_status.unwrap_or_default(),
            is_final: matches!(error.step, Step::Url | Step::Header),
            is_loss: false,
        }
    }
}

impl From<&SocketError> for Failure {
    fn from(error: &SocketError) -> Self {
        if error.close_code().is_none() {
            return Self::lost(error.to_string());
        }
        let (code, message) = (error.code(), cut(&error.to_string()));
        Self { code, message, http_status: 0, is_final: true, is_loss: false }
    }
}

impl Fork {
    pub(super) fn report(&self, queue: &EventQueue, event: Event) {
        // A far end is read only as fast as JavaScript takes what it says: there is room.
        let _ = queue.push(&self.source, event);
    }
}

/// As much of what a far end said as is told again.
pub(super) fn cut(text: &str) -> String {
    text[..text.floor_char_boundary_at(MOST_WORDS)].to_owned()
}

trait Boundary {
    /// The last place up to `most` where text may be cut.
    fn floor_char_boundary_at(&self, most: usize) -> usize;
}

impl Boundary for str {
    fn floor_char_boundary_at(&self, most: usize) -> usize {
        let most = most.min(self.len());
        (0..=most).rev().find(|at| self.is_char_boundary(*at)).unwrap_or(0)
    }
}
