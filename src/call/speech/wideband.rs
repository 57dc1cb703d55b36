//! Audio of any rate at 16 kHz, good enough for listening to with a network; people are given the
//! audio of `crate::audio`.

use super::meter::{SECOND, ticks};
use crate::protocol::SampleRate;

/// Ticks in a sample at 16 kHz.
const PERIOD: u64 = SECOND / 16_000;

/// The outer half of the odd taps of a half-band filter of 15: `sin(πx/2) / πx` in a Hann window of
/// 16, for x = 1, 3, 5, 7, scaled so that the gain at 0 Hz is 1. The even taps are 0 but for the
/// middle one. It keeps what is below 3 kHz within 1 dB, and images of that are down by 20 dB.
const TAPS: [f32; 4] = [0.610_53, -0.146_26, 0.039_18, -0.003_45];

/// Converts audio.
///
/// 8 kHz is doubled with a half-band filter, which delays it by half a millisecond. At any other
/// rate each sample is the mean of what sounds in its 62.5 µs: no more than a gentle low-pass, and
/// little of what is above 8 kHz in speech gets through it.
#[derive(Debug, Default)]
pub(super) struct Wideband {
    /// The last samples at 8 kHz, oldest first.
    past: [f32; 8],
    /// What has been summed of the next sample, and how many ticks that is.
    sum: i64,
    filled: u64,
}

impl Wideband {
    /// Takes a sample, and gives those at 16 kHz that it completes.
    pub fn handle_sample(&mut self, rate: SampleRate, sample: i16, mut out: impl FnMut(i16)) {
        if rate == SampleRate::NARROWBAND {
            return self.double(sample, out);
        }
        let mut left = ticks(rate);
        while left > 0 {
            let taken = left.min(PERIOD - self.filled);
            left -= taken;
            self.sum += i64::from(sample) * taken as i64;
            self.filled += taken;
            if self.filled == PERIOD {
                self.filled = 0;
                out((std::mem::take(&mut self.sum) / PERIOD as i64) as i16);
            }
        }
    }

    fn double(&mut self, sample: i16, mut out: impl FnMut(i16)) {
        self.past.copy_within(1.., 0);
        self.past[7] = f32::from(sample);
        let between: f32 =
            (0..4).map(|tap| TAPS[tap] * (self.past[3 - tap] + self.past[4 + tap])).sum();
        out(self.past[3] as i16);
        // Saturates: between two samples a clipped wave is above full scale.
        out(between as i16);
    }
}
