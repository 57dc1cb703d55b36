//! Signed linear 16-bit audio: mixing it, and where it comes from. No sockets, no clock.

mod mix;
mod raw_file;

pub use mix::mix_into;
pub use raw_file::RawFile;
