//! AudioSocket frames, put together again whatever the cut.

pub const HEADER: usize = 3;
pub const HANG_UP: u8 = 0x00;
pub const UUID: u8 = 0x01;
pub const AUDIO: u8 = 0x10;

/// Bytes of 20 ms of audio at 8 kHz.
pub const AUDIO_BYTES: usize = 320;

/// A frame's header before its payload.
pub fn header(kind: u8, length: usize) -> [u8; HEADER] {
    let [high, low] = (length as u16).to_be_bytes();
    [kind, high, low]
}

/// What of a frame has come so far.
#[derive(Default)]
pub struct Partial(Vec<u8>);

impl Partial {
    /// Gives each frame that `bytes` completes to `each`, as kind and payload.
    pub fn feed(&mut self, mut bytes: &[u8], mut each: impl FnMut(u8, &[u8])) {
        while !self.0.is_empty() {
            let wanted = length(&self.0).unwrap_or(HEADER);
            let (taken, rest) = bytes.split_at((wanted - self.0.len()).min(bytes.len()));
            self.0.extend_from_slice(taken);
            bytes = rest;
            if self.0.len() < wanted {
                return;
            }
            if length(&self.0) == Some(self.0.len()) {
                each(self.0[0], &self.0[HEADER..]);
                self.0.clear();
            }
        }
        while let Some((frame, rest)) = length(bytes).and_then(|end| bytes.split_at_checked(end)) {
            each(frame[0], &frame[HEADER..]);
            bytes = rest;
        }
        self.0.extend_from_slice(bytes);
    }
}

/// Bytes of the frame that begins here, once its header is there.
fn length(bytes: &[u8]) -> Option<usize> {
    let [_, high, low, ..] = bytes else { return None };
    Some(HEADER + usize::from(u16::from_be_bytes([*high, *low])))
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
