//! Many channels into one.

/// Appends the average of each frame of interleaved samples. What is no number becomes silence.
pub(super) fn append_mono(
    interleaved: impl Iterator<Item = f32>,
    channels: usize,
    out: &mut Vec<f32>,
) {
    let share = 1.0 / channels.max(1) as f32;
    let (mut sum, mut seen) = (0.0, 0);
    for value in interleaved {
        sum += if value.is_finite() { value } else { 0.0 };
        seen += 1;
        if seen >= channels {
            out.push(sum * share);
            (sum, seen) = (0.0, 0);
        }
    }
}
