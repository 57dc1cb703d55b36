//! G.711 under the label of signed linear audio.
//!
//! Asterisk's channel driver, dialled without `c(slin)`, sends a µ-law or A-law call's audio as it
//! is, under kind 0x10: 20 ms are 160 bytes then, not 320. Frames of 160 bytes can be linear too, of
//! 10 ms. Two things tell them apart. G.711's bytes are alike wherever they stand, where those of
//! linear audio are low halves of samples and high ones in turn. And sound is smooth: from one sample
//! to the next it changes little for its size; bytes read the wrong way are noise, whose steps are
//! as large as it is. A tone may fail the first, a hiss the second. `docs/protocol.md` has how sure
//! that is.

use crate::audio::g711::{alaw_to_linear, ulaw_to_linear};
use crate::protocol::SampleRate;

/// 20 ms of G.711.
const FRAME: usize = 160;

/// Loud frames that are looked at before it is decided: 200 ms.
const FRAMES: u32 = 10;

/// The mean square of a frame that is no silence, in any reading: about -50 dBov.
const LOUD: f64 = 10_000.0;

/// Up to this much the bytes at even and odd places may differ and be alike, of 2 at most. Speech
/// in G.711 comes to 0.2, in linear samples to 0.75 and more.
const ALIKE: f64 = 0.4;

/// How much smoother a reading must be to decide by itself. Linear hiss reaches 2 as G.711.
const SMOOTHER: f64 = 2.5;

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
    /// How often the bytes' high halves have each value, at even and at odd places.
    places: [[u32; 16]; 2],
    frames: u32,
    /// How loud and how rough all frames so far would be in each reading.
    noise: [f64; 3],
    is_news: bool,
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
        Self {
            companding,
            readings: [Reading::default(); 3],
            places: [[0; 16]; 2],
            frames: 0,
            noise: [0.0; 3],
            is_news: false,
            linear: Vec::new(),
        }
    }

    /// Gives a frame of the wire's as linear audio.
    pub fn expand<'a>(&'a mut self, rate: SampleRate, pcm: &'a [u8]) -> &'a [u8] {
        if rate != SampleRate::NARROWBAND {
            return pcm;
        }
        if self.companding == Companding::Auto {
            self.consider(pcm);
        }
        match self.reading() {
            Companding::Auto | Companding::Linear => pcm,
            Companding::Ulaw => self.decode(pcm, ulaw_to_linear),
            Companding::Alaw => self.decode(pcm, alaw_to_linear),
        }
    }

    /// The law that was recognised, once.
    pub fn take_recognised(&mut self) -> Option<Companding> {
        std::mem::take(&mut self.is_news).then_some(self.companding)
    }

    /// How audio is read: until it is decided, as what has the least noise so far. The wrong readings
    /// are nearly full scale, so that none of it is heard.
    fn reading(&self) -> Companding {
        let [linear, ulaw, alaw] = self.noise;
        match self.companding {
            Companding::Auto if ulaw < linear && ulaw <= alaw => Companding::Ulaw,
            Companding::Auto if alaw < linear => Companding::Alaw,
            companding => companding,
        }
    }

    fn decode<'a>(&'a mut self, pcm: &[u8], law: fn(u8) -> i16) -> &'a [u8] {
        self.linear.clear();
        self.linear.extend(pcm.iter().flat_map(|byte| law(*byte).to_le_bytes()));
        &self.linear
    }

    fn consider(&mut self, pcm: &[u8]) {
        if pcm.len() > FRAME {
            // A call's frames have one length: this one's are linear.
            self.companding = Companding::Linear;
        }
        if pcm.len() != FRAME {
            // Shorter ones are the ends of sounds, of any kind.
            return;
        }
        let linear = pcm.chunks_exact(2).map(|bytes| i16::from_le_bytes([bytes[0], bytes[1]]));
        let read = [
            Reading::of(linear),
            Reading::of(pcm.iter().map(|byte| ulaw_to_linear(*byte))),
            Reading::of(pcm.iter().map(|byte| alaw_to_linear(*byte))),
        ];
        for (sum, reading) in self.noise.iter_mut().zip(read) {
            *sum += reading.power + reading.steps;
        }
        if read.iter().any(|reading| reading.power < LOUD) {
            return;
        }
        for (sum, reading) in self.readings.iter_mut().zip(read) {
            sum.power += reading.power;
            sum.steps += reading.steps;
        }
        for (index, byte) in pcm.iter().enumerate() {
            self.places[index % 2][usize::from(byte >> 4)] += 1;
        }
        self.frames += 1;
        if self.frames == FRAMES {
            self.companding = self.decide();
            self.is_news = self.companding != Companding::Linear;
        }
    }

    fn decide(&self) -> Companding {
        let [linear, ulaw, alaw] = self.readings.map(|reading| reading.steps / reading.power);
        let smoother = linear / ulaw.min(alaw);
        let is_g711 = smoother > SMOOTHER || (self.is_alike() && smoother > SMOOTHER.recip());
        match is_g711 {
            false => Companding::Linear,
            true if ulaw <= alaw => Companding::Ulaw,
            true => Companding::Alaw,
        }
    }

    /// The bytes at even places are like those at odd ones.
    fn is_alike(&self) -> bool {
        let [even, odd] = &self.places;
        let differing: u32 = even.iter().zip(odd).map(|(even, odd)| even.abs_diff(*odd)).sum();
        f64::from(differing) < ALIKE * f64::from(even.iter().sum::<u32>())
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

    /// What a sound is taken for as linear audio, as µ-law and as A-law.
    fn decisions(sound: &[i16]) -> [Companding; 3] {
        let linear: Vec<u8> = sound.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let ulaw: Vec<u8> = sound.iter().map(|sample| linear_to_ulaw(*sample)).collect();
        let alaw: Vec<u8> = sound.iter().map(|sample| linear_to_alaw(*sample)).collect();
        [linear, ulaw, alaw].map(|bytes| {
            let mut expander = Expander::new(Companding::Auto);
            bytes.chunks_exact(FRAME).for_each(|pcm| {
                expander.expand(SampleRate::NARROWBAND, pcm);
            });
            expander.companding
        })
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
    fn a_hiss_is_recognised_though_its_steps_are_as_large_as_those_of_noise() {
        let mut noise = 1u32;
        let hiss = |voice: i16| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            voice / 4 + (noise >> 19) as i16 - 4096
        };
        let sound: Vec<i16> = voice(2000).into_iter().map(hiss).collect();
        let [linear, ulaw, alaw] = decisions(&sound);
        assert_eq!(linear, Companding::Linear);
        // Noise is as much noise by either law.
        assert!([ulaw, alaw].iter().all(|law| *law != Companding::Linear));
    }

    #[test]
    fn a_tone_is_recognised_though_its_samples_at_even_and_odd_places_differ() {
        let kilohertz = [0, 5657, 8000, 5657, 0, -5657, -8000, -5657].repeat(250);
        assert_eq!(decisions(&kilohertz)[..2], [Companding::Linear, Companding::Ulaw]);
    }

    #[test]
    fn linear_audio_of_full_scale_stays_linear_though_all_its_bytes_are_alike() {
        let triangle = (0..4000_i32).map(|index| ((index * 811) % 131_072 - 65_536).abs() - 32_768);
        let sound: Vec<i16> = triangle.map(|sample| sample.min(32_767) as i16).collect();
        assert_eq!(decisions(&sound)[0], Companding::Linear);
    }

    #[test]
    fn linear_frames_of_ten_milliseconds_stay_linear() {
        let bytes: Vec<u8> = voice(8000).iter().flat_map(|sample| sample.to_le_bytes()).collect();
        assert!(expand(Companding::Auto, &bytes, FRAME).concat() == bytes);
    }

    #[test]
    fn the_short_end_of_a_sound_decides_nothing() {
        let bytes: Vec<u8> = voice(8000).iter().map(|sample| linear_to_ulaw(*sample)).collect();
        let mut expander = Expander::new(Companding::Auto);
        let ends = [&bytes[..26], &bytes[..]].into_iter().flat_map(|sound| sound.chunks(FRAME));
        ends.for_each(|pcm| {
            expander.expand(SampleRate::NARROWBAND, pcm);
        });
        assert_eq!(expander.companding, Companding::Ulaw);
    }

    /// The root of the mean square of linear audio.
    fn rms(pcm: &[u8]) -> f64 {
        let samples = pcm.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
        (samples.map(|sample| f64::from(sample).powi(2)).sum::<f64>() / (pcm.len() / 2) as f64)
            .sqrt()
    }

    #[test]
    fn quiet_g711_is_quiet_and_as_long_as_it_was_before_anybody_speaks() {
        let mut noise = 1u32;
        let breath: Vec<i16> = (0..32_000)
            .map(|_| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (noise >> 28) as i16 - 8
            })
            .collect();
        for encode in [linear_to_ulaw as fn(i16) -> u8, linear_to_alaw] {
            for sound in [&breath[..], &[0; 32_000]] {
                let bytes: Vec<u8> = sound.iter().map(|sample| encode(*sample)).collect();
                let heard = expand(Companding::Auto, &bytes, FRAME).concat();
                assert_eq!(heard.len(), 64_000);
                assert!(rms(&heard) < 20.0, "{}", rms(&heard));
            }
        }
    }

    #[test]
    fn speech_from_the_first_frame_on_comes_without_a_frame_of_noise() {
        let sound = voice(8000);
        let linear: Vec<u8> = sound.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        for (law, encode) in [
            (Companding::Ulaw, linear_to_ulaw as fn(i16) -> u8),
            (Companding::Alaw, linear_to_alaw),
        ] {
            let bytes: Vec<u8> = sound.iter().map(|sample| encode(*sample)).collect();
            assert!(expand(Companding::Auto, &bytes, FRAME) == expand(law, &bytes, FRAME));
        }
        assert!(expand(Companding::Auto, &linear, FRAME).concat() == linear);
    }

    #[test]
    fn a_short_frame_in_quiet_g711_is_read_as_the_others_are() {
        let mut expander = Expander::new(Companding::Auto);
        expander.expand(SampleRate::NARROWBAND, &[0xff; FRAME]);
        assert_eq!(expander.expand(SampleRate::NARROWBAND, &[0x7f; 20]), [0; 40]);
    }

    #[test]
    fn a_law_that_was_recognised_is_told_once_and_linear_audio_is_not() {
        let sound = voice(4000);
        let linear: Vec<u8> = sound.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let alaw: Vec<u8> = sound.iter().map(|sample| linear_to_alaw(*sample)).collect();
        for (bytes, told) in [(linear, vec![]), (alaw, vec![Companding::Alaw])] {
            let mut expander = Expander::new(Companding::Auto);
            let recognised: Vec<_> = bytes
                .chunks_exact(FRAME)
                .filter_map(|pcm| {
                    expander.expand(SampleRate::NARROWBAND, pcm);
                    expander.take_recognised()
                })
                .collect();
            assert_eq!(recognised, told);
        }
    }

    #[test]
    fn silence_decides_nothing_and_other_lengths_and_rates_are_left_alone() {
        let quiet = [0; 100 * FRAME];
        assert_eq!(expand(Companding::Auto, &quiet, FRAME).concat(), quiet);
        let bytes: Vec<u8> = voice(8000).iter().map(|sample| linear_to_ulaw(*sample)).collect();
        assert!(expand(Companding::Auto, &bytes, 320).concat() == bytes);
        let wide = SampleRate::from_hz(16_000).expect("a wire rate");
        assert_eq!(Expander::new(Companding::Ulaw).expand(wide, &bytes), bytes);
    }
}
