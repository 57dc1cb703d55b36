//! Just enough of MPEG's frame headers to tell its audio from noise.

/// Bytes that hold two of the longest ordinary MPEG frames, with the header of a third.
pub(super) const TWO_FRAMES: usize = 2 * 1_731 + 4;

/// Whether the bytes are layer III frames, one after the other.
pub(super) fn is_audio(head: &[u8]) -> bool {
    follow(head, |header| match header {
        [0xff, second, third, _] => layer_3_bytes(*second, *third),
        _ => None,
    })
}

/// Whether the bytes are ADTS frames, one after the other.
pub(super) fn is_adts(head: &[u8]) -> bool {
    follow(head, |header| match header {
        [0xff, second, third, fourth, fifth, sixth, _] if second & 0xf6 == 0xf0 => {
            let high = usize::from(fourth & 3) << 11;
            let length = high | usize::from(*fifth) << 3 | usize::from(sixth >> 5);
            (length >= 7 && third >> 2 & 0x0f < 13).then_some(length)
        }
        _ => None,
    })
}

/// Follows frames, whose length `length_of` gives from the header of N bytes, to the third; fewer
/// are enough where the bytes end.
fn follow<const N: usize>(head: &[u8], length_of: impl Fn(&[u8; N]) -> Option<usize>) -> bool {
    let mut at = 0;
    for number in 0..3 {
        let Some(header) = head.get(at..).and_then(|rest| rest.first_chunk()) else {
            return number > 0;
        };
        match length_of(header) {
            Some(length) => at += length,
            None => return false,
        }
    }
    true
}

fn layer_3_bytes(second: u8, third: u8) -> Option<usize> {
    let version = second >> 3 & 3;
    let is_layer_3 = second & 0xe6 == 0xe2;
    if !is_layer_3 || version == 1 {
        return None;
    }
    let full_rate = [44_100, 48_000, 32_000].get(usize::from(third >> 2 & 3))?;
    let (kbits, samples, rate) = match version {
        3 => (MPEG_1, 144, full_rate),
        2 => (MPEG_2, 72, &(full_rate / 2)),
        _ => (MPEG_2, 72, &(full_rate / 4)),
    };
    let kbit = *kbits.get(usize::from(third >> 4).checked_sub(1)?)?;
    Some(samples * kbit * 1_000 / rate + usize::from(third >> 1 & 1))
}

const MPEG_1: [usize; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const MPEG_2: [usize; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
