//! Where decoded audio comes from.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::AudioError;

/// The sample rates, in Hz, that anything here takes or gives. What claims another is not audio.
pub const SAMPLE_RATES: RangeInclusive<u32> = 1_000..=768_000;

/// The most channels of anything.
pub(super) const CHANNELS_MAX: u16 = 32;

/// Decoded audio: one channel (all of the source's averaged), -1 to 1, piece by piece.
pub trait Source: Send {
    /// Samples per second, of what the last [`read`](Self::read) gave. A source may change it
    /// between two reads (chained Ogg does).
    fn sample_rate(&self) -> u32;

    /// Appends the next samples: one packet of the format, about 100 ms at most for ordinary
    /// files. May append none. Ok(false) says that there are no more.
    fn read(&mut self, out: &mut Vec<f32>) -> Result<bool, AudioError>;

    /// Goes near a position ahead without decoding what lies between, where the format has a way.
    /// Gives the position reached, never beyond the one asked for; zero says nothing was skipped.
    /// Only before the first read.
    fn skip_near(&mut self, _position: Duration) -> Duration {
        Duration::ZERO
    }
}

pub(super) fn check_rate(hz: u32) -> Result<u32, AudioError> {
    if SAMPLE_RATES.contains(&hz) {
        return Ok(hz);
    }
    Err(AudioError::unsupported(format!("audio of {hz} samples a second")))
}
