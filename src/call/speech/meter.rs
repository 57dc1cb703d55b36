//! How loud the audio is, in blocks of 10 ms at any rate.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use crate::protocol::SampleRate;

/// A second in the longest unit of which the samples of all nine rates are whole numbers.
pub(super) const SECOND: u64 = 28_224_000;

/// How much audio is measured at once: long enough for a period of a low voice (100 Hz).
pub(super) const BLOCK: u64 = SECOND / 100;

/// What is lower is not measured: an offset, and the hum of the mains. Of a voice enough remains,
/// as telephones carry nothing below 300 Hz.
const LOWEST_HZ: f64 = 200.0;

/// Ticks in a sample.
pub(super) fn ticks(rate: SampleRate) -> u64 {
    SECOND / u64::from(rate.hz())
}

/// A measured piece of audio; times are in ticks since the first sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub end: u64,
    pub length: u64,
    /// The mean of the samples' squares.
    pub power: f64,
    /// If `power` reached the threshold: the start of the first sample that did, and the end of the
    /// last one.
    pub loud: Option<(u64, u64)>,
}

/// Measures audio.
#[derive(Debug)]
pub(super) struct Meter {
    rate: SampleRate,
    filter: HighPass,
    threshold: f64,
    now: u64,
    /// The block under way: its length, its squares times ticks, and where it was loud.
    length: u64,
    energy: f64,
    loud: Option<(u64, u64)>,
}

impl Meter {
    pub fn new(rate: SampleRate, threshold: f64) -> Self {
        Self {
            rate,
            filter: HighPass::new(rate),
            threshold,
            now: 0,
            length: 0,
            energy: 0.0,
            loud: None,
        }
    }

    /// What comes next has this rate.
    pub fn set_rate(&mut self, rate: SampleRate) {
        if self.rate != rate {
            self.rate = rate;
            self.filter.set_rate(rate);
        }
    }

    /// The power from which on a block is loud; for a block that has not begun.
    pub fn set_threshold(&mut self, threshold: f64) {
        self.threshold = threshold;
    }

    /// How many samples the block under way still takes; at least one.
    pub fn samples_to_come(&self) -> usize {
        (BLOCK - self.length).div_ceil(ticks(self.rate)) as usize
    }

    /// Takes at most [`samples_to_come`](Self::samples_to_come), and gives the block that they
    /// complete.
    pub fn handle_audio(&mut self, pcm: &[u8]) -> Option<Block> {
        let ticks = ticks(self.rate);
        let (mut sum, mut first, mut last) = (0.0, None, 0);
        for (index, sample) in pcm.chunks_exact(2).enumerate() {
            let sample = self.filter.step(f64::from(i16::from_le_bytes([sample[0], sample[1]])));
            let square = sample * sample;
            sum += square;
            if square >= self.threshold {
                first.get_or_insert(index as u64);
                last = index as u64 + 1;
            }
        }
        if let Some(first) = first {
            let start = self.loud.map_or(self.now + first * ticks, |(start, _)| start);
            self.loud = Some((start, self.now + last * ticks));
        }
        let length = (pcm.len() / 2) as u64 * ticks;
        self.energy += sum * ticks as f64;
        self.length += length;
        self.now += length;
        (self.length >= BLOCK).then(|| self.complete())
    }

    fn complete(&mut self) -> Block {
        self.filter.settle();
        let length = std::mem::take(&mut self.length);
        let power = std::mem::take(&mut self.energy) / length as f64;
        let loud = self.loud.take().filter(|_| power >= self.threshold);
        Block { end: self.now, length, power, loud }
    }
}

/// A Butterworth high-pass of second order, as a transposed biquad of direct form II; the formulas
/// are those of R. Bristow-Johnson's "Cookbook formulae for audio EQ biquad filter coefficients".
/// In `f64`, as `f32` would make noise of a large offset at high rates.
#[derive(Debug)]
struct HighPass {
    gain: f64,
    a1: f64,
    a2: f64,
    z1: f64,
    z2: f64,
}

impl HighPass {
    fn new(rate: SampleRate) -> Self {
        let mut filter = Self { gain: 0.0, a1: 0.0, a2: 0.0, z1: 0.0, z2: 0.0 };
        filter.set_rate(rate);
        filter
    }

    fn set_rate(&mut self, rate: SampleRate) {
        let (sin, cos) = (TAU * LOWEST_HZ / f64::from(rate.hz())).sin_cos();
        // sin / (2 Q), and Butterworth's Q is the square root of a half.
        let alpha = sin * FRAC_1_SQRT_2;
        self.gain = (1.0 + cos) / 2.0 / (1.0 + alpha);
        self.a1 = -2.0 * cos / (1.0 + alpha);
        self.a2 = (1.0 - alpha) / (1.0 + alpha);
    }

    fn step(&mut self, input: f64) -> f64 {
        let x = input * self.gain;
        let y = x + self.z1;
        self.z1 = self.z2 - 2.0 * x - self.a1 * y;
        self.z2 = x - self.a2 * y;
        y
    }

    /// Ends what fades out in silence before it gets so small that arithmetic becomes slow.
    fn settle(&mut self) {
        if self.z1.abs() < 1e-9 && self.z2.abs() < 1e-9 {
            (self.z1, self.z2) = (0.0, 0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_of_every_rate_is_a_whole_number_of_ticks() {
        for rate in SampleRate::all() {
            assert_eq!(ticks(rate) * u64::from(rate.hz()), SECOND);
        }
    }

    #[test]
    fn hum_and_offset_are_measured_far_softer_than_a_tone_at_every_rate() {
        for rate in SampleRate::all() {
            let level = |hz: f64, offset: f64| {
                let mut meter = Meter::new(rate, 0.0);
                let mut last = 0.0;
                for index in 0..rate.hz() / 5 {
                    let phase = TAU * hz * f64::from(index) / f64::from(rate.hz());
                    let sample = (1000.0 * phase.sin() + offset) as i16;
                    if let Some(block) = meter.handle_audio(&sample.to_le_bytes()) {
                        last = block.power;
                    }
                }
                10.0 * (last / 500_000.0).log10()
            };
            assert!(level(1000.0, 0.0).abs() < 0.1, "{rate:?} {}", level(1000.0, 0.0));
            assert!(level(1000.0, 20_000.0).abs() < 0.1, "{rate:?}");
            assert!(level(50.0, 0.0) < -23.0, "{rate:?} {}", level(50.0, 0.0));
        }
    }
}
