//! Messages that wait to be transmitted.

use std::collections::VecDeque;

use super::refusal::Refusal;

/// Messages of audio that may wait: five seconds of 20 ms each. Beyond them the oldest is dropped.
const MOST_AUDIO: usize = 250;

/// Other messages that may wait. Beyond them the newest is refused.
const MOST_OTHERS: usize = 250;

/// A message for the sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outgoing {
    Text(String),
    Binary(Vec<u8>),
    /// The connection is to be closed with this code; nothing follows.
    Close(u16),
}

/// Messages in the order in which they are to leave.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: VecDeque<Waiting>,
    audio: usize,
    closed: bool,
    /// Messages of audio that were dropped because nobody polled.
    pub dropped: u64,
}

#[derive(Debug)]
struct Waiting {
    message: Outgoing,
    is_audio: bool,
}

impl Outbox {
    /// Takes a message of audio; where too many wait, the oldest is dropped and counted.
    pub fn push_audio(&mut self, message: Outgoing) {
        if self.closed {
            return;
        }
        if self.audio >= MOST_AUDIO
            && let Some(oldest) = self.waiting.iter().position(|waiting| waiting.is_audio)
        {
            self.waiting.remove(oldest);
            self.audio -= 1;
            self.dropped += 1;
        }
        self.audio += 1;
        self.waiting.push_back(Waiting { message, is_audio: true });
    }

    /// Takes a text that is not audio.
    pub fn push_text(&mut self, text: String) -> Result<(), Refusal> {
        if self.closed {
            return Err(Refusal::Ended);
        }
        if self.waiting.len() - self.audio >= MOST_OTHERS {
            return Err(Refusal::OutboundFull);
        }
        self.waiting.push_back(Waiting { message: Outgoing::Text(text), is_audio: false });
        Ok(())
    }

    /// The connection ends after what waits. Later ends change nothing.
    pub fn close(&mut self, code: u16) {
        if !self.closed {
            self.closed = true;
            self.waiting.push_back(Waiting { message: Outgoing::Close(code), is_audio: false });
        }
    }

    /// Forgets the audio that waits.
    pub fn clear_audio(&mut self) {
        self.waiting.retain(|waiting| !waiting.is_audio);
        self.audio = 0;
    }

    pub fn pop(&mut self) -> Option<Outgoing> {
        let next = self.waiting.pop_front()?;
        self.audio -= usize::from(next.is_audio);
        Some(next.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audio_beyond_the_bound_pushes_the_oldest_out_and_is_counted() {
        let mut outbox = Outbox::default();
        assert_eq!(outbox.push_text("first".into()), Ok(()));
        for index in 0..MOST_AUDIO + 3 {
            outbox.push_audio(Outgoing::Binary(vec![index as u8]));
        }
        assert_eq!(outbox.dropped, 3);
        assert_eq!(outbox.pop(), Some(Outgoing::Text("first".into())));
        assert_eq!(outbox.pop(), Some(Outgoing::Binary(vec![3])));
    }

    #[test]
    fn texts_beyond_the_bound_are_refused_and_a_close_never_is() {
        let mut outbox = Outbox::default();
        for _ in 0..MOST_OTHERS {
            assert_eq!(outbox.push_text(String::new()), Ok(()));
        }
        assert_eq!(outbox.push_text(String::new()), Err(Refusal::OutboundFull));
        outbox.close(1000);
        outbox.close(1003);
        outbox.push_audio(Outgoing::Binary(vec![1]));
        let last = std::iter::from_fn(|| outbox.pop()).last();
        assert_eq!(last, Some(Outgoing::Close(1000)));
        assert_eq!(outbox.push_text(String::new()), Err(Refusal::Ended));
    }
}
