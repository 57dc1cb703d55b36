//! G.711: A-law and µ-law, one byte a sample at 8 kHz.

/// The 16-bit sample of a µ-law byte.
pub fn ulaw_to_linear(byte: u8) -> i16 {
    ULAW[usize::from(byte)]
}

/// The 16-bit sample of an A-law byte.
pub fn alaw_to_linear(byte: u8) -> i16 {
    ALAW[usize::from(byte)]
}

/// The µ-law byte nearest to a 16-bit sample.
pub fn linear_to_ulaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = i32::from(sample).abs().min(ULAW_CLIP) + ULAW_BIAS;
    // The bias puts the highest set bit between 7 and 14: that is the segment.
    let segment = magnitude.ilog2() - 7;
    let step = (magnitude >> (segment + 3)) & 0x0f;
    !(sign | (segment << 4) as u8 | step as u8)
}

/// The A-law byte nearest to a 16-bit sample.
pub fn linear_to_alaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0 } else { 0x80 };
    // A-law has no zero: the negative half starts one step lower.
    let magnitude = if sample < 0 { !i32::from(sample) } else { i32::from(sample) };
    let segment = if magnitude < 256 { 0 } else { magnitude.ilog2() - 7 };
    let step = (magnitude >> if segment == 0 { 4 } else { segment + 3 }) & 0x0f;
    (sign | (segment << 4) as u8 | step as u8) ^ 0x55
}

const fn expand_ulaw(byte: u8) -> i16 {
    let bits = !byte;
    let segment = (bits >> 4) & 7;
    let step = (bits & 0x0f) as i32;
    let magnitude = (((step << 3) + ULAW_BIAS) << segment) - ULAW_BIAS;
    if bits & 0x80 != 0 { -magnitude as i16 } else { magnitude as i16 }
}

const fn expand_alaw(byte: u8) -> i16 {
    let bits = byte ^ 0x55;
    let segment = (bits >> 4) & 7;
    let step = ((bits & 0x0f) as i32) << 4;
    let magnitude = match segment {
        0 => step + 8,
        _ => (step + 0x108) << (segment - 1),
    };
    if bits & 0x80 != 0 { magnitude as i16 } else { -magnitude as i16 }
}

const fn table(alaw: bool) -> [i16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = if alaw { expand_alaw(byte as u8) } else { expand_ulaw(byte as u8) };
        byte += 1;
    }
    table
}

static ULAW: [i16; 256] = table(false);
static ALAW: [i16; 256] = table(true);

const ULAW_BIAS: i32 = 0x84;
const ULAW_CLIP: i32 = 32_635;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_have_the_values_of_the_standard() {
        assert_eq!(
            [0x00, 0x80, 0x7f, 0xff, 0x8f].map(ulaw_to_linear),
            [-32_124, 32_124, 0, 0, 16_764]
        );
        assert_eq!([0x2a, 0xaa, 0xd5, 0x55].map(alaw_to_linear), [-32_256, 32_256, 8, -8]);
    }

    #[test]
    fn every_byte_survives_being_decoded_and_encoded() {
        for byte in 0..=255 {
            assert_eq!(linear_to_alaw(alaw_to_linear(byte)), byte);
            // µ-law has two zeros; the encoder gives the positive one.
            let expected = if byte == 0x7f { 0xff } else { byte };
            assert_eq!(linear_to_ulaw(ulaw_to_linear(byte)), expected);
        }
    }

    #[test]
    fn every_sample_comes_back_within_half_a_step_of_its_segment() {
        for sample in i16::MIN..=i16::MAX {
            let size = i32::from(sample).abs();
            // µ-law's segments begin 132 before the powers of two.
            let allowed = ((size + 132) / 32).max(8) + 650 * i32::from(size > 32_000);
            for back in
                [alaw_to_linear(linear_to_alaw(sample)), ulaw_to_linear(linear_to_ulaw(sample))]
            {
                assert!((i32::from(back) - i32::from(sample)).abs() <= allowed, "{sample} {back}");
            }
        }
    }
}
