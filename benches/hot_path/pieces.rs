//! The pieces of the hot path, each ready to run: what `main` times and `counts` counts.

use crate::{batch, decoder, mixer, pacing, resampler};

/// Something that a frame of audio passes through.
pub struct Piece {
    pub name: String,
    /// Frames that one `run` takes through.
    pub frames: u64,
    pub run: Box<dyn FnMut()>,
}

impl Piece {
    pub fn new(name: impl Into<String>, frames: u64, run: impl FnMut() + 'static) -> Self {
        Self { name: name.into(), frames, run: Box::new(run) }
    }
}

/// All of them, on the way from one socket to the other.
pub fn all() -> Vec<Piece> {
    let files = [
        decoder::pieces as fn() -> Vec<Piece>,
        batch::pieces,
        pacing::pieces,
        mixer::pieces,
        resampler::pieces,
    ];
    files.into_iter().flat_map(|pieces| pieces()).collect()
}

/// A frame of 20 ms at 8 kHz, of no particular sound.
pub fn frame() -> Vec<u8> {
    sound(160).collect()
}

/// Audio of so many samples.
pub fn sound(samples: u32) -> impl Iterator<Item = u8> {
    let noise = |index: u32| index.wrapping_mul(2_654_435_769) >> 18;
    (0..samples).flat_map(move |index| (noise(index) as i16 - 8192).to_le_bytes())
}
