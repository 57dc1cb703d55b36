//! What `write` handed over and has not left yet.

use std::cell::Cell;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::audio::Resampler;
use crate::protocol::SampleRate;

/// How long a piece shorter than a frame waits for more.
const PIECE_WAIT: Duration = Duration::from_millis(20);

/// Longer than any frame: a buffer that has grown beyond it is let go of.
const SPARE_BYTES: usize = 4096;

thread_local! {
    /// The buffer of the queue that was emptied last. Nothing waits in most calls most of the time, so
    /// that one buffer does for all, and is at hand.
    static SPARE: Cell<VecDeque<u8>> = const { Cell::new(VecDeque::new()) };
}

/// The queue's bound would be passed; nothing was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// Written audio, bounded. Frames are cut from its front.
#[derive(Debug)]
pub(super) struct Queue {
    pcm: VecDeque<u8>,
    /// Bytes that have left, or were cleared.
    gone: u64,
    /// When the piece at the end, shorter than a frame, was written.
    piece_since: Instant,
}

impl Queue {
    pub fn new(now: Instant) -> Self {
        Self { pcm: VecDeque::new(), gone: 0, piece_since: now }
    }

    pub fn len(&self) -> usize {
        self.pcm.len()
    }

    pub fn push(
        &mut self,
        now: Instant,
        pcm: &[u8],
        frame: usize,
        limit: usize,
    ) -> Result<(), Full> {
        let before = self.len();
        if before + pcm.len() > limit {
            return Err(Full);
        }
        if self.pcm.capacity() == 0 {
            // Where the thread is ending there is none.
            self.pcm = SPARE.try_with(Cell::take).unwrap_or_default();
        }
        self.pcm.extend(pcm);
        if before == 0 || before / frame != self.len() / frame {
            self.piece_since = now;
        }
        Ok(())
    }

    /// When the next frame may be cut; in the past for a whole one. A piece waits for more unless
    /// nothing more can come (`closing`). Half a sample never leaves.
    pub fn ready_at(&self, frame: usize, closing: bool) -> Option<Instant> {
        if self.len() >= frame || (closing && self.len() >= 2) {
            Some(self.piece_since)
        } else if self.len() >= 2 {
            Some(self.piece_since + PIECE_WAIT)
        } else {
            None
        }
    }

    /// Takes up to `frame` bytes of whole samples off the front.
    pub fn take(&mut self, frame: usize, taken: impl FnOnce(&[u8])) {
        let len = frame.min(self.len()) & !1;
        taken(&self.pcm.make_contiguous()[..len]);
        self.pcm.drain(..len);
        self.gone += len as u64;
        if self.pcm.is_empty() {
            self.give_back();
        }
    }

    fn give_back(&mut self) {
        let emptied = std::mem::take(&mut self.pcm);
        if emptied.capacity() <= SPARE_BYTES {
            let _ = SPARE.try_with(|spare| spare.set(emptied));
        }
    }

    /// Bytes that have left since the call's beginning.
    pub fn gone(&self) -> u64 {
        self.gone
    }

    /// Makes of all that waits audio of another rate. Half a sample still waits for its other half.
    pub fn change_rate(&mut self, from: SampleRate, to: SampleRate) {
        let half = if self.len() % 2 == 1 { self.pcm.pop_back() } else { None };
        convert_all(&mut self.pcm, from, to);
        self.pcm.extend(half);
    }

    pub fn clear(&mut self) {
        self.gone += self.len() as u64;
        self.pcm = VecDeque::new();
    }
}

/// Makes of audio that waits the same at another rate, to the sample as long.
pub(super) fn convert_all(pcm: &mut VecDeque<u8>, from: SampleRate, to: SampleRate) {
    // The wire's rates are all rates that can be converted.
    if let Ok(mut converter) = Resampler::aligned(from.hz(), to.hz()) {
        let mut converted = Vec::new();
        converter.process_pcm(pcm.make_contiguous(), &mut converted);
        converter.finish_pcm(&mut converted);
        *pcm = converted.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_queue_has_no_room_and_the_next_that_is_filled_has_what_it_had() {
        let now = Instant::now();
        let [mut one, mut other] = [Queue::new(now), Queue::new(now)];
        for queue in [&mut one, &mut other] {
            queue.push(now, &[1; 320], 320, 8000).expect("there is room");
            queue.take(320, |pcm| assert_eq!(pcm, [1; 320]));
            assert_eq!(queue.pcm.capacity(), 0);
        }
        let room = SPARE.with(Cell::take).capacity();
        assert!((320..=SPARE_BYTES).contains(&room), "{room}");
        one.push(now, &[1; 8000], 320, 8000).expect("there is room");
        one.take(8000, |_| {});
        assert_eq!(SPARE.with(Cell::take).capacity(), 0, "what a burst has made grow is let go of");
    }
}
