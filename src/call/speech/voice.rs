//! Whether sound is speech, by the neural network of the crate `earshot`.
//!
//! The network hears 16 ms at a time, at 16 kHz, within a window of 48 ms. It is asked only while
//! there is sound and a little longer: most of a call is silence, and that costs nothing.

use std::fmt;

use super::wideband::Wideband;
use crate::protocol::SampleRate;

/// How far above the background sound is worth asking about, in dB. What is as loud as the
/// background is not: the network takes the hum of the mains for speech.
pub(super) const ABOVE_NOISE: f32 = 6.0;

/// Samples in a frame of the network.
const FRAME: usize = 256;

/// Blocks of 10 ms after the last loud one for which the network goes on listening.
const LINGER: u32 = 30;

/// Listens for speech.
pub(super) struct Voice {
    network: earshot::Detector,
    wideband: Wideband,
    frame: [i16; FRAME],
    filled: usize,
    probability: f32,
    /// The last frame was speech.
    is_speech: bool,
    /// Blocks for which the network still listens.
    listening: u32,
}

impl Voice {
    /// One that takes what has this probability for speech.
    pub fn new(probability: f32) -> Self {
        Self {
            network: earshot::Detector::default(),
            wideband: Wideband::default(),
            frame: [0; FRAME],
            filled: 0,
            probability,
            is_speech: false,
            listening: 0,
        }
    }

    /// Takes the audio of a block, or some of it.
    pub fn handle_audio(&mut self, rate: SampleRate, pcm: &[u8]) {
        let mut wideband = std::mem::take(&mut self.wideband);
        for sample in pcm.chunks_exact(2) {
            wideband.handle_sample(rate, i16::from_le_bytes([sample[0], sample[1]]), |sample| {
                self.handle_sample(sample);
            });
        }
        self.wideband = wideband;
    }

    /// Takes whether the block that has just been given was loud, and tells whether it was speech.
    pub fn handle_block(&mut self, loud: bool) -> bool {
        self.listening = if loud { LINGER } else { self.listening.saturating_sub(1) };
        self.is_speech
    }

    fn handle_sample(&mut self, sample: i16) {
        self.frame[self.filled] = sample;
        self.filled += 1;
        if self.filled == FRAME {
            self.filled = 0;
            let asked = self.listening > 0;
            self.is_speech = asked && self.network.predict_i16(&self.frame) >= self.probability;
        }
    }
}

impl fmt::Debug for Voice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Voice").field("is_speech", &self.is_speech).finish_non_exhaustive()
    }
}
