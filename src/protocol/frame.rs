//! A frame, and its bytes.

use std::num::NonZeroU16;

use uuid::Uuid;

use super::{Malformed, SampleRate};

/// Bytes before the payload: the kind and the payload's length.
pub const HEADER_LEN: usize = 3;

/// The longest payload that the length field can name.
pub const MAX_PAYLOAD: usize = u16::MAX as usize;

/// The kinds that are not audio; those are [`SampleRate::kind`].
pub mod kind {
    pub const HANGUP: u8 = 0x00;
    pub const ID: u8 = 0x01;
    pub const SILENCE: u8 = 0x02;
    pub const DTMF: u8 = 0x03;
    pub const ERROR: u8 = 0xff;
}

/// What an error frame without a payload is taken for.
const UNKNOWN_ERROR: u8 = 0xff;
const ID_LEN: u16 = 16;

/// One message of either side. Audio borrows the bytes it was decoded from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// The call is over.
    Hangup,
    /// Which call this is: the first frame on every connection.
    Id(Uuid),
    /// Nothing was said; older peers may send what nothing sounds like.
    Silence(&'a [u8]),
    /// A key was pressed.
    Dtmf(Digit),
    /// Signed linear 16-bit little-endian mono audio.
    Audio { rate: SampleRate, pcm: &'a [u8] },
    /// The peer failed. The code is bit-packed: 1 hang-up, 2 frame forwarding, 4 memory.
    Error(u8),
}

impl<'a> Frame<'a> {
    /// Reads the payload of a frame whose header said `kind`.
    pub(super) fn decode(kind: u8, body: &'a [u8]) -> Result<Self, Malformed<'a>> {
        if let Some(rate) = SampleRate::from_kind(kind) {
            return Self::decode_audio(rate, body);
        }
        match kind {
            kind::HANGUP => Ok(Self::Hangup),
            kind::ID => {
                Uuid::from_slice(body).map(Self::Id).map_err(|_| Malformed::IdLength(length(body)))
            }
            kind::SILENCE => Ok(Self::Silence(&body[..body.len() & !1])),
            kind::DTMF => match body {
                [byte] => Digit::new(*byte).map(Self::Dtmf).ok_or(Malformed::DtmfDigit(*byte)),
                _ => Err(Malformed::DtmfLength(length(body))),
            },
            kind::ERROR => Ok(Self::Error(body.first().copied().unwrap_or(UNKNOWN_ERROR))),
            _ => Err(Malformed::UnknownKind { kind, length: length(body) }),
        }
    }

    fn decode_audio(rate: SampleRate, pcm: &'a [u8]) -> Result<Self, Malformed<'a>> {
        match pcm {
            [] => Err(Malformed::EmptyAudio),
            [whole @ .., _] if pcm.len() % 2 == 1 => Err(Malformed::OddAudio { rate, pcm: whole }),
            _ => Ok(Self::Audio { rate, pcm }),
        }
    }

    /// Appends the frame's bytes to `out`. A payload is cut at [`MAX_PAYLOAD`], to a whole sample. Audio
    /// without samples is nothing: Asterisk hangs up on such a frame.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Hangup => out.extend(header(kind::HANGUP, 0)),
            Self::Id(id) => put(out, kind::ID, id.as_bytes()),
            Self::Silence(pcm) => put(out, kind::SILENCE, pcm),
            Self::Dtmf(digit) => put(out, kind::DTMF, &[digit.0]),
            Self::Audio { pcm: [], .. } => {}
            Self::Audio { rate, pcm } => put(out, rate.kind(), pcm),
            Self::Error(code) => put(out, kind::ERROR, &[code]),
        }
    }
}

/// The three bytes before `length` bytes of audio. There is no audio frame without samples: Asterisk
/// hangs up on one.
pub fn audio_header(rate: SampleRate, length: NonZeroU16) -> [u8; HEADER_LEN] {
    header(rate.kind(), length.get())
}

/// The three bytes before a payload of `length` bytes.
fn header(kind: u8, length: u16) -> [u8; HEADER_LEN] {
    let [high, low] = length.to_be_bytes();
    [kind, high, low]
}

/// Why a frame need not be read to be refused: its header says enough.
pub(super) fn refuse(kind: u8, length: u16) -> Option<Malformed<'static>> {
    match kind {
        kind::ID if length != ID_LEN => Some(Malformed::IdLength(length)),
        kind::DTMF if length != 1 => Some(Malformed::DtmfLength(length)),
        kind::HANGUP | kind::ID | kind::SILENCE | kind::DTMF | kind::ERROR => None,
        _ if SampleRate::from_kind(kind).is_some() => None,
        _ => Some(Malformed::UnknownKind { kind, length }),
    }
}

/// One of `0-9 * # A-D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digit(u8);

impl Digit {
    /// The digit of an ASCII byte; `a-d` are taken for `A-D`.
    pub fn new(byte: u8) -> Option<Self> {
        let byte = byte.to_ascii_uppercase();
        matches!(byte, b'0'..=b'9' | b'*' | b'#' | b'A'..=b'D').then_some(Self(byte))
    }

    /// The digit as ASCII.
    pub fn ascii(self) -> u8 {
        self.0
    }
}

fn put(out: &mut Vec<u8>, kind: u8, payload: &[u8]) {
    let payload = &payload[..payload.len().min(MAX_PAYLOAD - 1)];
    out.extend(header(kind, length(payload)));
    out.extend_from_slice(payload);
}

fn length(payload: &[u8]) -> u16 {
    payload.len().min(MAX_PAYLOAD) as u16
}
