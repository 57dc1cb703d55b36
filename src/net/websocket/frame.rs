//! Frames of the protocol and their bytes, checked as strictly as RFC 6455 asks for.
//!
//! The header's layout is tungstenite's business; what makes a frame wrong is here. What frames
//! amount to is left to `message`.

use std::io::Cursor;

use bytes::{Buf, BufMut, BytesMut};
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::OpCode;

use super::Role;
use super::error::SocketError;
use super::mask;

/// What a control frame may carry.
pub(super) const MAX_CONTROL: usize = 125;

#[derive(Debug)]
pub(super) struct Frame {
    pub opcode: OpCode,
    pub is_final: bool,
    pub is_compressed: bool,
    pub payload: BytesMut,
}

/// What a peer's frames are measured by.
pub(super) struct Decoder {
    role: Role,
    allows_deflate: bool,
    /// The header of the frame whose payload has not all come.
    head: Option<(FrameHeader, usize)>,
}

impl Decoder {
    pub(super) fn new(role: Role, allows_deflate: bool) -> Self {
        Self { role, allows_deflate, head: None }
    }

    /// Takes the next frame off `buffer`, if all of it is there. A message's frame that is longer
    /// than `room` is refused by its header.
    pub(super) fn next(
        &mut self,
        buffer: &mut BytesMut,
        room: impl FnOnce(&FrameHeader) -> usize,
    ) -> Result<Option<Frame>, SocketError> {
        let (header, length) = match self.head.take() {
            Some(head) => head,
            None => match self.head(buffer, room)? {
                Some(head) => head,
                None => return Ok(None),
            },
        };
        if buffer.len() < length {
            self.head = Some((header, length));
            return Ok(None);
        }
        let mut payload = buffer.split_to(length);
        if let Some(key) = header.mask {
            mask::apply(&mut payload, key);
        }
        Ok(Some(Frame {
            opcode: header.opcode,
            is_final: header.is_final,
            is_compressed: header.rsv1,
            payload,
        }))
    }

    /// Bytes of the frame under way, if its header has come.
    pub(super) fn wanted(&self) -> usize {
        self.head.as_ref().map_or(0, |(_, length)| *length)
    }

    fn head(
        &self,
        buffer: &mut BytesMut,
        room: impl FnOnce(&FrameHeader) -> usize,
    ) -> Result<Option<(FrameHeader, usize)>, SocketError> {
        let mut cursor = Cursor::new(&buffer[..]);
        let parsed = FrameHeader::parse(&mut cursor);
        let Some((header, length)) =
            parsed.map_err(|_| SocketError::Protocol("unknown kind of frame"))?
        else {
            return Ok(None);
        };
        let taken = usize::try_from(cursor.position()).unwrap_or(usize::MAX);
        self.check(&header, length)?;
        let length = usize::try_from(length).map_err(|_| SocketError::TooBig)?;
        if matches!(header.opcode, OpCode::Data(_)) && length > room(&header) {
            return Err(SocketError::TooBig);
        }
        buffer.advance(taken);
        Ok(Some((header, length)))
    }

    fn check(&self, header: &FrameHeader, length: u64) -> Result<(), SocketError> {
        if header.rsv2 || header.rsv3 || (header.rsv1 && !self.allows_deflate) {
            return Err(SocketError::Protocol("reserved bit set"));
        }
        match (self.role, header.mask) {
            (Role::Server, None) => return Err(SocketError::Protocol("frame not masked")),
            (Role::Client, Some(_)) => return Err(SocketError::Protocol("frame masked")),
            _ => {}
        }
        if length > u64::MAX >> 1 {
            return Err(SocketError::Protocol("length out of range"));
        }
        if let OpCode::Control(_) = header.opcode {
            if header.rsv1 {
                return Err(SocketError::Protocol("reserved bit set on a control frame"));
            }
            if !header.is_final {
                return Err(SocketError::Protocol("control frame in fragments"));
            }
            if length > MAX_CONTROL as u64 {
                return Err(SocketError::Protocol("control frame too long"));
            }
        }
        Ok(())
    }
}

/// Appends a whole frame to `out`.
pub(super) fn encode(
    out: &mut BytesMut,
    role: Role,
    opcode: OpCode,
    is_compressed: bool,
    payload: &[u8],
) {
    let mask = (role == Role::Client).then(rand::random::<[u8; 4]>);
    let header = FrameHeader { opcode, rsv1: is_compressed, mask, ..FrameHeader::default() };
    let length = payload.len() as u64;
    out.reserve(header.len(length) + payload.len());
    // A buffer that grows takes all of it.
    let _ = header.format(length, &mut (&mut *out).writer());
    let start = out.len();
    out.extend_from_slice(payload);
    if let Some(key) = mask {
        mask::apply(&mut out[start..], key);
    }
}

#[cfg(test)]
mod tests {
    use tungstenite::protocol::frame::coding::Data;

    use super::*;

    fn decode(role: Role, bytes: &[u8]) -> Result<Option<Frame>, SocketError> {
        Decoder::new(role, false).next(&mut BytesMut::from(bytes), |_| 1000)
    }

    #[test]
    fn a_frame_comes_back_as_it_was_sent_at_every_length_of_length() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536] {
            for (from, to) in [(Role::Client, Role::Server), (Role::Server, Role::Client)] {
                let payload: Vec<u8> = (0..length).map(|at| at as u8).collect();
                let mut bytes = BytesMut::new();
                encode(&mut bytes, from, OpCode::Data(Data::Binary), false, &payload);
                let mut decoder = Decoder::new(to, false);
                let frame = decoder.next(&mut bytes, |_| 70_000).expect("valid").expect("whole");
                assert_eq!(frame.payload, payload);
                assert!(frame.is_final && bytes.is_empty());
            }
        }
    }

    #[test]
    fn a_frame_that_came_in_part_waits_for_the_rest() {
        let whole = [0x82, 0x83, 1, 2, 3, 4, b'a' ^ 1, b'b' ^ 2, b'c' ^ 3];
        let mut decoder = Decoder::new(Role::Server, false);
        let mut buffer = BytesMut::new();
        for &byte in &whole[..8] {
            buffer.extend_from_slice(&[byte]);
            assert!(decoder.next(&mut buffer, |_| 10).expect("valid so far").is_none());
        }
        buffer.extend_from_slice(&whole[8..]);
        let frame = decoder.next(&mut buffer, |_| 10).expect("valid").expect("whole");
        assert_eq!(&frame.payload[..], b"abc");
    }

    #[test]
    fn a_length_is_refused_by_its_header_alone() {
        let header = [0x82, 0xff, 0, 0, 0, 0, 6, 0, 0, 0, 1, 2, 3, 4];
        assert!(matches!(decode(Role::Server, &header), Err(SocketError::TooBig)));
        let absurd = [0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4];
        assert!(matches!(decode(Role::Server, &absurd), Err(SocketError::Protocol(_))));
    }

    #[test]
    fn each_side_refuses_the_other_sides_masking() {
        assert!(matches!(decode(Role::Server, &[0x82, 0]), Err(SocketError::Protocol(_))));
        let masked = [0x82, 0x80, 1, 2, 3, 4];
        assert!(matches!(decode(Role::Client, &masked), Err(SocketError::Protocol(_))));
    }
}
