//! When a caller's speech is told of, and what is not taken for speech.

use std::f64::consts::TAU;
use std::time::Duration;

use callstreams::call::{Detector, Speech, SpeechEvent, SpeechOptions};
use callstreams::protocol::SampleRate;
use proptest::prelude::*;

const BOTH: [Detector; 2] = [Detector::ENERGY, Detector::VAD];

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// The amplitude of a sine, or the bound of a noise, of so many dBov.
fn level(decibels: f64) -> f64 {
    32_768.0 * 10f64.powf(decibels / 20.0) * 2f64.sqrt()
}

/// A voice at 220 Hz that says "ah", at -26 dBov, by its time in seconds.
fn voice(time: f64) -> f64 {
    let formants = [(730.0, 1.0), (1090.0, 0.5), (2440.0, 0.1)];
    let harmonic = |number: u32| {
        let hz = 220.0 * f64::from(number);
        let near = |(formant, gain): &(f64, f64)| gain / (1.0 + ((hz - formant) / 150.0).powi(2));
        let gain: f64 = formants.iter().map(near).sum();
        gain * (TAU * hz * time + f64::from(number * number)).sin()
    };
    0.75 * level(-26.0) * (1..16).map(harmonic).sum::<f64>()
}

fn tone(hz: f64, decibels: f64) -> impl Fn(f64) -> f64 {
    move |time| level(decibels) * (TAU * hz * time).sin()
}

/// White noise. It is the same at the same time.
fn noise(decibels: f64) -> impl Fn(f64) -> f64 {
    move |time| {
        let mut bits = (time * 192_000.0).round() as u64 ^ 0x9e37_79b9_7f4a_7c15;
        for shift in [30, 27, 31] {
            bits = (bits ^ (bits >> shift)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        }
        let uniform = (bits >> 11) as f64 / (1u64 << 52) as f64 - 1.0;
        level(decibels) / 2f64.sqrt() * 3f64.sqrt() * uniform
    }
}

fn silence(_: f64) -> f64 {
    0.0
}

/// A call that speaks in frames of 20 ms, and notes what is told and by when.
struct Call {
    speech: Speech,
    rate: SampleRate,
    heard: Duration,
    frame: Vec<u8>,
    told: Vec<(Duration, SpeechEvent)>,
}

impl Call {
    fn new(hz: u32, detector: Detector) -> Self {
        Self {
            speech: Speech::new(SpeechOptions { detector, ..SpeechOptions::default() }),
            rate: SampleRate::from_hz(hz).expect("a wire rate"),
            heard: Duration::ZERO,
            frame: Vec::new(),
            told: Vec::new(),
        }
    }

    /// Says so many milliseconds of a sound; a piece shorter than a frame waits for the next sound.
    fn say(&mut self, length: u64, sound: impl Fn(f64) -> f64) -> &mut Self {
        for sample in 0..length * u64::from(self.rate.hz()) / 1000 {
            let value = sound(sample as f64 / f64::from(self.rate.hz()));
            self.frame.extend((value as i16).to_le_bytes());
            if self.frame.len() == self.rate.frame_bytes() {
                self.flush();
            }
        }
        self
    }

    fn flush(&mut self) {
        self.heard += self.rate.duration_of(self.frame.len());
        let (heard, told) = (self.heard, &mut self.told);
        self.speech.handle_audio(self.rate, &self.frame, &mut |event| told.push((heard, event)));
        self.frame.clear();
    }

    fn starts(&self) -> usize {
        self.told.iter().filter(|(_, event)| matches!(event, SpeechEvent::Start { .. })).count()
    }
}

#[test]
fn a_voice_is_told_of_within_min_speech_and_a_frame_at_every_rate_wherever_it_begins() {
    for detector in BOTH {
        for rate in SampleRate::all() {
            for offset in (0..20).step_by(if rate.hz() > 16_000 { 7 } else { 1 }) {
                let mut call = Call::new(rate.hz(), detector);
                call.say(500 + offset, noise(-65.0)).say(300, voice);
                let [(by, SpeechEvent::Start { at })] = call.told[..] else {
                    panic!("{detector:?} {rate:?} {offset}: {:?}", call.told);
                };
                let begun = ms(500 + offset);
                assert!(by - begun <= ms(120), "{detector:?} {rate:?} {offset}: {by:?}");
                assert!(at.abs_diff(begun) <= ms(10), "{detector:?} {rate:?} {offset}: {at:?}");
            }
        }
    }
}

#[test]
fn a_turn_is_told_of_with_the_times_of_its_audio() {
    for detector in BOTH {
        let mut call = Call::new(8_000, detector);
        call.say(1000, noise(-65.0)).say(800, voice).say(700, noise(-65.0));
        let [(_, SpeechEvent::Start { at: start }), (by, SpeechEvent::End { at, lasted })] =
            call.told[..]
        else {
            panic!("{:?}", call.told);
        };
        assert!(start.abs_diff(ms(1000)) <= ms(10), "{start:?}");
        assert!(at.abs_diff(ms(1800)) <= ms(10), "{at:?}");
        assert_eq!(at - lasted, start);
        assert!((ms(2300)..=ms(2320)).contains(&by), "{by:?}");
    }
}

#[test]
fn pauses_shorter_than_min_silence_do_not_end_a_turn() {
    for detector in BOTH {
        let mut call = Call::new(16_000, detector);
        for _ in 0..5 {
            call.say(300, voice).say(450, noise(-65.0));
        }
        assert_eq!(call.told.len(), 1, "{:?}", call.told);
        call.say(100, noise(-65.0));
        assert_eq!(call.told.len(), 2, "{:?}", call.told);
        assert!(!call.speech.is_speaking());
    }
}

#[test]
fn speech_goes_on_while_it_is_less_than_three_decibels_below_the_threshold() {
    let mut call = Call::new(8_000, Detector::ENERGY);
    call.say(600, tone(1000.0, -49.0)).say(700, tone(1000.0, -52.0));
    assert_eq!(call.told.len(), 1);
    call.say(700, tone(1000.0, -54.0)).say(700, tone(1000.0, -52.0));
    assert_eq!(call.told.len(), 2, "{:?}", call.told);
}

#[test]
fn clicks_and_coughs_shorter_than_min_speech_start_nothing_however_many() {
    for detector in BOTH {
        let mut call = Call::new(8_000, detector);
        call.say(500, silence);
        for length in [1, 10, 40, 60, 95, 95, 95, 95, 93] {
            call.say(length, noise(-8.0)).say(length + 20, silence);
            call.say(length, voice).say(length + 20, silence);
        }
        assert_eq!(call.told, [], "{detector:?}");
    }
}

#[test]
fn comfort_noise_hum_offset_and_steps_of_noise_start_nothing() {
    let hum = |hz: f64| move |time| tone(hz, -30.0)(time) + tone(3.0 * hz, -55.0)(time);
    for detector in BOTH {
        let mut call = Call::new(8_000, detector);
        call.say(500, silence).say(3000, noise(-55.0)).say(500, silence);
        call.say(3000, hum(50.0)).say(3000, hum(60.0)).say(500, silence);
        call.say(500, |_| 20_000.0).say(500, |_| -20_000.0).say(500, |_| 32_767.0);
        for step in [-54.0, -48.0, -42.0, -36.0, -30.0] {
            call.say(3000, noise(step));
        }
        assert_eq!(call.told, [], "{detector:?}");
    }
}

#[test]
fn sound_that_holds_still_is_background_after_two_seconds_and_speech_above_it_is_heard() {
    let mut call = Call::new(8_000, Detector::ENERGY);
    call.say(4000, noise(-40.0));
    let [(_, SpeechEvent::Start { .. }), (by, SpeechEvent::End { .. })] = call.told[..] else {
        panic!("{:?}", call.told);
    };
    assert!(by <= ms(3000), "{by:?}");
    call.say(400, |time| voice(time) + noise(-40.0)(time)).say(700, noise(-40.0));
    assert_eq!(call.told.len(), 4, "{:?}", call.told);
}

#[test]
fn the_network_lets_noise_and_tones_pass_that_are_loud_enough_for_the_gate() {
    let starts = |detector, sound: &dyn Fn(f64) -> f64| {
        Call::new(8_000, detector).say(500, silence).say(1000, sound).starts()
    };
    for sound in [&noise(-30.0) as &dyn Fn(f64) -> f64, &tone(1000.0, -15.0)] {
        assert_eq!(starts(Detector::ENERGY, sound), 1);
        assert_eq!(starts(Detector::VAD, sound), 0);
    }
    assert_eq!(starts(Detector::VAD, &voice), 1);
}

#[test]
fn minutes_of_silence_an_offset_and_clipping_leave_the_ear_as_it_was() {
    for detector in BOTH {
        let mut call = Call::new(8_000, detector);
        call.say(20, voice);
        for _ in 0..150 {
            call.frame.resize(64_000, 0);
            call.flush();
        }
        assert_eq!(call.told, []);
        let begun = call.heard;
        call.say(300, |time| 20.0 * voice(time) + 12_000.0);
        let [(by, SpeechEvent::Start { .. })] = call.told[..] else { panic!("{:?}", call.told) };
        assert!(by - begun <= ms(120));
    }
}

#[test]
fn time_goes_on_when_the_rate_changes() {
    for detector in BOTH {
        let mut call = Call::new(8_000, detector);
        for rate in SampleRate::all() {
            call.rate = rate;
            call.say(100, silence);
        }
        call.say(200, voice);
        call.rate = SampleRate::NARROWBAND;
        call.say(200, voice).say(600, silence);
        let [_, (_, SpeechEvent::End { at, lasted })] = call.told[..] else {
            panic!("{:?}", call.told);
        };
        assert!(at.abs_diff(ms(1300)) <= ms(10), "{at:?}");
        assert!(lasted.abs_diff(ms(400)) <= ms(12), "{lasted:?}");
    }
}

#[test]
fn audio_cut_in_any_way_brings_the_same_events_and_none_is_lost_in_a_long_frame() {
    let mut pcm = Vec::new();
    for sound in [&voice as &dyn Fn(f64) -> f64, &silence, &voice, &silence] {
        let samples = (0..8_000).map(|sample| sound(f64::from(sample) / 8_000.0) as i16);
        pcm.extend(samples.flat_map(i16::to_le_bytes));
    }
    let events = |length: usize| {
        let options = SpeechOptions { detector: Detector::VAD, ..SpeechOptions::default() };
        let (mut speech, mut events) = (Speech::new(options), Vec::new());
        for frame in pcm.chunks(length) {
            speech.handle_audio(SampleRate::NARROWBAND, frame, &mut |event| events.push(event));
        }
        events
    };
    let whole = events(65_534);
    assert_eq!(whole.len(), 4, "{whole:?}");
    for length in [2, 34, 320, 642, 5_000] {
        assert_eq!(events(length), whole);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_at_any_rates_bring_starts_and_ends_in_turn(
        frames in prop::collection::vec((0usize..9, any::<u64>(), 0usize..20_000, any::<bool>()), 1..12),
        vad in any::<bool>(),
        threshold in any::<f32>(),
        min_level in prop_oneof![Just(f32::NEG_INFINITY), any::<f32>(), -90f32..0.0],
        times in (0u64..300, 0u64..300),
    ) {
        let detector = match vad {
            true => Detector::Vad { probability: threshold.min(0.1) },
            false => Detector::Energy { above_noise: threshold },
        };
        let (min_speech, min_silence) = (ms(times.0), ms(times.1));
        let mut speech = Speech::new(SpeechOptions { detector, min_level, min_speech, min_silence });
        let (mut last, mut speaking) = (Duration::ZERO, false);
        for (rate, seed, length, loud) in frames {
            let rate = SampleRate::all().nth(rate).expect("nine rates");
            let byte = |index: usize| (seed.rotate_left(index as u32 * 7) >> 5) as u8 ^ index as u8;
            let pcm: Vec<u8> = (0..length).map(|index| if loud { byte(index) } else { 0 }).collect();
            speech.handle_audio(rate, &pcm, &mut |event| {
                let (starts, at) = match event {
                    SpeechEvent::Start { at } => (true, at),
                    SpeechEvent::End { at, lasted } => (lasted > at, at),
                };
                assert!(starts != speaking && at >= last, "{event:?}");
                (last, speaking) = (at, starts);
            });
            prop_assert_eq!(speech.is_speaking(), speaking);
        }
    }
}
