//! One sample as a number, and as the bytes of the wire.

/// Samples of signed 16-bit little-endian bytes, -1 to 1. Half a sample at the end is left out.
pub(super) fn from_pcm(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.chunks_exact(2).map(|pair| from_i16(i16::from_le_bytes([pair[0], pair[1]])))
}

/// Appends the bytes of samples, `gain` times as large and rounded. Beyond -1 to 1 they saturate,
/// and what is no number is silence.
pub(super) fn append_pcm(samples: &[f32], gain: f32, out: &mut Vec<u8>) {
    let had = out.len();
    out.resize(had + samples.len() * 2, 0);
    let room = out.get_mut(had..).unwrap_or_default();
    let scale = gain * 32_768.0;
    for (pair, value) in room.chunks_exact_mut(2).zip(samples) {
        let scaled = value * scale;
        let rounded = (scaled + 0.5_f32.copysign(scaled)) as i16;
        pair.copy_from_slice(&rounded.to_le_bytes());
    }
}

pub(super) fn from_i16(value: i16) -> f32 {
    f32::from(value) / 32_768.0
}
