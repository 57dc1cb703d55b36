//! AudioSocket: bytes to frames and back; and [`proxy`], which may come before them.
//!
//! Frames are `kind: u8`, `length: u16 big-endian`, payload. This module knows no socket and no
//! clock, and it does not judge a frame's place in a call: that is `crate::call`.
//! Start reading at [`Frame`], then [`Decoder`].

mod decoder;
mod frame;
mod malformed;
pub mod proxy;
mod rate;

pub use decoder::Decoder;
pub use frame::{Digit, Frame, HEADER_LEN, MAX_PAYLOAD, audio_header, kind};
pub use malformed::Malformed;
pub use rate::{BYTES_PER_SAMPLE, FRAME_MS, SampleRate};
