//! What one call has for JavaScript: audio, bounded, and control events, in their order.
//!
//! An inbox is shut until someone listens to the call: it holds audio, and what the peer did besides
//! in its place between. Whoever listens to keys alone gets those at once, and the audio stays.
//! When the bound is reached, in a shut inbox or because JavaScript is stuck, the oldest audio goes
//! and is counted.

use std::collections::VecDeque;

use super::Event;
use super::long::Long;
use super::packed::Packer;
use crate::protocol::SampleRate;

/// Control events that may wait. A peer that causes more has its call ended.
const CONTROL_LIMIT: usize = 1024;

/// Bytes of text in them that may wait, unless one alone is longer.
const TEXT_LIMIT: usize = 16 * 1024 * 1024;

/// Events that a call or server ends with; there is room for these whatever waits.
const LAST_WORDS: usize = 4;

/// What an empty inbox may keep allocated, unless it was just needed.
const KEPT_CAPACITY: usize = 1024;

/// What stands before a frame: its length in two bytes, and the kind that stands for its rate.
const HEADER_BYTES: usize = 3;

/// What one event may carry, in whole samples: there must be room for it in JavaScript's slab.
const MAX_FRAME: usize = 65_534;

/// Too many control events wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

/// Bytes of audio that may wait.
#[derive(Clone, Copy, Debug)]
pub struct AudioLimit {
    /// In a shut inbox, for a listener that may yet come.
    pub held: usize,
    /// In an open one, for JavaScript to take it.
    pub queued: usize,
}

/// Audio that was dropped because nobody took it in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InboxStats {
    pub dropped_frames: u64,
    pub dropped_bytes: u64,
}

/// What an inbox delivers. Each state delivers what those before it do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opening {
    /// Only what concerns nobody's listeners ([`Event::is_urgent`]).
    #[default]
    Shut,
    /// Control events, ahead of the audio that is held; `End` waits behind it.
    Control,
    /// Everything, in its order.
    Full,
}

/// The queue of one call or server.
#[derive(Debug, Default)]
pub struct Inbox {
    /// Frames, each behind its header.
    audio: VecDeque<u8>,
    /// The number of the frame at the front of `audio`, counted from the call's first.
    first: u64,
    /// The number that the next frame gets.
    next: u64,
    /// Control events, each behind the frame of that number.
    control: VecDeque<(u64, Event)>,
    /// Control events that have no place among the audio.
    urgent: VecDeque<Event>,
    /// Bytes of text in both.
    text: usize,
    /// An event that goes in pieces, and has begun to.
    long: Option<Box<Long>>,
    opening: Opening,
    pub(super) listed: bool,
    pub stats: InboxStats,
}

impl Inbox {
    /// An inbox that delivers from the start: a server's.
    pub fn opened() -> Self {
        Self { opening: Opening::Full, ..Self::default() }
    }

    /// Someone listens now: what was held may go. An inbox is never shut again.
    pub fn open(&mut self, opening: Opening) {
        self.opening = self.opening.max(opening);
    }

    /// Something is held that an opening would deliver.
    pub fn holds_back(&self) -> bool {
        self.opening != Opening::Full && !(self.audio.is_empty() && self.control.is_empty())
    }

    /// Adds a frame; the oldest make room where more than `limit` would wait.
    pub fn push_audio(&mut self, rate: SampleRate, pcm: &[u8], limit: AudioLimit) {
        self.append(rate, pcm);
        let limit = if self.opening == Opening::Full { limit.queued } else { limit.held };
        while self.audio_bytes() > limit && self.first + 1 < self.next {
            let dropped = self.pop_audio();
            self.stats.dropped_frames += 1;
            self.stats.dropped_bytes += dropped as u64;
        }
    }

    /// Replaces all audio by what `convert` appends for each frame, and the rate that it gives.
    /// Control events keep their places.
    pub fn convert(
        &mut self,
        mut convert: impl FnMut(SampleRate, &[u8], &mut Vec<u8>) -> SampleRate,
    ) {
        let mut audio = std::mem::take(&mut self.audio);
        let first = self.first;
        self.next = first;
        let mut places = Vec::new();
        let mut converted = Vec::new();
        let mut rest: &[u8] = audio.make_contiguous();
        while let Some((rate, pcm, behind)) = split_frame(rest) {
            places.push(self.next);
            converted.clear();
            let rate = convert(rate, pcm, &mut converted);
            self.append(rate, &converted);
            rest = behind;
        }
        for (behind, _) in &mut self.control {
            let place = places.get(behind.saturating_sub(first) as usize);
            *behind = place.copied().unwrap_or(self.next);
        }
    }

    /// Adds a control event behind the audio that is there.
    pub fn push_control(&mut self, event: Event) -> Result<(), Overflow> {
        while !self.has_room(&event) {
            if self.opening != Opening::Shut || self.control.is_empty() {
                return Err(Overflow);
            }
            // Nobody listens: what came first is the least that someone could still miss.
            self.pop_event(false);
        }
        self.text += event.text_bytes();
        if event.is_urgent() || (self.opening != Opening::Full && matches!(event, Event::Rate(_))) {
            self.urgent.push_back(event);
        } else {
            self.control.push_back((self.next, event));
        }
        Ok(())
    }

    /// There is something to deliver now.
    pub fn has_news(&self) -> bool {
        self.long.is_some()
            || !self.urgent.is_empty()
            || self.control_is_next()
            || (self.opening == Opening::Full && !self.audio.is_empty())
    }

    /// Delivers as much as `packer` has room for. True if that was all.
    pub fn deliver(&mut self, id: u32, packer: &mut Packer<'_>) -> bool {
        let waiting = self.audio.len();
        while self.has_news() {
            if !self.deliver_next(id, packer) {
                return false;
            }
        }
        // A flood would only have it grow again.
        if waiting < self.audio.capacity() / 4 {
            self.audio.shrink_to(KEPT_CAPACITY.max(waiting));
        }
        true
    }

    /// False if there was no room for it.
    fn deliver_next(&mut self, id: u32, packer: &mut Packer<'_>) -> bool {
        if let Some(long) = &mut self.long {
            return long.deliver(id, packer) && self.long.take().is_some();
        }
        let is_urgent = !self.urgent.is_empty();
        if !is_urgent && !self.control_is_next() {
            return self.deliver_audio(id, packer);
        }
        let next =
            if is_urgent { self.urgent.front() } else { self.control.front().map(|(_, e)| e) };
        let Some(event) = next else { return true };
        if Long::is(event) {
            self.long = self.pop_event(is_urgent).map(|event| Box::new(Long::new(&event)));
            return true;
        }
        packer.push_event(id, event) && self.pop_event(is_urgent).is_some()
    }

    fn append(&mut self, rate: SampleRate, pcm: &[u8]) {
        for piece in pcm.chunks(MAX_FRAME) {
            let [low, high] = (piece.len() as u16).to_le_bytes();
            self.audio.extend([low, high, rate.kind()]);
            self.audio.extend(piece);
            self.next += 1;
        }
    }

    fn audio_bytes(&self) -> usize {
        self.audio.len() - HEADER_BYTES * (self.next - self.first) as usize
    }

    fn control_is_next(&self) -> bool {
        let Some((behind, event)) = self.control.front() else { return false };
        match self.opening {
            Opening::Shut => false,
            Opening::Control => *event != Event::End || self.audio.is_empty(),
            Opening::Full => *behind <= self.first,
        }
    }

    fn has_room(&self, event: &Event) -> bool {
        let limit = CONTROL_LIMIT + if event.is_last_word() { LAST_WORDS } else { 0 };
        let is_short = self.text == 0 || self.text + event.text_bytes() <= TEXT_LIMIT;
        self.control.len() + self.urgent.len() < limit && (is_short || event.is_last_word())
    }

    fn pop_event(&mut self, is_urgent: bool) -> Option<Event> {
        let event = match is_urgent {
            true => self.urgent.pop_front()?,
            false => self.control.pop_front()?.1,
        };
        self.text -= event.text_bytes();
        Some(event)
    }

    fn deliver_audio(&mut self, id: u32, packer: &mut Packer<'_>) -> bool {
        let length = self.front_length();
        let (head, tail) = self.audio.as_slices();
        let frame = HEADER_BYTES..HEADER_BYTES + length;
        let split = head.len().clamp(frame.start, frame.end);
        let first = head.get(frame.start..split).unwrap_or_default();
        let rest_from = split.saturating_sub(head.len());
        let rest = tail.get(rest_from..rest_from + (frame.end - split)).unwrap_or_default();
        let delivered = packer.push_audio(id, first, rest);
        if delivered {
            self.pop_audio();
        }
        delivered
    }

    fn pop_audio(&mut self) -> usize {
        let length = self.front_length();
        self.audio.drain(..HEADER_BYTES + length);
        self.first += 1;
        length
    }

    fn front_length(&self) -> usize {
        match (self.audio.front(), self.audio.get(1)) {
            (Some(low), Some(high)) => usize::from(u16::from_le_bytes([*low, *high])),
            _ => 0,
        }
    }
}

/// The first frame, its rate, and what stands behind it.
fn split_frame(audio: &[u8]) -> Option<(SampleRate, &[u8], &[u8])> {
    let ([low, high, kind], rest) = audio.split_first_chunk::<HEADER_BYTES>()?;
    let (pcm, behind) = rest.split_at_checked(u16::from_le_bytes([*low, *high]).into())?;
    Some((SampleRate::from_kind(*kind)?, pcm, behind))
}
