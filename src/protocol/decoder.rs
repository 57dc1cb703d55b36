//! Bytes of a stream to frames, however the network cut them.

use super::Malformed;
use super::frame::{self, Frame, HEADER_LEN};

/// What an idle decoder may keep allocated: a frame of 20 ms at the usual rates.
const KEPT_CAPACITY: usize = 2048;

/// Takes a byte stream in pieces of any size and gives its frames.
///
/// Frames that arrive whole are borrowed from the input; only a frame that is cut is copied, and
/// only as much of it as has arrived, so that a header's claim allocates nothing.
#[derive(Debug, Default)]
pub struct Decoder {
    /// The beginning of the frame that the last input ended in.
    partial: Vec<u8>,
    /// `partial` held a whole frame, which the caller has seen by now.
    taken: bool,
    /// Payload bytes of a refused frame that are still to come.
    skip: usize,
}

impl Decoder {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next frame off `input`. `None` says that the input is used up.
    pub fn next<'d, 'i: 'd>(
        &'d mut self,
        input: &mut &'i [u8],
    ) -> Option<Result<Frame<'d>, Malformed<'d>>> {
        self.forget_taken();
        let skipped = self.skip.min(input.len());
        self.skip -= skipped;
        take(input, skipped);
        if self.partial.is_empty() { self.next_whole(input) } else { self.next_cut(input) }
    }

    /// The usual case: the frame lies whole in the input.
    fn next_whole<'i>(&mut self, input: &mut &'i [u8]) -> Option<Result<Frame<'i>, Malformed<'i>>> {
        let Some((kind, length)) = parse_header(input) else {
            self.partial.extend_from_slice(take(input, input.len()));
            return None;
        };
        if let Some(refused) = frame::refuse(kind, length) {
            take(input, HEADER_LEN);
            return Some(Err(self.skip_payload(length, refused, input)));
        }
        if input.len() < HEADER_LEN + usize::from(length) {
            self.partial.extend_from_slice(take(input, input.len()));
            return None;
        }
        let whole = take(input, HEADER_LEN + usize::from(length));
        Some(Frame::decode(kind, &whole[HEADER_LEN..]))
    }

    /// The frame began in an earlier input.
    fn next_cut<'d>(&'d mut self, input: &mut &[u8]) -> Option<Result<Frame<'d>, Malformed<'d>>> {
        self.fill_to(HEADER_LEN, input);
        let (kind, length) = parse_header(&self.partial)?;
        if let Some(refused) = frame::refuse(kind, length) {
            self.partial.clear();
            return Some(Err(self.skip_payload(length, refused, input)));
        }
        let whole = HEADER_LEN + usize::from(length);
        self.fill_to(whole, input);
        if self.partial.len() < whole {
            return None;
        }
        self.taken = true;
        Some(Frame::decode(kind, &self.partial[HEADER_LEN..]))
    }

    fn fill_to(&mut self, len: usize, input: &mut &[u8]) {
        let missing = len.saturating_sub(self.partial.len()).min(input.len());
        self.partial.extend_from_slice(take(input, missing));
    }

    fn skip_payload(
        &mut self,
        length: u16,
        refused: Malformed<'static>,
        input: &mut &[u8],
    ) -> Malformed<'static> {
        let here = usize::from(length).min(input.len());
        take(input, here);
        self.skip = usize::from(length) - here;
        refused
    }

    fn forget_taken(&mut self) {
        if self.taken {
            self.taken = false;
            self.partial.clear();
            self.partial.shrink_to(KEPT_CAPACITY);
        }
    }
}

fn parse_header(bytes: &[u8]) -> Option<(u8, u16)> {
    match bytes {
        [kind, high, low, ..] => Some((*kind, u16::from_be_bytes([*high, *low]))),
        _ => None,
    }
}

fn take<'i>(input: &mut &'i [u8], len: usize) -> &'i [u8] {
    let (head, tail) = input.split_at(len);
    *input = tail;
    head
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::SampleRate;

    fn faults(pieces: &[&[u8]]) -> Vec<String> {
        let mut decoder = Decoder::new();
        let mut out = Vec::new();
        for piece in pieces {
            let mut input = *piece;
            while let Some(result) = decoder.next(&mut input) {
                out.push(match result {
                    Ok(frame) => format!("{frame:?}"),
                    Err(fault) => fault.code().to_string(),
                });
            }
        }
        out
    }

    #[test]
    fn an_unknown_kind_is_skipped_with_its_payload_wherever_it_is_cut() {
        let bytes = [0x42, 0, 4, 1, 2, 3, 4, 0, 0, 0];
        for cut in 0..bytes.len() {
            let (a, b) = bytes.split_at(cut);
            assert_eq!(faults(&[a, b]), ["ERR_UNKNOWN_KIND", "Hangup"], "cut at {cut}");
        }
    }

    #[test]
    fn each_malformed_frame_has_its_own_error_and_the_next_frame_is_read() {
        let cases: [(&[u8], &str); 5] = [
            (&[0x01, 0, 2, 9, 9], "ERR_ID_LENGTH"),
            (&[0x03, 0, 2, b'1', b'2'], "ERR_DTMF_LENGTH"),
            (&[0x03, 0, 1, b'x'], "ERR_DTMF_DIGIT"),
            (&[0x10, 0, 0], "ERR_EMPTY_AUDIO"),
            (&[0x12, 0, 3, 1, 2, 3], "ERR_ODD_AUDIO"),
        ];
        for (bytes, code) in cases {
            let followed = [bytes, &[0x00, 0, 0]].concat();
            assert_eq!(faults(&[&followed]), [code, "Hangup"]);
        }
    }

    #[test]
    fn odd_audio_keeps_its_whole_samples() {
        let mut input: &[u8] = &[0x12, 0, 3, 1, 2, 3];
        let mut decoder = Decoder::new();
        let fault = decoder.next(&mut input).and_then(Result::err);
        let rate = SampleRate::from_hz(16_000).expect("a wire rate");
        assert_eq!(fault, Some(Malformed::OddAudio { rate, pcm: &[1, 2] }));
    }

    #[test]
    fn a_header_alone_allocates_nothing_for_what_it_claims() {
        let mut decoder = Decoder::new();
        let mut input: &[u8] = &[0x10, 0xff, 0xfe, 1, 2];
        assert!(decoder.next(&mut input).is_none());
        assert!(decoder.partial.capacity() < 64);
    }

    #[test]
    fn a_long_cut_frame_is_given_back_after_it_was_seen() {
        let mut decoder = Decoder::new();
        let mut bytes = vec![0x10, 0xff, 0xfe];
        bytes.resize(3 + 0xfffe, 7);
        let (a, b) = bytes.split_at(1000);
        for mut piece in [a, b, &[0x00]] {
            while decoder.next(&mut piece).is_some() {}
        }
        assert!(decoder.partial.capacity() <= KEPT_CAPACITY);
    }
}
