//! Audio that came before its call began: before its format or its metadata was told.

use std::collections::VecDeque;

use super::event::DialectEvent;
use super::peer::Sink;
use crate::call::Warning;
use crate::error::ErrorCode;
use crate::protocol::SampleRate;

/// Samples of all channels have this many bytes at most, and a whole number of them is dropped.
const SAMPLE: usize = 4;

/// Audio kept until its call begins: a second of it. Beyond that the oldest is dropped, counted.
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

    /// Gives what is kept, `second` bytes of it at most, and keeps nothing any more. What was dropped
    /// is warned of.
    pub fn release(&mut self, second: usize, said: &mut Sink<'_>) -> Vec<u8> {
        self.drop_beyond(second);
        if self.dropped > 0 {
            let ms = self.dropped.saturating_mul(1000) / second.max(1) as u64;
            let message = format!("{ms} ms of audio came before the call began and were dropped");
            said(DialectEvent::Warning(Warning { code: ErrorCode::EarlyAudio, message }));
        }
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
        let mut warned = Vec::new();
        let kept = held.release(16_000, &mut |event| match event {
            DialectEvent::Warning(Warning { code, message }) => warned.push((code, message)),
            other => panic!("{other:?}"),
        });
        // A whole number of samples goes.
        assert_eq!(kept, [vec![1; 996], vec![2; 15_001]].concat());
        assert_eq!(held.dropped, 3_004);
        let message = "187 ms of audio came before the call began and were dropped".to_owned();
        assert_eq!(warned, [(ErrorCode::EarlyAudio, message)]);
    }

    #[test]
    fn a_flood_is_bounded_before_the_format_is_known() {
        let mut held = EarlyAudio::default();
        (0..1_000).for_each(|_| held.push(&[0; 65_500]));
        assert_eq!(held.bytes.len(), 384_000);
        assert_eq!(held.dropped, 65_500_000 - 384_000);
    }
}
