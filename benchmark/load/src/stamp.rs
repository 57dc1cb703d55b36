//! What a frame of a caller carries, so that its echo can be told from any other bytes.

use crate::frames::AUDIO_BYTES;

const HEAD: usize = 16;
const FILL: usize = AUDIO_BYTES - HEAD;
const SHIFTS: usize = 1021;

/// Bytes without a pattern; each frame is filled from a place of its own.
static NOISE: [u8; SHIFTS + FILL] = noise();

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stamp {
    pub call: u32,
    pub number: u32,
    /// When the frame was sent.
    pub at: u64,
}

impl Stamp {
    pub fn payload(self) -> [u8; AUDIO_BYTES] {
        let mut payload = [0; AUDIO_BYTES];
        payload[..4].copy_from_slice(&self.call.to_le_bytes());
        payload[4..8].copy_from_slice(&self.number.to_le_bytes());
        payload[8..HEAD].copy_from_slice(&self.at.to_le_bytes());
        payload[HEAD..].copy_from_slice(self.filling());
        payload
    }

    /// The stamp of a payload of which every byte is as it was sent.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let (call, rest) = payload.split_first_chunk()?;
        let (number, rest) = rest.split_first_chunk()?;
        let (at, filling) = rest.split_first_chunk()?;
        let stamp = Self {
            call: u32::from_le_bytes(*call),
            number: u32::from_le_bytes(*number),
            at: u64::from_le_bytes(*at),
        };
        (filling == stamp.filling()).then_some(stamp)
    }

    fn filling(self) -> &'static [u8] {
        let shift =
            self.call.wrapping_mul(17).wrapping_add(self.number.wrapping_mul(31)) as usize % SHIFTS;
        &NOISE[shift..shift + FILL]
    }
}

/// A silent frame is the server's own, no echo.
pub fn is_silence(payload: &[u8]) -> bool {
    payload.iter().all(|&byte| byte == 0)
}

const fn noise() -> [u8; SHIFTS + FILL] {
    let mut bytes = [0; SHIFTS + FILL];
    let mut state: u32 = 1;
    let mut index = 0;
    while index < bytes.len() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes[index] = (state >> 24) as u8;
        index += 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_survives_the_trip_and_no_changed_byte_does() {
        let stamp = Stamp { call: 12, number: 3456, at: 789 };
        let payload = stamp.payload();
        assert_eq!(Stamp::read(&payload), Some(stamp));
        for index in 0..AUDIO_BYTES {
            let mut changed = payload;
            changed[index] ^= 1;
            assert_ne!(Stamp::read(&changed), Some(stamp), "byte {index}");
        }
        assert_eq!(Stamp::read(&payload[..318]), None);
    }
}
