//! AudioSocket frames, and frames of any wire put together again whatever the cut.

use crate::wire::{Frame, Wire, mask};

pub const HEADER: usize = 3;
pub const HANG_UP: u8 = 0x00;
pub const UUID: u8 = 0x01;
pub const AUDIO: u8 = 0x10;

/// What no caller is to get.
pub const FOREIGN: u8 = 0xfe;

/// Bytes of 20 ms of audio at 8 kHz.
pub const AUDIO_BYTES: usize = 320;

/// A frame's header before its payload.
pub fn header(kind: u8, length: usize) -> [u8; HEADER] {
    let [high, low] = (length as u16).to_be_bytes();
    [kind, high, low]
}

/// Bytes of the frame that begins here, once its header is there.
pub fn length(bytes: &[u8]) -> Option<usize> {
    let [_, high, low, ..] = bytes else { return None };
    Some(HEADER + usize::from(u16::from_be_bytes([*high, *low])))
}

/// What of a frame has come so far.
#[derive(Default)]
pub struct Partial {
    wire: Wire,
    bytes: Vec<u8>,
}

impl Partial {
    pub fn new(wire: Wire) -> Self {
        Self { wire, bytes: Vec::new() }
    }

    /// Gives each frame that `bytes` completes to `each`, as kind and payload.
    pub fn feed(&mut self, mut bytes: &[u8], mut each: impl FnMut(u8, &[u8])) {
        while !self.bytes.is_empty() {
            let wanted = self.wire.frame(&self.bytes).map_or(self.bytes.len() + 1, |it| it.end);
            let (taken, rest) = bytes.split_at((wanted - self.bytes.len()).min(bytes.len()));
            self.bytes.extend_from_slice(taken);
            bytes = rest;
            if self.bytes.len() < wanted {
                return;
            }
            if let Some(frame) = self.wire.frame(&self.bytes).filter(|it| it.end == wanted) {
                give(&frame, &self.bytes, &mut each);
                self.bytes.clear();
            }
        }
        while let Some(frame) = self.wire.frame(bytes).filter(|it| it.end <= bytes.len()) {
            give(&frame, bytes, &mut each);
            bytes = &bytes[frame.end..];
        }
        self.bytes.extend_from_slice(bytes);
    }
}

fn give(frame: &Frame, bytes: &[u8], each: &mut impl FnMut(u8, &[u8])) {
    let payload = &bytes[frame.start..frame.end];
    match frame.mask {
        None => each(frame.kind, payload),
        Some(key) => {
            let mut payload = payload.to_vec();
            mask(&mut payload, key);
            each(frame.kind, &payload);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_whole_whatever_the_cut() {
        let wire = [0x01, 0, 2, 7, 8, 0x00, 0, 0, 0x10, 0, 4, 1, 2, 3, 4];
        for cut in 1..=wire.len() {
            let mut seen = Vec::new();
            let mut partial = Partial::default();
            for piece in wire.chunks(cut) {
                partial.feed(piece, |kind, payload| seen.push((kind, payload.to_vec())));
            }
            assert_eq!(seen, [(1, vec![7, 8]), (0, vec![]), (0x10, vec![1, 2, 3, 4])], "cut {cut}");
        }
    }
}
