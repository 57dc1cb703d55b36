//! Messages: what frames amount to.
//!
//! An [`Assembler`] takes one frame after the other and gives each message once it is whole. It
//! knows what may follow what, unpacks deflate, checks text, and keeps to the bound on a message.
//! What is answered to a control frame is left to `socket`.

use std::mem;

use bytes::Bytes;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{CloseCode, Control, Data, OpCode};

use super::deflate::{Inflater, Unpacked};
use super::error::SocketError;
use super::frame::Frame;

/// Messages up to this are copied out of the assembler's own buffer, which stays.
const KEPT: usize = 64 * 1024;

/// Packed bytes that are unpacked at once: a quarter of a megabyte may come out of them.
const PIECE: usize = 256;

/// What the peer sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::net) enum Message {
    Text(String),
    /// May share its memory with its neighbours: copy what is to be kept for long.
    Binary(Bytes),
    /// Has been answered.
    Ping(Bytes),
    Pong(Bytes),
    /// Has been answered. No more messages come.
    Close {
        /// None if the peer gave none.
        code: Option<u16>,
        reason: String,
    },
}

pub(super) struct Assembler {
    max: usize,
    max_text: usize,
    /// Nobody wants messages any more, but for the last.
    skips: bool,
    /// What was unpacked since it was asked.
    unpacked: Unpacked,
    inflater: Option<Inflater>,
    partial: Option<Partial>,
    /// What is left of a packed frame to be unpacked.
    rest: Option<Frame>,
    buffer: Vec<u8>,
}

/// A message whose last frame has not come.
struct Partial {
    is_text: bool,
    is_compressed: bool,
    /// How much of the text is known to be UTF-8.
    checked: usize,
}

impl Assembler {
    /// No message may be longer than `max` bytes, no text longer than `max_text`, packed or unpacked.
    pub(super) fn new(max: usize, max_text: usize, inflater: Option<Inflater>) -> Self {
        Self {
            max,
            max_text: max_text.min(max),
            skips: false,
            unpacked: Unpacked::default(),
            inflater,
            partial: None,
            rest: None,
            buffer: Vec::new(),
        }
    }

    /// How long a message's next frame may be, by its header.
    pub(super) fn room(&self, header: &FrameHeader) -> usize {
        let (is_text, is_compressed) = match &self.partial {
            None => (header.opcode == OpCode::Data(Data::Text), header.rsv1),
            Some(partial) => (partial.is_text, partial.is_compressed),
        };
        let max = self.max(is_text);
        if is_compressed { packed_bound(max) } else { max - self.buffer.len().min(max) }
    }

    /// Leaves out what messages of text and of bytes there are from now on, and unpacks none.
    pub(super) fn skip(&mut self) {
        self.skips = true;
        (self.partial, self.rest, self.buffer) = (None, None, Vec::new());
    }

    /// What was unpacked since this was asked last.
    pub(super) fn take_unpacked(&mut self) -> Unpacked {
        mem::take(&mut self.unpacked)
    }

    fn max(&self, is_text: bool) -> usize {
        if is_text { self.max_text } else { self.max }
    }

    /// What there is to be handled before the peer's next frame.
    pub(super) fn rest(&mut self) -> Option<Frame> {
        self.rest.take()
    }

    /// Takes a frame in, or a piece of it. Gives the message that it completes.
    pub(super) fn handle(&mut self, frame: Frame) -> Result<Option<Message>, SocketError> {
        match frame.opcode {
            OpCode::Data(kind) => self.handle_data(kind, frame),
            OpCode::Control(Control::Ping) => Ok(Some(Message::Ping(frame.payload.freeze()))),
            OpCode::Control(Control::Pong) => Ok(Some(Message::Pong(frame.payload.freeze()))),
            OpCode::Control(_) => close(&frame.payload).map(Some),
        }
    }

    fn handle_data(
        &mut self,
        kind: Data,
        mut frame: Frame,
    ) -> Result<Option<Message>, SocketError> {
        if self.skips {
            return Ok(None);
        }
        let mut partial = match (kind, self.partial.take()) {
            (Data::Continue, Some(_)) if frame.is_compressed => {
                return Err(SocketError::Protocol("reserved bit set on a continuation"));
            }
            (Data::Continue, Some(partial)) => partial,
            (Data::Text | Data::Binary, None) => Partial {
                is_text: kind == Data::Text,
                is_compressed: frame.is_compressed,
                checked: 0,
            },
            (Data::Continue, None) => {
                return Err(SocketError::Protocol("continuation of no message"));
            }
            _ => return Err(SocketError::Protocol("message within a message")),
        };
        if kind == Data::Binary && frame.is_final && !frame.is_compressed {
            return Ok(Some(Message::Binary(frame.payload.freeze())));
        }
        if partial.is_compressed && frame.payload.len() > PIECE {
            self.rest = Some(split(&mut frame));
        }
        self.take_payload(&partial, &frame)?;
        if partial.is_text {
            partial.checked = check_text(&self.buffer, partial.checked, frame.is_final)?;
        }
        if !frame.is_final {
            self.partial = Some(partial);
            return Ok(None);
        }
        self.finish(&partial).map(Some)
    }

    fn take_payload(&mut self, partial: &Partial, frame: &Frame) -> Result<(), SocketError> {
        if !partial.is_compressed {
            self.buffer.extend_from_slice(&frame.payload);
            return Ok(());
        }
        let Some(inflater) = &mut self.inflater else {
            return Err(SocketError::Protocol("reserved bit set"));
        };
        let (before, max) =
            (self.buffer.len(), if partial.is_text { self.max_text } else { self.max });
        inflater.inflate(&frame.payload, frame.is_final, &mut self.buffer, max)?;
        self.unpacked.packed += frame.payload.len();
        self.unpacked.unpacked += self.buffer.len() - before;
        Ok(())
    }

    fn finish(&mut self, partial: &Partial) -> Result<Message, SocketError> {
        let bytes = if self.buffer.len() > KEPT {
            mem::take(&mut self.buffer)
        } else {
            let copy = self.buffer.clone();
            self.buffer.clear();
            self.buffer.shrink_to(KEPT);
            copy
        };
        if !partial.is_text {
            return Ok(Message::Binary(Bytes::from(bytes)));
        }
        String::from_utf8(bytes).map(Message::Text).map_err(|_| NOT_TEXT)
    }
}

/// Leaves the first piece in `frame`, and gives the rest as if it were a fragment of its own.
fn split(frame: &mut Frame) -> Frame {
    let payload = frame.payload.split_off(PIECE);
    let is_final = mem::replace(&mut frame.is_final, false);
    Frame { opcode: OpCode::Data(Data::Continue), is_final, is_compressed: false, payload }
}

const NOT_TEXT: SocketError = SocketError::Data("text is not UTF-8");

/// How long a packed message can be that unpacks to `max` bytes: a little more than itself.
fn packed_bound(max: usize) -> usize {
    max.saturating_add(max / 1024).saturating_add(64)
}

/// How much of `text` is known to be UTF-8, of which `checked` bytes were before. Fails as soon as
/// nothing that may follow could make it so.
fn check_text(text: &[u8], checked: usize, is_final: bool) -> Result<usize, SocketError> {
    match std::str::from_utf8(text.get(checked..).unwrap_or_default()) {
        Ok(_) => Ok(text.len()),
        Err(error) if error.error_len().is_none() && !is_final => Ok(checked + error.valid_up_to()),
        Err(_) => Err(NOT_TEXT),
    }
}

fn close(payload: &[u8]) -> Result<Message, SocketError> {
    match payload {
        [] => Ok(Message::Close { code: None, reason: String::new() }),
        [_] => Err(SocketError::Protocol("close code cut short")),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !CloseCode::from(code).is_allowed() {
                return Err(SocketError::Protocol("close code not allowed"));
            }
            let reason = std::str::from_utf8(reason).map_err(|_| NOT_TEXT)?;
            Ok(Message::Close { code: Some(code), reason: reason.to_owned() })
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::*;

    fn frame(kind: Data, is_final: bool, payload: &[u8]) -> Frame {
        let payload = BytesMut::from(payload);
        Frame { opcode: OpCode::Data(kind), is_final, is_compressed: false, payload }
    }

    #[test]
    fn a_message_is_its_fragments_with_control_frames_between_them_set_aside() {
        let mut assembler = Assembler::new(100, 100, None);
        let mut next = |frame| assembler.handle(frame).expect("valid");
        assert_eq!(next(frame(Data::Text, false, "h\u{e9}".as_bytes().split_at(2).0)), None);
        let opcode = OpCode::Control(Control::Ping);
        let ping = Frame { opcode, ..frame(Data::Text, true, b"?") };
        assert_eq!(next(ping), Some(Message::Ping(Bytes::from_static(b"?"))));
        assert_eq!(next(frame(Data::Continue, false, b"\xa9")), None);
        assert_eq!(next(frame(Data::Continue, true, b"")), Some(Message::Text("h\u{e9}".into())));
    }

    #[test]
    fn text_is_refused_at_the_first_byte_that_nothing_can_mend() {
        let mut assembler = Assembler::new(100, 100, None);
        let result = assembler.handle(frame(Data::Text, false, b"\xed\xa0"));
        assert!(matches!(result, Err(SocketError::Data(_))));
    }

    #[test]
    fn fragments_share_one_bound_and_text_has_its_own() {
        let header = |kind| FrameHeader { opcode: OpCode::Data(kind), ..FrameHeader::default() };
        let mut assembler = Assembler::new(10, 5, None);
        assert_eq!(assembler.room(&header(Data::Binary)), 10);
        assert_eq!(assembler.room(&header(Data::Text)), 5);
        assembler.handle(frame(Data::Binary, false, &[0; 7])).expect("valid");
        assert_eq!(assembler.room(&header(Data::Continue)), 3);
        assembler.handle(frame(Data::Continue, true, &[0; 3])).expect("valid");
        assembler.handle(frame(Data::Text, false, b"abc")).expect("valid");
        assert_eq!(assembler.room(&header(Data::Continue)), 2);
    }

    #[test]
    fn fragments_of_two_messages_do_not_mix() {
        let mut assembler = Assembler::new(100, 100, None);
        let result = assembler.handle(frame(Data::Continue, true, b"a"));
        assert!(matches!(result, Err(SocketError::Protocol(_))));
        assembler.handle(frame(Data::Binary, false, b"a")).expect("valid");
        let result = assembler.handle(frame(Data::Binary, true, b"b"));
        assert!(matches!(result, Err(SocketError::Protocol(_))));
    }
}
