//! Bytes of a connection to frames, as the network cuts them.

use std::hint::black_box;

use callstreams::protocol::{Decoder, Frame, SampleRate};

use crate::pieces::{Piece, frame};

/// Frames of one read of a connection that was not read for a second.
const COALESCED: usize = 50;

pub fn pieces() -> Vec<Piece> {
    let one = bytes(1);
    let (head, tail) = (one[..100].to_vec(), one[100..].to_vec());
    vec![
        decoding("decoder/whole", vec![one]),
        decoding("decoder/coalesced", vec![bytes(COALESCED)]),
        decoding("decoder/split", vec![head, tail]),
    ]
}

/// Decodes the same reads over and over.
fn decoding(name: &str, reads: Vec<Vec<u8>>) -> Piece {
    let mut decoder = Decoder::new();
    let frames = reads.concat().len() / bytes(1).len();
    Piece::new(name, frames as u64, move || {
        for read in &reads {
            let mut input = black_box(read.as_slice());
            while let Some(decoded) = decoder.next(&mut input) {
                let _ = black_box(decoded);
            }
        }
    })
}

fn bytes(frames: usize) -> Vec<u8> {
    let mut out = Vec::new();
    Frame::Audio { rate: SampleRate::NARROWBAND, pcm: &frame() }.encode(&mut out);
    out.repeat(frames)
}
