//! What it costs to listen for speech: time per frame of 20 ms. A thousand calls have 50,000 frames
//! a second, so that 1 µs a frame is 5 % of a core.

use std::f64::consts::TAU;
use std::hint::black_box;

use callstreams::call::{Detector, Speech, SpeechOptions};
use callstreams::protocol::SampleRate;
use criterion::{Criterion, criterion_group, criterion_main};

/// Two seconds of a tone with many harmonics in syllables of 250 ms, or of noise too soft to hear.
fn audio(rate: SampleRate, loud: bool) -> Vec<u8> {
    let mut noise = 1u32;
    let sample = |index: u32| {
        let time = f64::from(index) / f64::from(rate.hz());
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let hiss = f64::from(noise >> 16) / 65_536.0 * 40.0 - 20.0;
        let voice: f64 = (1..20).map(|n| (TAU * 130.0 * f64::from(n) * time).sin()).sum();
        let syllable = (TAU * 2.0 * time).sin().abs();
        let sample = hiss + if loud { 1000.0 * syllable * voice } else { 0.0 };
        (sample as i16).to_le_bytes()
    };
    (0..rate.hz() * 2).flat_map(sample).collect()
}

fn listening(criterion: &mut Criterion) {
    let detectors = [("energy", Detector::ENERGY), ("vad", Detector::VAD)];
    for (name, detector) in detectors {
        for rate in [8_000, 16_000, 48_000].into_iter().filter_map(SampleRate::from_hz) {
            for (what, loud) in [("sound", true), ("quiet", false)] {
                let audio = audio(rate, loud);
                let mut frames = audio.chunks_exact(rate.frame_bytes()).cycle();
                let options = SpeechOptions { detector, ..SpeechOptions::default() };
                let mut speech = Speech::new(options);
                criterion.bench_function(&format!("{name}/{}/{what}", rate.hz()), |bencher| {
                    bencher.iter(|| {
                        let frame = frames.next().unwrap_or_default();
                        speech.handle_audio(rate, black_box(frame), &mut |event| {
                            black_box(event);
                        });
                    });
                });
            }
        }
    }
}

criterion_group!(benches, listening);
criterion_main!(benches);
