//! From one sample rate to another, a piece of any size at a time.
//!
//! A polyphase filter: every output sample is a weighted sum of the 64 samples around it (64 of
//! the lower rate's; more of a higher input rate's). The weights are in [`kernel`], shared by all
//! resamplers of one ratio. `docs/audio-formats.md` has its figures and why it is not an FFT.

mod kernel;

use std::sync::Arc;
use std::time::Duration;

use super::source::check_rate;
use super::{AudioError, sample};
use kernel::Kernel;

/// Changes the sample rate of one channel of audio. State is kept from one piece to the next, so
/// that the borders of pieces cannot be heard. Allocates nothing once its buffers have grown to
/// the largest piece.
#[derive(Debug)]
pub struct Resampler {
    kernel: Arc<Kernel>,
    from_hz: u32,
    timing: Timing,
    /// The samples the filter still needs.
    history: Vec<f32>,
    /// Where the next output's window starts in `history`, in samples.
    at: usize,
    /// The part of a sample beyond `at`, in units of 1/`kernel.up`.
    phase: usize,
    /// Outputs on their way to bytes.
    values: Vec<f32>,
}

/// What a resampler does about the samples ahead that its filter looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Timing {
    Live,
    Aligned,
}

impl Resampler {
    /// For live audio: what goes in comes out at once, later by [`latency`](Self::latency). 20 ms
    /// in are 20 ms out, every time, where 20 ms are whole samples of both rates.
    ///
    /// Errors: [`AudioError::Unsupported`] for a rate that no audio has.
    pub fn live(from_hz: u32, to_hz: u32) -> Result<Self, AudioError> {
        Self::new(from_hz, to_hz, Timing::Live)
    }

    /// For a recording: the first sample out belongs to the first sample in. What the filter
    /// still needs is held back; [`finish`](Self::finish) gives it.
    ///
    /// Errors: as [`live`](Self::live).
    pub fn aligned(from_hz: u32, to_hz: u32) -> Result<Self, AudioError> {
        Self::new(from_hz, to_hz, Timing::Aligned)
    }

    /// How much later a sound comes out of a live resampler than it went in: 4 ms at 8 kHz, less
    /// between higher rates, nothing where both rates are the same.
    pub fn latency(&self) -> Duration {
        Duration::from_secs_f64(self.kernel.reach() as f64 / f64::from(self.from_hz))
    }

    /// The rate that goes in, in Hz.
    pub fn from_hz(&self) -> u32 {
        self.from_hz
    }

    /// Takes samples and appends those that follow from them.
    pub fn process(&mut self, input: &[f32], out: &mut Vec<f32>) {
        self.history.extend_from_slice(input);
        self.drain(out);
    }

    /// The same for signed 16-bit little-endian bytes. Half a sample at the end is left out.
    pub fn process_pcm(&mut self, input: &[u8], out: &mut Vec<u8>) {
        self.history.extend(sample::from_pcm(input));
        self.drain_pcm(out);
    }

    /// Appends what was held back, as if silence followed, and starts over.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        self.history.resize(self.history.len() + self.kernel.reach(), 0.0);
        self.drain(out);
        self.reset();
    }

    /// The same for signed 16-bit little-endian bytes.
    pub fn finish_pcm(&mut self, out: &mut Vec<u8>) {
        self.history.resize(self.history.len() + self.kernel.reach(), 0.0);
        self.drain_pcm(out);
        self.reset();
    }

    /// Forgets all that was heard.
    pub fn reset(&mut self) {
        let silence = match self.timing {
            Timing::Live => self.kernel.taps() - 1,
            Timing::Aligned => self.kernel.taps() - 1 - self.kernel.reach(),
        };
        self.history.clear();
        self.history.resize(silence, 0.0);
        (self.at, self.phase) = (0, 0);
    }

    fn new(from_hz: u32, to_hz: u32, timing: Timing) -> Result<Self, AudioError> {
        let kernel = Kernel::shared(check_rate(from_hz)?, check_rate(to_hz)?);
        let mut new = Self {
            kernel,
            from_hz,
            timing,
            history: Vec::new(),
            at: 0,
            phase: 0,
            values: Vec::new(),
        };
        new.reset();
        Ok(new)
    }

    /// Appends all outputs whose window is there.
    fn drain(&mut self, out: &mut Vec<f32>) {
        let kernel = &*self.kernel;
        let had = out.len();
        out.resize(had + self.due(), 0.0);
        for value in out.iter_mut().skip(had) {
            let window = self.history.get(self.at..self.at + kernel.taps()).unwrap_or_default();
            *value = kernel.weigh(window, self.phase);
            // The two parts of a step were divided once: a division here costs as much as the rest.
            self.at += kernel.step;
            self.phase += kernel.part_step;
            if self.phase >= kernel.up {
                self.phase -= kernel.up;
                self.at += 1;
            }
        }
        // The next window may start beyond what there is yet.
        let used = self.at.min(self.history.len());
        self.history.drain(..used);
        self.at -= used;
    }

    fn drain_pcm(&mut self, out: &mut Vec<u8>) {
        let mut values = std::mem::take(&mut self.values);
        values.clear();
        self.drain(&mut values);
        sample::append_pcm(&values, 1.0, out);
        self.values = values;
    }

    /// How many outputs have their whole window in the history.
    fn due(&self) -> usize {
        let starts = (self.history.len() + 1).saturating_sub(self.kernel.taps());
        let end = starts * self.kernel.up;
        let next = self.at * self.kernel.up + self.phase;
        end.saturating_sub(next).div_ceil(self.kernel.down)
    }
}
