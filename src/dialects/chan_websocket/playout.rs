//! What Asterisk has played, by the length of its queue.
//!
//! Before 20.18, 22.8 and 23.2 it knows no MARK_MEDIA, and answers none. GET_STATUS it always knew: a
//! mark is passed when its queue holds no more than was sent behind the mark.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::command::Form;

/// Between two questions.
const INTERVAL: Duration = Duration::from_millis(200);

/// Questions that may wait for an answer.
const MOST_ASKED: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Playout {
    /// Asterisk tells of marks itself.
    tells_marks: bool,
    /// Marks that wait, and how many frames were sent before each.
    marks: VecDeque<(u32, u64)>,
    /// Frames that were sent before each question that has no answer yet.
    asked: VecDeque<u64>,
    due: Option<Instant>,
}

impl Playout {
    /// JSON came in the same versions as marks.
    pub fn handle_start(&mut self, form: Form) {
        self.tells_marks = form == Form::Json;
    }

    pub fn handle_mark(&mut self, mark: u32, frames: u64) {
        if !self.tells_marks {
            self.marks.push_back((mark, frames));
        }
    }

    /// Asterisk told of a mark, so it does.
    pub fn handle_mark_answer(&mut self) {
        self.tells_marks = true;
        self.clear();
    }

    /// A question may leave, behind so many frames. False if too many have no answer.
    pub fn ask(&mut self, frames: u64) -> bool {
        let may_ask = self.asked.len() < MOST_ASKED;
        if may_ask {
            self.asked.push_back(frames);
        }
        may_ask
    }

    /// An answer: so many frames are queued. Tells the marks before which all was played. False if
    /// nobody asked.
    pub fn handle_status(&mut self, queued: Option<u64>, mut passed: impl FnMut(u32)) -> bool {
        let Some(frames) = self.asked.pop_front() else { return false };
        let played = queued.map_or(0, |queued| frames.saturating_sub(queued));
        while let Some((mark, _)) = self.marks.front().filter(|(_, before)| *before <= played) {
            passed(*mark);
            self.marks.pop_front();
        }
        true
    }

    /// No mark waits any more.
    pub fn clear(&mut self) {
        self.marks.clear();
        self.due = None;
    }

    /// It is time to ask.
    pub fn handle_timeout(&mut self, now: Instant) -> bool {
        if self.marks.is_empty() {
            self.due = None;
            return false;
        }
        let due = *self.due.get_or_insert(now + INTERVAL);
        if now < due {
            return false;
        }
        self.due = Some(now + INTERVAL);
        self.asked.is_empty()
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }
}
