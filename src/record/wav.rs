//! The head of a WAV file.

use crate::protocol::SampleRate;

/// Bytes of [`header`].
pub(super) const HEADER_LEN: usize = 44;

/// The most bytes of audio that the sizes in a header can say, in whole samples of two channels.
pub(super) const MAX_DATA: u64 = (u32::MAX as u64 - HEADER_LEN as u64) / 4 * 4;

/// The header of so many bytes of 16-bit audio.
pub(super) fn header(rate: SampleRate, channels: u16, data: u32) -> [u8; HEADER_LEN] {
    let block = channels * 2;
    let mut header = [0; HEADER_LEN];
    let fields: [(usize, &[u8]); 12] = [
        (0, b"RIFF"),
        (4, &(data + HEADER_LEN as u32 - 8).to_le_bytes()),
        (8, b"WAVEfmt "),
        (16, &16_u32.to_le_bytes()),
        (20, &PCM.to_le_bytes()),
        (22, &channels.to_le_bytes()),
        (24, &rate.hz().to_le_bytes()),
        (28, &(rate.hz() * u32::from(block)).to_le_bytes()),
        (32, &block.to_le_bytes()),
        (34, &16_u16.to_le_bytes()),
        (36, b"data"),
        (40, &data.to_le_bytes()),
    ];
    for (at, bytes) in fields {
        header[at..at + bytes.len()].copy_from_slice(bytes);
    }
    header
}

const PCM: u16 = 1;
