//! Two sounds at once, and one that goes.

/// Adds `other` to `base`, sample by sample, saturating at the 16-bit limits as a loudspeaker
/// would. Where `other` is shorter, the rest of `base` stays; where it is longer, `base` grows.
pub fn mix_into(base: &mut Vec<u8>, from: usize, other: &[u8]) {
    let overlap = other.len().min(base.len() - from);
    let (mixed, beyond) = other.split_at(overlap);
    for (sum, add) in base[from..].chunks_exact_mut(2).zip(mixed.chunks_exact(2)) {
        let sample = i16::from_le_bytes([sum[0], sum[1]]);
        let added = sample.saturating_add(i16::from_le_bytes([add[0], add[1]]));
        sum.copy_from_slice(&added.to_le_bytes());
    }
    base.extend_from_slice(beyond);
}

/// A linear fade of 16-bit samples to nothing.
pub fn fade_out(pcm: &mut [u8]) {
    let samples = (pcm.len() / 2) as i64;
    for (index, sample) in pcm.chunks_exact_mut(2).enumerate() {
        let value = i64::from(i16::from_le_bytes([sample[0], sample[1]]));
        let faded = value * (samples - index as i64) / samples;
        sample.copy_from_slice(&(faded as i16).to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pcm(samples: &[i16]) -> Vec<u8> {
        samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
    }

    #[test]
    fn samples_add_up_and_saturate() {
        let mut base = pcm(&[1, 30_000, -30_000, 5]);
        mix_into(&mut base, 0, &pcm(&[2, 10_000, -10_000]));
        assert_eq!(base, pcm(&[3, i16::MAX, i16::MIN, 5]));
    }

    #[test]
    fn a_longer_sound_goes_on_after_the_shorter_and_what_stands_before_is_left_alone() {
        let mut base = [vec![0xaa, 0xbb, 0xcc], pcm(&[1])].concat();
        mix_into(&mut base, 3, &pcm(&[1, 7]));
        assert_eq!(base, [vec![0xaa, 0xbb, 0xcc], pcm(&[2, 7])].concat());
    }
}
