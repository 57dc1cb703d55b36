//! One sample as a number, and as the bytes of the wire.

/// Samples of signed 16-bit little-endian bytes, -1 to 1. Half a sample at the end is left out.
pub(super) fn from_pcm(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.chunks_exact(2).map(|pair| from_i16(i16::from_le_bytes([pair[0], pair[1]])))
}

/// The bytes of a sample, rounded; beyond -1 to 1 it saturates, and what is no number is silence.
pub(super) fn to_pcm(value: f32) -> [u8; 2] {
    let scaled = value * 32_768.0;
    ((scaled + 0.5_f32.copysign(scaled)) as i16).to_le_bytes()
}

pub(super) fn from_i16(value: i16) -> f32 {
    f32::from(value) / 32_768.0
}
