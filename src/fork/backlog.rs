//! Frames that wait to be sent.

use std::collections::VecDeque;

/// What an empty backlog may keep allocated.
const KEPT: usize = 16 * 1024;

/// Audio on its way to one far end, cut to frames. Bounded: when full, the oldest frames go and are
/// counted.
#[derive(Debug)]
pub(super) struct Backlog {
    pcm: VecDeque<u8>,
    frame: usize,
    limit: usize,
    pub dropped: u64,
}

impl Backlog {
    /// Frames of `frame` bytes, of which `limit` bytes may wait, one frame at least.
    pub fn new(frame: usize, limit: usize) -> Self {
        Self { pcm: VecDeque::new(), frame, limit: limit.max(frame), dropped: 0 }
    }

    pub fn push(&mut self, pcm: &[u8]) {
        self.pcm.extend(pcm);
        // What is less than a frame is no frame that waits.
        let waits = self.pcm.len() / self.frame;
        self.drop_oldest(waits.saturating_sub(self.limit / self.frame));
    }

    /// Puts the next frame in place of what was in `out`. False if there is none.
    pub fn pop(&mut self, out: &mut Vec<u8>) -> bool {
        if self.pcm.len() < self.frame {
            return false;
        }
        self.take(self.frame, out);
        true
    }

    /// The same for the rest, which is shorter than a frame.
    pub fn pop_rest(&mut self, out: &mut Vec<u8>) -> bool {
        let rest = self.pcm.len().min(self.frame);
        self.take(rest, out);
        rest > 0
    }

    /// Drops all frames.
    pub fn clear(&mut self) {
        self.drop_oldest(self.pcm.len() / self.frame);
    }

    pub fn len(&self) -> usize {
        self.pcm.len()
    }

    fn take(&mut self, count: usize, out: &mut Vec<u8>) {
        out.clear();
        let (first, second) = self.pcm.as_slices();
        let split = count.min(first.len());
        out.extend_from_slice(&first[..split]);
        out.extend_from_slice(&second[..count - split]);
        self.pcm.drain(..count);
        if self.pcm.is_empty() {
            self.pcm.shrink_to(KEPT);
        }
    }

    fn drop_oldest(&mut self, frames: usize) {
        self.pcm.drain(..frames * self.frame);
        self.dropped += frames as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn popped(backlog: &mut Backlog) -> Vec<Vec<u8>> {
        let mut frame = Vec::new();
        std::iter::from_fn(|| backlog.pop(&mut frame).then(|| frame.clone())).collect()
    }

    #[test]
    fn what_comes_in_any_pieces_goes_in_whole_frames() {
        let mut backlog = Backlog::new(4, 100);
        [&[1_u8, 2, 3][..], &[4, 5], &[6, 7, 8, 9]].iter().for_each(|piece| backlog.push(piece));
        assert_eq!(popped(&mut backlog), [[1, 2, 3, 4], [5, 6, 7, 8]]);
        let mut rest = Vec::new();
        assert!(backlog.pop_rest(&mut rest));
        assert_eq!(rest, [9]);
        assert!(!backlog.pop_rest(&mut rest));
    }

    #[test]
    fn the_oldest_whole_frames_go_and_are_counted_where_there_is_no_more_room() {
        let mut backlog = Backlog::new(2, 4);
        backlog.push(&[1, 1, 2, 2, 3, 3, 4, 4, 5]);
        assert_eq!((backlog.dropped, backlog.len()), (2, 5));
        assert_eq!(popped(&mut backlog), [[3, 3], [4, 4]]);
    }

    #[test]
    fn one_frame_may_wait_however_small_the_bound() {
        let mut backlog = Backlog::new(4, 0);
        backlog.push(&[1, 1, 1, 1]);
        assert_eq!(popped(&mut backlog), [[1; 4]]);
    }

    #[test]
    fn what_is_cleared_is_counted_and_the_next_frame_is_whole() {
        let mut backlog = Backlog::new(2, 8);
        backlog.push(&[1, 1, 2]);
        backlog.clear();
        backlog.push(&[2]);
        assert_eq!((popped(&mut backlog), backlog.dropped), (vec![vec![2, 2]], 1));
    }
}
