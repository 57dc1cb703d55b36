//! Masking: what a client sends is XORed with four bytes, so that no proxy takes it for HTTP.

/// Masks, or unmasks: both are the same.
pub(super) fn apply(data: &mut [u8], mask: [u8; 4]) {
    let [a, b, c, d] = mask;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (blocks, rest) = data.as_chunks_mut::<8>();
    for block in blocks {
        *block = (u64::from_ne_bytes(*block) ^ wide).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_meets_its_own_byte_of_the_mask() {
        for length in 0..40_usize {
            let mut data = vec![0x55; length];
            apply(&mut data, [1, 2, 3, 4]);
            let expected: Vec<u8> = (0..length).map(|at| 0x55 ^ (at % 4 + 1) as u8).collect();
            assert_eq!(data, expected);
        }
    }
}
