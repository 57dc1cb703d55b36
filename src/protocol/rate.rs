//! The nine sample rates that AudioSocket can carry, one kind each.

use std::time::Duration;

/// The length of the frames that telephony paces audio in.
pub const FRAME_MS: u64 = 20;

/// A sample of one channel: signed linear, 16 bits.
pub const BYTES_PER_SAMPLE: usize = 2;
const FIRST_KIND: u8 = 0x10;
const HZ: [u32; 9] = [8_000, 12_000, 16_000, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000];

/// A rate of signed linear 16-bit little-endian mono audio on the wire (kinds 0x10 to 0x18).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SampleRate(u8);

impl SampleRate {
    /// 8 kHz, kind 0x10: what Asterisk's dialplan application always speaks.
    pub const NARROWBAND: Self = Self(0);

    /// How many there are.
    pub const COUNT: usize = HZ.len();

    /// All rates, lowest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..HZ.len() as u8).map(Self)
    }

    /// The rate a frame kind stands for, if it is an audio kind.
    pub fn from_kind(kind: u8) -> Option<Self> {
        let index = kind.checked_sub(FIRST_KIND)?;
        (usize::from(index) < HZ.len()).then_some(Self(index))
    }

    /// The rate of so many samples a second, if the wire has it.
    pub fn from_hz(hz: u32) -> Option<Self> {
        Self::all().find(|rate| rate.hz() == hz)
    }

    /// Samples per second.
    pub fn hz(self) -> u32 {
        HZ[usize::from(self.0)]
    }

    /// The frame kind that carries this rate.
    pub fn kind(self) -> u8 {
        FIRST_KIND + self.0
    }

    /// Bytes of 20 ms.
    pub fn frame_bytes(self) -> usize {
        self.bytes_per_second() / (1000 / FRAME_MS as usize)
    }

    /// Bytes of one second.
    pub fn bytes_per_second(self) -> usize {
        self.hz() as usize * BYTES_PER_SAMPLE
    }

    /// Bytes of so long, in whole samples.
    pub fn bytes_in(self, duration: Duration) -> usize {
        let samples = u128::from(self.hz()) * duration.as_micros() / 1_000_000;
        samples as usize * BYTES_PER_SAMPLE
    }

    /// How long so many bytes sound.
    pub fn duration_of(self, bytes: usize) -> Duration {
        let samples = (bytes / BYTES_PER_SAMPLE) as u64;
        Duration::from_nanos(samples * 1_000_000_000 / u64::from(self.hz()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_rates_pair_up_as_asterisk_has_them() {
        let pairs: Vec<_> = SampleRate::all().map(|r| (r.kind(), r.hz())).collect();
        assert_eq!(pairs[0], (0x10, 8_000));
        assert_eq!(pairs[2], (0x12, 16_000));
        assert_eq!(pairs[5], (0x15, 44_100));
        assert_eq!(pairs[8], (0x18, 192_000));
        for rate in SampleRate::all() {
            assert_eq!(SampleRate::from_kind(rate.kind()), Some(rate));
            assert_eq!(SampleRate::from_hz(rate.hz()), Some(rate));
        }
        assert_eq!(SampleRate::from_kind(0x19), None);
        assert_eq!(SampleRate::from_kind(0x0f), None);
    }

    #[test]
    fn a_frame_is_twenty_milliseconds_at_every_rate() {
        for rate in SampleRate::all() {
            assert_eq!(rate.duration_of(rate.frame_bytes()), Duration::from_millis(FRAME_MS));
        }
        assert_eq!(SampleRate::NARROWBAND.frame_bytes(), 320);
    }
}
