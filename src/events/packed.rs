//! The layout in which a drain hands events to JavaScript.
//!
//! Payloads lie in a slab of bytes, each at a multiple of eight, so that JavaScript can look at
//! audio through any typed array. Per event there are three words of 32 bits in the machine's byte
//! order: who (the source's number), what and how long (the event's number in the high byte, the
//! payload's length below), and where.

use super::Event;

/// Bytes of an event's three words.
const WORDS: usize = 12;
const ALIGN: usize = 8;
const KIND_SHIFT: u32 = 24;

/// Fills a slab and its list of words.
#[derive(Debug)]
pub struct Packer<'a> {
    slab: &'a mut [u8],
    at: usize,
    words: &'a mut [u8],
    events: usize,
    text: String,
}

impl<'a> Packer<'a> {
    /// Packs into `slab` from the offset `at` on.
    pub fn new(slab: &'a mut [u8], at: usize, words: &'a mut [u8]) -> Self {
        Self { slab, at: align(at), words, events: 0, text: String::new() }
    }

    /// Events packed so far.
    pub fn events(&self) -> usize {
        self.events
    }

    /// False, with nothing packed, if there is no room. Gives the frame in one or two pieces.
    pub fn push_audio(&mut self, id: u32, first: &[u8], rest: &[u8]) -> bool {
        self.push(id, Event::AUDIO, first, rest)
    }

    /// False, with nothing packed, if there is no room.
    pub fn push_event(&mut self, id: u32, event: &Event) -> bool {
        let mut text = std::mem::take(&mut self.text);
        event.write_payload(&mut text);
        let pushed = self.push(id, event.number(), text.as_bytes(), &[]);
        self.text = text;
        pushed
    }

    /// False, with nothing packed, if there is no room. Gives the payload in one or two pieces.
    pub(super) fn push(&mut self, id: u32, kind: u8, first: &[u8], rest: &[u8]) -> bool {
        let length = first.len() + rest.len();
        let words = self.words.get_mut(self.events * WORDS..(self.events + 1) * WORDS);
        let (Some(words), Some(room)) = (words, self.slab.get_mut(self.at..self.at + length))
        else {
            return false;
        };
        let (head, tail) = room.split_at_mut(first.len());
        head.copy_from_slice(first);
        tail.copy_from_slice(rest);
        let what = u32::from(kind) << KIND_SHIFT | length as u32;
        for (word, value) in words.chunks_exact_mut(4).zip([id, what, self.at as u32]) {
            word.copy_from_slice(&value.to_ne_bytes());
        }
        self.events += 1;
        self.at = align(self.at + length);
        true
    }
}

fn align(at: usize) -> usize {
    at.next_multiple_of(ALIGN)
}
