//! What waits to be sent on a socket, as bytes of the protocol.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::AsyncWrite;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};

use super::Role;
use super::deflate::Deflater;
use super::extensions::Deflate;
use super::frame::{self, MAX_CONTROL};

/// Pongs are queued while less than this waits; of more pings only the last is answered.
const PONG_ROOM: usize = 16 * 1024;

/// A buffer that grew beyond this is given back once it is empty.
const KEPT: usize = 64 * 1024;

/// Messages shorter than this are not worth deflate's time.
const DEFLATE_FROM: usize = 64;

pub(super) struct Outbox {
    role: Role,
    deflate: Option<Deflate>,
    deflater: Option<Deflater>,
    bytes: BytesMut,
    has_grown: bool,
    /// Answers the last ping, once there is room.
    pong: Option<Bytes>,
    is_closed: bool,
    has_failed: bool,
}

impl Outbox {
    pub(super) fn new(role: Role, deflate: Option<Deflate>) -> Self {
        Self {
            role,
            deflate,
            deflater: None,
            bytes: BytesMut::new(),
            has_grown: false,
            pong: None,
            is_closed: false,
            has_failed: false,
        }
    }

    /// Nothing more can be queued: a close was, or the stream takes nothing.
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed || self.has_failed
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.pong.is_none()
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn data(&mut self, kind: Data, payload: &[u8]) {
        let opcode = OpCode::Data(kind);
        if payload.len() >= DEFLATE_FROM
            && let Some(Deflate { window_bits: Some(bits), forgets, .. }) = self.deflate
        {
            let deflater = self.deflater.get_or_insert_with(|| Deflater::new(bits, forgets));
            if let Some(packed) = deflater.deflate(payload) {
                return frame::encode(&mut self.bytes, self.role, opcode, true, packed);
            }
        }
        frame::encode(&mut self.bytes, self.role, opcode, false, payload);
    }

    pub(super) fn ping(&mut self, payload: &[u8]) {
        self.control(Control::Ping, payload);
    }

    pub(super) fn pong(&mut self, payload: Bytes) {
        self.pong = Some(payload);
        self.queue_pong();
    }

    /// Queues a close, the last thing there can be. A reason beyond 123 bytes is cut.
    pub(super) fn close(&mut self, code: Option<u16>, reason: &str) {
        if self.is_closed() {
            return;
        }
        let mut payload = Vec::new();
        if let Some(code) = code {
            payload.extend_from_slice(&code.to_be_bytes());
            let fits = |at: &usize| reason.is_char_boundary(*at);
            let end = (0..=reason.len().min(MAX_CONTROL - 2)).rev().find(fits).unwrap_or(0);
            payload.extend_from_slice(&reason.as_bytes()[..end]);
        }
        self.queue_pong();
        self.control(Control::Close, &payload);
        self.is_closed = true;
    }

    /// Gives `stream` what waits, as far as it takes it. Ready when nothing waits.
    pub(super) fn poll_flush(
        &mut self,
        stream: &mut (impl AsyncWrite + Unpin + ?Sized),
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        if self.has_failed {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let result = ready!(self.poll_write(Pin::new(stream), cx));
        if result.is_err() {
            self.has_failed = true;
            self.bytes = BytesMut::new();
            self.pong = None;
        }
        Poll::Ready(result)
    }

    fn poll_write(
        &mut self,
        mut stream: Pin<&mut (impl AsyncWrite + ?Sized)>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        self.queue_pong();
        self.has_grown |= self.bytes.len() > KEPT;
        while !self.bytes.is_empty() {
            let taken = ready!(stream.as_mut().poll_write(cx, &self.bytes))?;
            if taken == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.bytes.advance(taken);
            self.queue_pong();
        }
        if self.has_grown {
            self.bytes = BytesMut::new();
            self.has_grown = false;
        }
        stream.poll_flush(cx)
    }

    fn queue_pong(&mut self) {
        if self.is_closed() {
            self.pong = None;
        } else if self.bytes.len() < PONG_ROOM
            && let Some(payload) = self.pong.take()
        {
            self.control(Control::Pong, &payload);
        }
    }

    fn control(&mut self, kind: Control, payload: &[u8]) {
        frame::encode(&mut self.bytes, self.role, OpCode::Control(kind), false, payload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_pings_that_nobody_reads_the_answers_of_is_bounded() {
        let mut outbox = Outbox::new(Role::Server, None);
        for _ in 0..100_000 {
            outbox.pong(Bytes::from_static(&[0; MAX_CONTROL]));
        }
        assert!(outbox.len() < PONG_ROOM + 2 * MAX_CONTROL);
    }

    #[test]
    fn a_reason_is_cut_between_characters() {
        let mut outbox = Outbox::new(Role::Server, None);
        outbox.close(Some(1000), &"\u{20ac}".repeat(60));
        assert_eq!(outbox.len(), 2 + 2 + 41 * 3);
        outbox.close(Some(1001), "twice");
        assert_eq!(outbox.len(), 2 + 2 + 41 * 3);
    }
}
