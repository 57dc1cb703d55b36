//! What callers speak: AudioSocket, or audio in binary messages over WebSocket.
//!
//! WebSocket's handshake and the layout of its headers are left to tungstenite.

use std::io::{self, Cursor, Write};
use std::net::TcpStream;
use std::str::FromStr;

use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};

use crate::clock;
use crate::frames::{self, AUDIO, FOREIGN, HANG_UP, HEADER, UUID, header};

#[derive(Clone, Copy, Default)]
pub enum Wire {
    #[default]
    AudioSocket,
    WebSocket,
}

/// A frame, and where in the bytes that it begins its payload is.
pub struct Frame {
    pub kind: u8,
    pub start: usize,
    pub end: usize,
    /// What the payload is masked by.
    pub mask: Option<[u8; 4]>,
}

impl FromStr for Wire {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "audiosocket" => Ok(Self::AudioSocket),
            "websocket" => Ok(Self::WebSocket),
            _ => Err(()),
        }
    }
}

impl Wire {
    /// Begins a call: with a UUID made of its number, or by asking for a WebSocket and waiting for it.
    pub fn greet(self, mut socket: TcpStream, number: usize) -> io::Result<TcpStream> {
        match self {
            Self::AudioSocket => {
                let id = 0xca11_5000_0000_4000_8000_0000_0000_0000 + number as u128;
                let hello = [header(UUID, 16).as_slice(), &id.to_be_bytes()].concat();
                socket.write_all(&hello)?;
                Ok(socket)
            }
            Self::WebSocket => {
                let url = format!("ws://localhost/?callId={number}");
                let (open, _) = tungstenite::client(url, socket).map_err(failed)?;
                // Nothing came behind the answer: no server speaks before its caller.
                Ok(open.into_inner())
            }
        }
    }

    /// Adds a frame of audio to what a caller sends.
    pub fn push_audio(self, out: &mut Vec<u8>, payload: &[u8]) {
        match self {
            Self::AudioSocket => {
                out.extend_from_slice(&header(AUDIO, payload.len()));
                out.extend_from_slice(payload);
            }
            Self::WebSocket => {
                let key = (clock::now() as u32).wrapping_mul(0x9e37_79b1).to_be_bytes();
                let opcode = OpCode::Data(Data::Binary);
                let head = FrameHeader { opcode, mask: Some(key), ..FrameHeader::default() };
                // A buffer that grows takes all of it.
                let _ = head.format(payload.len() as u64, out);
                let start = out.len();
                out.extend_from_slice(payload);
                mask(&mut out[start..], key);
            }
        }
    }

    /// The frame that begins here, once its header is there. A kind that is not AudioSocket's is `FOREIGN`.
    pub fn frame(self, bytes: &[u8]) -> Option<Frame> {
        match self {
            Self::AudioSocket => {
                let (kind, end) = (*bytes.first()?, frames::length(bytes)?);
                Some(Frame { kind, start: HEADER, end, mask: None })
            }
            Self::WebSocket => websocket_frame(bytes),
        }
    }
}

/// Gives whoever asks for a WebSocket one.
pub fn answer(socket: TcpStream) -> io::Result<TcpStream> {
    // Nothing comes behind the request: a client waits for its answer.
    tungstenite::accept(socket).map(|open| open.into_inner()).map_err(failed)
}

pub fn mask(payload: &mut [u8], key: [u8; 4]) {
    for piece in payload.chunks_mut(key.len()) {
        piece.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
    }
}

fn websocket_frame(bytes: &[u8]) -> Option<Frame> {
    let mut cursor = Cursor::new(bytes);
    let Ok(parsed) = FrameHeader::parse(&mut cursor) else {
        return Some(Frame { kind: FOREIGN, start: 0, end: bytes.len(), mask: None });
    };
    let (head, length) = parsed?;
    let is_plain = head.is_final && !(head.rsv1 || head.rsv2 || head.rsv3);
    let kind = match head.opcode {
        OpCode::Data(Data::Binary) if is_plain => AUDIO,
        OpCode::Control(Control::Close) => HANG_UP,
        // No run is so long that a server asks whether its caller is there.
        _ => FOREIGN,
    };
    let start = cursor.position() as usize;
    Some(Frame { kind, start, end: start.saturating_add(length as usize), mask: head.mask })
}

fn failed(error: impl ToString) -> io::Error {
    io::Error::other(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::Partial;

    #[test]
    fn masked_frames_come_whole_whatever_the_cut() {
        let payloads = [vec![7; 320], vec![1, 2, 3], Vec::new(), vec![9; 70_000]];
        let mut wire = Vec::new();
        payloads.iter().for_each(|payload| Wire::WebSocket.push_audio(&mut wire, payload));
        assert!(wire[8..328].iter().any(|&byte| byte != 7));
        for cut in [1, 2, 3, 7, 8, 9, 327, 328, 329, 4096, wire.len()] {
            let mut seen = Vec::new();
            let mut partial = Partial::new(Wire::WebSocket);
            for piece in wire.chunks(cut) {
                partial.feed(piece, |kind, payload| seen.push((kind, payload.to_vec())));
            }
            let expected: Vec<_> =
                payloads.iter().map(|payload| (AUDIO, payload.clone())).collect();
            assert_eq!(seen, expected, "cut {cut}");
        }
    }

    #[test]
    fn what_is_no_whole_message_of_audio_is_told_apart() {
        for (bytes, kind) in [
            ([0x88, 0], HANG_UP),
            ([0x02, 0], FOREIGN),
            ([0xc2, 0], FOREIGN),
            ([0x81, 0], FOREIGN),
            ([0x83, 0], FOREIGN),
        ] {
            let mut seen = Vec::new();
            Partial::new(Wire::WebSocket).feed(&bytes, |kind, _| seen.push(kind));
            assert_eq!(seen, [kind], "{bytes:x?}");
        }
    }
}
