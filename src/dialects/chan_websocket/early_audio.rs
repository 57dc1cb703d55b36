//! Audio that came before its format was told.

use std::collections::VecDeque;

use crate::protocol::SampleRate;

/// Samples have this many bytes at most, and a whole number of them is dropped.
const SAMPLE: usize = 2;

/// Audio kept in wait for its format: a second of it. Beyond that the oldest is dropped, counted.
#[derive(Debug, Default)]
pub(super) struct EarlyAudio {
    bytes: VecDeque<u8>,
    pub dropped: u64,
}

impl EarlyAudio {
    /// Keeps these bytes: for now as many as a second may have in any format.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        self.drop_beyond(most());
    }

    /// Gives what is kept, `second` bytes of it at most, and keeps nothing any more.
    pub fn release(&mut self, second: usize) -> Vec<u8> {
        self.drop_beyond(second);
        Vec::from(std::mem::take(&mut self.bytes))
    }

    fn drop_beyond(&mut self, most: usize) {
        let excess = self.bytes.len().saturating_sub(most).next_multiple_of(SAMPLE);
        let dropped = excess.min(self.bytes.len());
        self.bytes.drain(..dropped);
        self.dropped += dropped as u64;
    }
}

fn most() -> usize {
    SampleRate::all().map(SampleRate::bytes_per_second).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_second_is_kept_and_what_was_dropped_is_counted() {
        let mut held = EarlyAudio::default();
        held.push(&[1; 4_000]);
        held.push(&[2; 15_001]);
        // A whole number of samples goes.
        assert_eq!(held.release(16_000), [vec![1; 998], vec![2; 15_001]].concat());
        assert_eq!(held.dropped, 3_002);
        assert!(held.release(16_000).is_empty());
    }

    #[test]
    fn a_flood_is_bounded_before_the_format_is_known() {
        let mut held = EarlyAudio::default();
        (0..1_000).for_each(|_| held.push(&[0; 65_500]));
        assert_eq!(held.bytes.len(), 384_000);
        assert_eq!(held.dropped, 65_500_000 - 384_000);
    }
}
