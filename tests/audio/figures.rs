//! The figures in `docs/audio-formats.md`: what a call's audio costs. Run with
//! `cargo test --release --test audio -- --ignored --nocapture figures`.

use std::sync::OnceLock;
use std::time::Instant;

use callstreams::audio::{Pipeline, PlayOptions, Resampler, open_file};

use crate::support::encode::{doubled, slin, wav};
use crate::support::scratch::Scratch;
use crate::support::{tone, tools};

#[test]
#[ignore = "a measurement"]
fn figures_of_the_resampler() {
    for (from, to) in [
        (8_000, 16_000),
        (16_000, 8_000),
        (24_000, 8_000),
        (44_100, 8_000),
        (48_000, 8_000),
        (8_000, 48_000),
        (11_025, 16_000),
    ] {
        let frame = slin(&tone(1_000.0, from, 0.02, 0.5));
        let mut resampler = Resampler::live(from, to).unwrap();
        let mut out = Vec::new();
        let began = cpu_seconds();
        for _ in 0..FRAMES {
            out.clear();
            resampler.process_pcm(&frame, &mut out);
        }
        let micros = (cpu_seconds() - began) * 1e6 / f64::from(FRAMES);
        println!("{from:6} to {to:6}: {micros:5.2} µs for 20 ms, {:?} late", resampler.latency());
    }
}

#[test]
#[ignore = "a measurement"]
fn figures_of_the_decoders() {
    let scratch = Scratch::new();
    let sweep: Vec<f32> = (0..44_100 * 60)
        .map(|n| ((n as f64 / 44_100.0).powi(2) * 300.0).sin() as f32 / 2.0)
        .collect();
    scratch.write("in.wav", &wav(1, 44_100, 2, 16, &[], &slin(&doubled(&sweep))));
    for name in [
        "in.wav", "a.mp3", "a.flac", "a.ogg", "a.opus", "a.webm", "a.m4a", "a.aac", "a.gsm",
        "a.g722",
    ] {
        let line = match name {
            "a.gsm" => "sox in.wav -r 8000 -c 1 a.gsm".to_owned(),
            "a.g722" => "ffmpeg -i in.wav -ac 1 -ar 16000 -y a.g722".to_owned(),
            _ => format!("ffmpeg -i in.wav -y {name}"),
        };
        if name != "in.wav" && tools::run(scratch.dir(), &line).is_none() {
            continue;
        }
        let path = scratch.path(name);
        let open = move || open_file(&path, None, 8_000);
        let (began, began_cpu) = (Instant::now(), cpu_seconds());
        let mut pipeline = Pipeline::new(open, 8_000, PlayOptions::default()).unwrap();
        let mut out = Vec::new();
        pipeline.read(320, &mut out).unwrap();
        let first = began.elapsed();
        while pipeline.read(320, &mut out).unwrap() {}
        let frames = out.len() as f64 / 320.0;
        let micros = (cpu_seconds() - began_cpu) * 1e6 / frames;
        println!("{name:7} {micros:6.1} µs for 20 ms, first frame after {first:?}");
    }
}

/// What this thread has used of a processor, where the system tells (Linux); else the time.
fn cpu_seconds() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.as_deref().and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| start.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

const FRAMES: u32 = 20_000;
