//! G.711 under the label of signed linear audio.
//!
//! Asterisk's channel driver, dialled without `c(slin)`, sends a µ-law or A-law call's audio as it
//! is, under kind 0x10: 20 ms are 160 bytes then, not 320. Frames of 160 bytes can be linear too, of
//! 10 ms. What tells them apart is that sound is smooth: from one sample to the next it changes
//! little for its size. Bytes read the wrong way are noise, whose steps are as large as it is.

use crate::audio::g711::{alaw_to_linear, ulaw_to_linear};
use crate::protocol::SampleRate;

/// 20 ms of G.711.
const FRAME: usize = 160;

/// Loud frames that are looked at before it is decided: 200 ms.
const FRAMES: u32 = 10;

/// The mean square of a frame that is no silence, in any reading: about -50 dBov.
const LOUD: f64 = 10_000.0;

/// How much smoother another reading must be than the linear one. Read the right way, speech has
/// steps of a tenth of its power or less; read the wrong way, three times that and more.
const SMOOTHER: f64 = 2.0;

/// What audio under kind 0x10 is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Companding {
    /// Linear, unless frames of 160 bytes sound better as G.711.
    #[default]
    Auto,
    Linear,
    Ulaw,
    Alaw,
}

/// Makes linear audio of what may be G.711.
#[derive(Debug)]
pub struct Expander {
    companding: Companding,
    /// How the loud frames so far would sound, as linear, µ-law and A-law.
    readings: [Reading; 3],
    frames: u32,
    linear: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Reading {
    power: f64,
    steps: f64,
    last: f64,
}

impl Expander {
    pub fn new(companding: Companding) -> Self {
        Self { companding, readings: [Reading::default(); 3], frames: 0, linear: Vec::new() }
    }

    /// Gives a frame of the wire's as linear audio.
    pub fn expand<'a>(&'a mut self, rate: SampleRate, pcm: &'a [u8]) -> &'a [u8] {
        if rate != SampleRate::NARROWBAND {
            return pcm;
        }
        if self.companding == Companding::Auto {
            self.consider(pcm);
        }
        match self.companding {
            Companding::Auto | Companding::Linear => pcm,
            Companding::Ulaw => self.decode(pcm, ulaw_to_linear),
            Companding::Alaw => self.decode(pcm, alaw_to_linear),
        }
    }

    fn decode<'a>(&'a mut self, pcm: &[u8], law: fn(u8) -> i16) -> &'a [u8] {
        self.linear.clear();
        self.linear.extend(pcm.iter().flat_map(|byte| law(*byte).to_le_bytes()));
        &self.linear
    }

    fn consider(&mut self, pcm: &[u8]) {
        if pcm.len() != FRAME {
            // A call's frames have one length: this one's are linear.
            self.companding = Companding::Linear;
            return;
        }
        let linear = pcm.chunks_exact(2).map(|bytes| i16::from_le_bytes([bytes[0], bytes[1]]));
        let read = [
            Reading::of(linear),
            Reading::of(pcm.iter().map(|byte| ulaw_to_linear(*byte))),
            Reading::of(pcm.iter().map(|byte| alaw_to_linear(*byte))),
        ];
        if read.iter().any(|reading| reading.power < LOUD) {
            return;
        }
        for (sum, reading) in self.readings.iter_mut().zip(read) {
            sum.power += reading.power;
            sum.steps += reading.steps;
        }
        self.frames += 1;
        if self.frames == FRAMES {
            self.companding = self.decide();
        }
    }

    fn decide(&self) -> Companding {
        let [linear, ulaw, alaw] = self.readings.map(|reading| reading.steps / reading.power);
        if linear <= ulaw.min(alaw) * SMOOTHER {
            Companding::Linear
        } else if ulaw <= alaw {
            Companding::Ulaw
        } else {
            Companding::Alaw
        }
    }
}

impl Reading {
    /// The mean square of the samples, and of the steps between them.
    fn of(samples: impl ExactSizeIterator<Item = i16>) -> Self {
        let count = samples.len().max(1) as f64;
        let mut reading = Self::default();
        for (index, sample) in samples.enumerate() {
            let sample = f64::from(sample);
            reading.power += sample * sample / count;
            if index > 0 {
                reading.steps += (sample - reading.last).powi(2) / count;
            }
            reading.last = sample;
        }
        reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::g711::{linear_to_alaw, linear_to_ulaw};

    /// A voice-like sound: a swelling tone with overtones.
    fn voice(samples: usize) -> Vec<i16> {
        (0..samples)
            .map(|index| {
                let time = index as f64 / 8000.0;
                let tone = |hz: f64| (time * hz * std::f64::consts::TAU).sin();
                let swell = 0.6 + 0.4 * tone(3.0);
                (swell * (5000.0 * tone(150.0) + 3000.0 * tone(450.0) + 1500.0 * tone(1200.0)))
                    as i16
            })
            .collect()
    }

    fn expand(companding: Companding, bytes: &[u8], frame: usize) -> Vec<Vec<u8>> {
        let mut expander = Expander::new(companding);
        let rate = SampleRate::NARROWBAND;
        bytes.chunks(frame).map(|pcm| expander.expand(rate, pcm).to_vec()).collect()
    }

    #[test]
    fn g711_under_the_label_of_linear_audio_is_recognised_by_either_law() {
        let sound = voice(8000);
        for (law, encode) in [
            (Companding::Ulaw, linear_to_ulaw as fn(i16) -> u8),
            (Companding::Alaw, linear_to_alaw),
        ] {
            let bytes: Vec<u8> = sound.iter().map(|sample| encode(*sample)).collect();
            let frames = expand(Companding::Auto, &bytes, FRAME);
            let told = expand(law, &bytes, FRAME);
            assert!(frames[20..] == told[20..], "{law:?}");
            assert_eq!(frames[49].len(), 320);
        }
    }

    #[test]
    fn linear_frames_of_ten_milliseconds_stay_linear() {
        let bytes: Vec<u8> = voice(8000).iter().flat_map(|sample| sample.to_le_bytes()).collect();
        assert!(expand(Companding::Auto, &bytes, FRAME).concat() == bytes);
    }

    #[test]
    fn silence_decides_nothing_and_other_lengths_and_rates_are_left_alone() {
        let quiet = [0xff; 100 * FRAME];
        assert_eq!(expand(Companding::Auto, &quiet, FRAME).concat(), quiet);
        let bytes: Vec<u8> = voice(8000).iter().map(|sample| linear_to_ulaw(*sample)).collect();
        assert!(expand(Companding::Auto, &bytes, 320).concat() == bytes);
        let wide = SampleRate::from_hz(16_000).expect("a wire rate");
        assert_eq!(Expander::new(Companding::Ulaw).expand(wide, &bytes), bytes);
    }
}
