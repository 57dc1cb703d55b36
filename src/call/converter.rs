//! Audio of one or two channels, from one rate to another.

use crate::audio::Resampler;
use crate::protocol::{BYTES_PER_SAMPLE, SampleRate};

/// Two samples, left and right.
const PAIR: usize = 2 * BYTES_PER_SAMPLE;

/// Makes audio of one rate of that of another. Every channel comes out as long as every other.
#[derive(Debug)]
pub(super) struct Converter {
    pub from: SampleRate,
    left: Resampler,
    right: Option<Right>,
}

/// What a second channel needs.
#[derive(Debug)]
struct Right {
    resampler: Resampler,
    /// A channel before and after.
    side: Vec<u8>,
    converted: [Vec<u8>; 2],
}

impl Converter {
    /// None where the rates are no rates that can be converted: the wire's all are.
    pub fn new(from: SampleRate, to: SampleRate, stereo: bool) -> Option<Self> {
        let resampler = || Resampler::live(from.hz(), to.hz()).ok();
        let right = match stereo {
            true => Some(Right {
                resampler: resampler()?,
                side: Vec::new(),
                converted: Default::default(),
            }),
            false => None,
        };
        Some(Self { from, left: resampler()?, right })
    }

    /// Appends what becomes of `pcm`, which has whole samples of all channels.
    pub fn process(&mut self, pcm: &[u8], out: &mut Vec<u8>) {
        let Some(Right { resampler, side, converted: [left, right] }) = &mut self.right else {
            return self.left.process_pcm(pcm, out);
        };
        left.clear();
        right.clear();
        take_side(pcm, 0, side);
        self.left.process_pcm(side, left);
        take_side(pcm, BYTES_PER_SAMPLE, side);
        resampler.process_pcm(side, right);
        for (left, right) in
            left.chunks_exact(BYTES_PER_SAMPLE).zip(right.chunks_exact(BYTES_PER_SAMPLE))
        {
            out.extend_from_slice(left);
            out.extend_from_slice(right);
        }
    }
}

/// One channel of two, whose samples begin `at` so many bytes, in place of what was in `out`.
pub(crate) fn take_side(pcm: &[u8], at: usize, out: &mut Vec<u8>) {
    out.clear();
    out.extend(pcm.chunks_exact(PAIR).flat_map(|pair| &pair[at..at + BYTES_PER_SAMPLE]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_channels_are_converted_each_for_itself() {
        let (narrow, wide) = (SampleRate::NARROWBAND, SampleRate::from_hz(16_000).expect("a rate"));
        let voice = |n: usize| ((n as f32 * 0.3).sin() * 8000.0) as i16;
        let mono: Vec<u8> = (0..480).flat_map(|n| voice(n).to_le_bytes()).collect();
        let both: Vec<u8> =
            (0..480).flat_map(|n| [voice(n), 0].map(i16::to_le_bytes).concat()).collect();
        let (mut alone, mut pairs, mut left, mut right) = (vec![], vec![], vec![], vec![]);
        let mut one = Converter::new(narrow, wide, false).expect("a converter");
        let mut two = Converter::new(narrow, wide, true).expect("a converter");
        one.process(&mono, &mut alone);
        both.chunks(640).for_each(|piece| two.process(piece, &mut pairs));
        take_side(&pairs, 0, &mut left);
        take_side(&pairs, 2, &mut right);
        assert_eq!(left, alone);
        assert!(right.iter().all(|byte| *byte == 0));
    }
}
