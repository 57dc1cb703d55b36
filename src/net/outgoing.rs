//! What a call has for a peer that takes messages: frames and commands, in their order.
//!
//! Bound: ten frames, which are 200 ms; with no room left the frame stays with the call, whose pacing
//! waits. And 256 commands with 4 MiB of text, of which the one that finds no room is refused; a lone
//! text always finds it.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::task::{Poll, Waker};

use atomic_waker::AtomicWaker;

use crate::sync::lock;

const MOST_FRAMES: usize = 10;
const MOST_COMMANDS: usize = 256;
const MOST_TEXT: usize = 4 << 20;

/// Something to say that is no audio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Text for whoever is at the other end.
    Text(String),
    /// All that was said before has left; the peer is to tell when it was heard.
    Mark(u32),
    /// The mark was cleared before it got that far.
    Cleared(u32),
    /// What was said and is not heard yet is to be dropped.
    Clear,
    /// The call is to be answered.
    Answer,
}

/// The next thing for the peer.
#[derive(Debug)]
pub(super) enum Item {
    /// A frame as AudioSocket has it: what leaves is the same whatever carries it.
    Frame(Vec<u8>),
    Command(Command),
}

/// The queue between a call, which any thread may speak on, and the task that has its connection.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    waiting: Mutex<Waiting>,
    task: AtomicWaker,
}

#[derive(Debug, Default)]
struct Waiting {
    items: VecDeque<Item>,
    frames: usize,
    /// Bytes of text.
    text: usize,
}

impl Command {
    fn text(&self) -> usize {
        if let Self::Text(text) = self { text.len() } else { 0 }
    }
}

impl Waiting {
    fn has_room(&self, command: &Command) -> bool {
        let is_short = self.text == 0 || self.text + command.text() <= MOST_TEXT;
        self.items.len() - self.frames < MOST_COMMANDS && is_short
    }
}

impl Outgoing {
    /// The length of `frame`, or 0 if there is no room for it.
    pub fn try_send(&self, frame: &[u8]) -> usize {
        let mut waiting = lock(&self.waiting);
        if waiting.frames >= MOST_FRAMES {
            return 0;
        }
        waiting.frames += 1;
        waiting.items.push_back(Item::Frame(frame.to_vec()));
        drop(waiting);
        self.task.wake();
        frame.len()
    }

    /// False if there is no room.
    pub fn command(&self, command: Command) -> bool {
        let mut waiting = lock(&self.waiting);
        if command == Command::Clear {
            waiting.items.retain(|item| matches!(item, Item::Command(_)));
            waiting.frames = 0;
        } else if !waiting.has_room(&command) {
            return false;
        }
        waiting.text += command.text();
        waiting.items.push_back(Item::Command(command));
        drop(waiting);
        self.task.wake();
        true
    }

    /// Ready when a frame finds room. Whoever takes items asks again.
    pub fn poll_room(&self) -> Poll<()> {
        if lock(&self.waiting).frames < MOST_FRAMES { Poll::Ready(()) } else { Poll::Pending }
    }

    /// The task waits: wake it for the next item.
    pub fn register(&self, task: &Waker) {
        self.task.register(task);
    }

    /// Takes the next item.
    pub fn pop(&self) -> Option<Item> {
        let mut waiting = lock(&self.waiting);
        let item = waiting.items.pop_front()?;
        match &item {
            Item::Frame(_) => waiting.frames -= 1,
            Item::Command(command) => waiting.text -= command.text(),
        }
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_and_commands_leave_in_their_order_and_each_has_its_bound() {
        let outgoing = Outgoing::default();
        assert!(outgoing.command(Command::Answer));
        assert_eq!((0..12).filter(|_| outgoing.try_send(&[1, 2]) == 2).count(), MOST_FRAMES);
        assert!(outgoing.poll_room().is_pending());
        let marks = (0..400).filter(|mark| outgoing.command(Command::Mark(*mark))).count();
        assert_eq!(marks, MOST_COMMANDS - 1);
        assert!(matches!(outgoing.pop(), Some(Item::Command(Command::Answer))));
        assert!(matches!(outgoing.pop(), Some(Item::Frame(frame)) if frame == [1, 2]));
        assert!(outgoing.poll_room().is_ready());
    }

    #[test]
    fn texts_are_bounded_by_their_bytes_too() {
        let outgoing = Outgoing::default();
        let text = |bytes: usize| Command::Text("x".repeat(bytes));
        assert!(outgoing.command(text(MOST_TEXT + 1)));
        assert!(!outgoing.command(text(1)));
        assert!(outgoing.pop().is_some());
        assert_eq!((0..6).filter(|_| outgoing.command(text(1 << 20))).count(), 4);
        assert!(outgoing.command(Command::Answer) && !outgoing.command(text(1)));
    }

    #[test]
    fn clearing_drops_the_frames_and_keeps_the_commands() {
        let outgoing = Outgoing::default();
        outgoing.try_send(&[1, 2]);
        outgoing.command(Command::Text("a".into()));
        outgoing.command(Command::Clear);
        outgoing.try_send(&[3, 4]);
        let text = outgoing.pop();
        assert!(matches!(text, Some(Item::Command(Command::Text(text))) if text == "a"));
        assert!(matches!(outgoing.pop(), Some(Item::Command(Command::Clear))));
        assert!(matches!(outgoing.pop(), Some(Item::Frame(frame)) if frame == [3, 4]));
        assert!(outgoing.pop().is_none());
    }
}
