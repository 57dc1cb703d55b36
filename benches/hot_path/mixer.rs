//! Two sounds at once.

use std::hint::black_box;

use callstreams::audio::mix_into;

use crate::pieces::{Piece, frame};

pub fn pieces() -> Vec<Piece> {
    let (mut base, frame) = (frame(), frame());
    vec![Piece::new("mixer", 1, move || mix_into(black_box(&mut base), 0, black_box(&frame)))]
}
