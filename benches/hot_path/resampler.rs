//! Live audio from one rate to another, a frame of 20 ms at a time.

use std::hint::black_box;

use callstreams::audio::Resampler;

use crate::pieces::{Piece, sound};

/// The wire's to the app's and back, and what files mostly have to what calls have.
const RATES: [(u32, u32); 4] =
    [(8_000, 16_000), (16_000, 8_000), (44_100, 8_000), (48_000, 16_000)];

pub fn pieces() -> Vec<Piece> {
    RATES.into_iter().filter_map(|(from, to)| resampling(from, to)).collect()
}

fn resampling(from: u32, to: u32) -> Option<Piece> {
    let mut resampler = Resampler::live(from, to).ok()?;
    let frame: Vec<u8> = sound(from / 50).collect();
    let mut out = Vec::new();
    Some(Piece::new(format!("resampler/{from}-{to}"), 1, move || {
        out.clear();
        resampler.process_pcm(black_box(&frame), &mut out);
        black_box(&out);
    }))
}
