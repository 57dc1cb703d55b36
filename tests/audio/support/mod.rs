//! Tones to encode, ways to encode them, and what to measure of what comes back.

pub mod encode;
pub mod measure;
pub mod memory;
pub mod mp4;
pub mod scratch;
pub mod tools;

use std::f64::consts::TAU;
use std::path::Path;

use callstreams::audio::{AudioError, Pipeline, PlayOptions, Source, open_file};

/// Samples of a sine of so many Hz, -1 to 1.
pub fn tone(hz: f64, rate: u32, seconds: f64, amplitude: f64) -> Vec<f32> {
    let count = (f64::from(rate) * seconds) as usize;
    let step = TAU * hz / f64::from(rate);
    (0..count).map(|n| (amplitude * (step * n as f64).sin()) as f32).collect()
}

/// A folder with so long a tone in `in.wav`.
pub fn seconds(seconds: f64) -> (scratch::Scratch, &'static str) {
    let scratch = scratch::Scratch::new();
    let input = encode::slin(&encode::doubled(&tone(1_000.0, 44_100, seconds, 0.5)));
    scratch.write("in.wav", &encode::wav(1, 44_100, 2, 16, &[], &input));
    (scratch, "in.wav")
}

/// All that a source gives, and how it ended.
pub fn drain(source: &mut dyn Source) -> (Vec<f32>, Result<(), AudioError>) {
    let mut samples = Vec::new();
    loop {
        match source.read(&mut samples) {
            Ok(true) => {}
            Ok(false) => return (samples, Ok(())),
            Err(error) => return (samples, Err(error)),
        }
    }
}

/// All that a pipeline gives, 20 ms at a time, and how it ended.
pub fn drain_pipeline(pipeline: &mut Pipeline) -> (Vec<f32>, Result<(), AudioError>) {
    let mut bytes = Vec::new();
    let end = loop {
        match pipeline.read(320, &mut bytes) {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    (samples_of(&bytes), end)
}

/// What a call at `rate` hears of a file.
pub fn play(path: &Path, rate: u32) -> (Vec<f32>, Result<(), AudioError>) {
    let path = path.to_owned();
    let open = move || open_file(&path, None, rate);
    match Pipeline::new(open, rate, PlayOptions::default()) {
        Ok(mut pipeline) => drain_pipeline(&mut pipeline),
        Err(error) => (Vec::new(), Err(error)),
    }
}

/// The samples of signed 16-bit little-endian bytes.
pub fn samples_of(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(2).map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32_768.0).collect()
}
