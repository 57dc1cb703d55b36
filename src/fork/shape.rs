//! Which sides are heard, how loud, and in how many channels.

use crate::align::Sides;

/// What a far end gets of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    sides: Sides,
    is_stereo: bool,
    /// Factors, the caller's first.
    gains: [f32; 2],
}

impl Shape {
    /// `gains` are in dB: the caller's, and ours. Where one channel takes both sides it is their
    /// sum; where two take one side, the other is silent.
    pub fn new(hears_caller: bool, hears_app: bool, is_stereo: bool, gains: [f32; 2]) -> Self {
        let sides = match (hears_caller, hears_app) {
            (true, false) => Sides::Caller,
            (false, true) => Sides::App,
            _ => Sides::Both,
        };
        Self { sides, is_stereo, gains: gains.map(|db| 10_f32.powf(db / 20.0)) }
    }

    /// What the aligner is to put side by side.
    pub fn sides(&self) -> Sides {
        self.sides
    }

    pub fn channels(&self) -> usize {
        if self.is_stereo { 2 } else { 1 }
    }

    /// Makes of the aligner's output what is sent, in place of what was in `out`.
    pub(super) fn apply(&self, pcm: &[u8], out: &mut Vec<u8>) {
        out.clear();
        let [caller, app] = self.gains;
        match (self.sides, self.is_stereo) {
            (Sides::Caller, false) => samples(pcm).for_each(|s| put(out, s * caller)),
            (Sides::App, false) => samples(pcm).for_each(|s| put(out, s * app)),
            (Sides::Caller, true) => samples(pcm).for_each(|s| put_both(out, s * caller, 0.0)),
            (Sides::App, true) => samples(pcm).for_each(|s| put_both(out, 0.0, s * app)),
            (_, false) => pairs(pcm).for_each(|(a, b)| put(out, a * caller + b * app)),
            (_, true) => pairs(pcm).for_each(|(a, b)| put_both(out, a * caller, b * app)),
        }
    }
}

fn samples(pcm: &[u8]) -> impl Iterator<Item = f32> + '_ {
    pcm.chunks_exact(2).map(|sample| f32::from(i16::from_le_bytes([sample[0], sample[1]])))
}

fn pairs(pcm: &[u8]) -> impl Iterator<Item = (f32, f32)> + '_ {
    samples(pcm).step_by(2).zip(samples(pcm).skip(1).step_by(2))
}

/// Rounds, and saturates.
fn put(out: &mut Vec<u8>, sample: f32) {
    out.extend_from_slice(&(sample.round() as i16).to_le_bytes());
}

fn put_both(out: &mut Vec<u8>, left: f32, right: f32) {
    put(out, left);
    put(out, right);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(shape: Shape, input: &[i16]) -> Vec<i16> {
        let pcm: Vec<u8> = input.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let mut out = vec![9; 3];
        shape.apply(&pcm, &mut out);
        samples(&out).map(|sample| sample as i16).collect()
    }

    #[test]
    fn without_gain_samples_stay_what_they_are() {
        let all: Vec<i16> = (i16::MIN..=i16::MAX).step_by(7).collect();
        assert_eq!(applied(Shape::new(true, false, false, [0.0; 2]), &all), all);
        assert_eq!(applied(Shape::new(true, true, true, [0.0; 2]), &[1, 2, -3, 4]), [1, 2, -3, 4]);
    }

    #[test]
    fn one_channel_takes_the_saturated_sum_of_both_sides() {
        let shape = Shape::new(true, true, false, [0.0; 2]);
        assert_eq!(applied(shape, &[1, 2, 30_000, 9_000, -32_768, -1]), [3, 32_767, -32_768]);
    }

    #[test]
    fn one_side_in_two_channels_leaves_the_other_silent() {
        assert_eq!(applied(Shape::new(true, false, true, [0.0; 2]), &[5, 6]), [5, 0, 6, 0]);
        assert_eq!(applied(Shape::new(false, true, true, [0.0; 2]), &[5, 6]), [0, 5, 0, 6]);
    }

    #[test]
    fn each_side_has_its_gain() {
        let shape = Shape::new(true, true, true, [20.0, -20.0]);
        assert_eq!(applied(shape, &[100, 100, 30_000, 5]), [1_000, 10, 32_767, 1]);
    }
}
