//! permessage-deflate (RFC 7692): the payload of one message, packed and unpacked.
//!
//! What was agreed on is `extensions`' business. Both sides of a connection that has agreed are
//! made when they are first needed: most peers send deflate and get none, or the reverse.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::error::SocketError;

/// What ends every message, and is not sent.
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// Room that is made at a time.
const STEP: usize = 1024;

/// Streams that a message may end and begin anew. Senders end one at most; each takes its time.
const MOST_ENDS: usize = 16;

/// Packed bytes that a message may have before they have to be worth it.
const SLACK: usize = 1024;

/// Packed bytes for each that comes out of them, at most: what any sender's deflate keeps far below.
/// Blocks without content cost time and bring nothing.
const MOST_PACKED: usize = 2;

/// What was done.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unpacked {
    pub packed: usize,
    pub unpacked: usize,
}

/// Unpacks what the peer sends.
pub(super) struct Inflater {
    stream: Option<Decompress>,
    forgets: bool,
    /// The stream ended with a final block, and nothing came since.
    at_end: bool,
    /// How often it did within the message.
    ends: usize,
    /// Packed bytes of the message.
    packed: usize,
}

impl Inflater {
    /// `forgets` is whether the peer begins each message anew.
    pub(super) fn new(forgets: bool) -> Self {
        Self { stream: None, forgets, at_end: false, ends: 0, packed: 0 }
    }

    /// Appends what a frame holds to `out`, which may not grow beyond `max` bytes.
    pub(super) fn inflate(
        &mut self,
        frame: &[u8],
        is_final: bool,
        out: &mut Vec<u8>,
        max: usize,
    ) -> Result<(), SocketError> {
        self.run(frame, out, max)?;
        self.packed += frame.len();
        if self.packed > SLACK + MOST_PACKED * out.len() {
            return Err(SocketError::Data("deflate that makes a message longer"));
        }
        if is_final {
            if !self.at_end {
                self.run(&TAIL, out, max)?;
            }
            (self.at_end, self.ends, self.packed) = (false, 0, 0);
            if let Some(stream) = self.stream.as_mut().filter(|_| self.forgets) {
                stream.reset(false);
            }
        }
        Ok(())
    }

    fn run(&mut self, mut input: &[u8], out: &mut Vec<u8>, max: usize) -> Result<(), SocketError> {
        // The widest window reads what any narrower one has written.
        let stream = self.stream.get_or_insert_with(|| Decompress::new(false));
        loop {
            if out.len() > max {
                return Err(SocketError::TooBig);
            }
            if out.len() == out.capacity() {
                // One byte over the bound is enough to know of it.
                out.reserve_exact((max.saturating_add(1) - out.len()).min(out.len().max(STEP)));
            }
            let before = stream.total_in();
            let status = stream
                .decompress_vec(input, out, FlushDecompress::None)
                .map_err(|_| SocketError::Data("damaged deflate"))?;
            let taken = usize::try_from(stream.total_in() - before).unwrap_or(usize::MAX);
            input = input.get(taken..).unwrap_or_default();
            if taken > 0 {
                self.at_end = false;
            }
            if status == Status::StreamEnd {
                stream.reset(false);
                self.at_end = true;
                self.ends += 1;
                if self.ends > MOST_ENDS {
                    return Err(SocketError::Data("deflate of too many streams"));
                }
            }
            if input.is_empty() && out.len() < out.capacity() {
                return Ok(());
            }
            if taken == 0 && out.len() < out.capacity() {
                return Err(SocketError::Data("damaged deflate"));
            }
        }
    }
}

/// Packs what is sent to the peer.
pub(super) struct Deflater {
    stream: Compress,
    forgets: bool,
    out: Vec<u8>,
}

impl Deflater {
    /// `window_bits` is 9 to 15; `forgets` is whether each message begins anew.
    pub(super) fn new(window_bits: u8, forgets: bool) -> Self {
        let bits = window_bits.clamp(9, 15);
        let stream = Compress::new_with_window_bits(Compression::fast(), false, bits);
        Self { stream, forgets, out: Vec::new() }
    }

    /// The payload of a message, as it is sent. None if it cannot be packed.
    pub(super) fn deflate(&mut self, message: &[u8]) -> Option<&[u8]> {
        let packed = self.run(message).is_some();
        if self.forgets || !packed {
            // A peer that never saw this message must not be pointed back into it.
            self.stream.reset();
        }
        if packed { self.out.strip_suffix(&TAIL) } else { None }
    }

    fn run(&mut self, mut input: &[u8]) -> Option<()> {
        self.out.clear();
        self.out.shrink_to(STEP * 64);
        loop {
            if self.out.len() == self.out.capacity() {
                self.out.reserve(input.len().max(STEP));
            }
            let before = self.stream.total_in();
            self.stream.compress_vec(input, &mut self.out, FlushCompress::Sync).ok()?;
            let taken = usize::try_from(self.stream.total_in() - before).unwrap_or(usize::MAX);
            input = input.get(taken..).unwrap_or_default();
            if input.is_empty() && self.out.len() < self.out.capacity() {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inflated(inflater: &mut Inflater, bytes: &[u8]) -> Result<Vec<u8>, SocketError> {
        let mut out = Vec::new();
        inflater.inflate(bytes, true, &mut out, 1 << 20).map(|()| out)
    }

    /// Bytes that deflate cannot make much of.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn the_examples_of_the_standard_unpack() {
        let mut inflater = Inflater::new(false);
        let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
        assert_eq!(inflated(&mut inflater, &hello).expect("valid"), b"Hello");
        let again = [0xf2, 0x00, 0x11, 0x00, 0x00];
        assert_eq!(inflated(&mut inflater, &again).expect("valid"), b"Hello");
        let stored = [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00];
        assert_eq!(inflated(&mut inflater, &stored).expect("valid"), b"Hello");
        let finished = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00];
        assert_eq!(inflated(&mut inflater, &finished).expect("valid"), b"Hello");
        let two_blocks = [0xf2, 0x48, 0x05, 0, 0, 0, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00];
        assert_eq!(inflated(&mut inflater, &two_blocks).expect("valid"), b"Hello");
    }

    #[test]
    fn messages_of_every_size_come_back_whatever_was_agreed_on() {
        for (bits, forgets) in [(15, false), (15, true), (9, false), (9, true)] {
            let mut deflater = Deflater::new(bits, forgets);
            let mut inflater = Inflater::new(forgets);
            for length in [1, 2, 320, 640, 1023, 1024, 1025, 5000, 70_000] {
                for message in [vec![7; length], noise(length)] {
                    let packed = deflater.deflate(&message).expect("packed").to_vec();
                    assert_eq!(inflated(&mut inflater, &packed).expect("valid"), message);
                }
            }
        }
    }

    #[test]
    fn what_unpacks_beyond_the_bound_is_refused_with_little_memory() {
        let mut deflater = Deflater::new(15, false);
        let bomb = deflater.deflate(&vec![0; 5_000_000]).expect("packed").to_vec();
        let mut out = Vec::new();
        let result = Inflater::new(false).inflate(&bomb, true, &mut out, 10_000);
        assert!(matches!(result, Err(SocketError::TooBig)));
        assert!(out.capacity() <= 10_001 + STEP);
    }

    #[test]
    fn a_message_of_endless_ends_is_refused_for_each_takes_its_time() {
        let mut inflater = Inflater::new(false);
        let finished = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
        assert_eq!(inflated(&mut inflater, &finished.repeat(16)).expect("valid").len(), 16 * 5);
        assert_eq!(inflated(&mut inflater, &finished.repeat(16)).expect("valid").len(), 16 * 5);
        let result = inflated(&mut inflater, &finished.repeat(17));
        assert!(matches!(result, Err(SocketError::Data(_))));
    }

    #[test]
    fn garbage_is_an_error() {
        let mut inflater = Inflater::new(false);
        assert!(matches!(inflated(&mut inflater, &[0xff; 40]), Err(SocketError::Data(_))));
    }
}
