//! One established WebSocket over any stream of bytes.
//!
//! A [`Socket`] is polled by one task, which holds both directions: [`Socket::poll_next`] reads,
//! [`Socket::start_send`] and [`Socket::poll_flush`] write. It answers pings and closes by itself,
//! and tells a peer that breaks the protocol so. Time, and when enough is buffered, are left to the
//! caller.

use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::task::yield_now;
use tungstenite::protocol::frame::coding::{CloseCode, Data};

use super::budget::Budget;
use super::deflate::Inflater;
use super::error::{SendError, SocketError};
use super::frame::{Decoder, Frame, MAX_CONTROL};
use super::message::{Assembler, Message};
use super::outbox::Outbox;
use super::{Agreed, Role};

/// How much is read at a time: a dozen messages of call audio.
const READ: usize = 4096;
const READ_MOST: usize = 64 * 1024;

/// What is read and thrown away after a close, so that the peer can read the close.
const DRAINED: usize = 1 << 20;

/// Any stream of bytes.
pub(in crate::net) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

#[derive(Clone, Copy, Debug)]
pub struct SocketOptions {
    /// The longest message that is taken, in bytes; unpacked, if it came packed.
    pub max_message: usize,
    /// The longest text, likewise. No more than `max_message` counts.
    pub max_text: usize,
}

impl Default for SocketOptions {
    fn default() -> Self {
        Self { max_message: 1 << 20, max_text: 1 << 20 }
    }
}

/// What came since it was asked last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::net) struct Received {
    /// Messages, or pieces of some; pings and pongs too.
    pub frames: u32,
    /// Bytes of text, in whole messages.
    pub text: usize,
    /// Bytes that were unpacked.
    pub unpacked: usize,
}

/// What the peer is sent.
#[derive(Clone, Copy, Debug)]
pub(in crate::net) enum Outgoing<'a> {
    Text(&'a str),
    Binary(&'a [u8]),
    /// At most 125 bytes.
    Ping(&'a [u8]),
    /// Nothing can be sent after it. A reason beyond 123 bytes is cut.
    Close {
        code: Option<u16>,
        reason: &'a str,
    },
}

pub(in crate::net) struct Socket {
    stream: Box<dyn Stream>,
    decoder: Decoder,
    assembler: Assembler,
    inbound: BytesMut,
    outbox: Outbox,
    phase: Phase,
    received: Received,
}

enum Phase {
    Open,
    /// Nothing more is heard: what waits is sent, then the stream is shut.
    Flushing,
    /// Shut; how much more of the peer's is thrown away.
    Draining(usize),
    Ended,
}

impl Socket {
    /// The server's end, after the handshake; `leftover` is what came behind the request.
    pub(in crate::net) fn server(
        stream: impl Stream + 'static,
        leftover: BytesMut,
        agreed: &Agreed,
        options: SocketOptions,
    ) -> Self {
        Self::new(Box::new(stream), leftover, Role::Server, agreed, options)
    }

    pub(super) fn new(
        stream: Box<dyn Stream>,
        leftover: BytesMut,
        role: Role,
        agreed: &Agreed,
        options: SocketOptions,
    ) -> Self {
        let inflater = agreed.deflate.map(|terms| Inflater::new(terms.peer_forgets));
        Self {
            stream,
            decoder: Decoder::new(role, agreed.deflate.is_some()),
            assembler: Assembler::new(options.max_message, options.max_text, inflater),
            inbound: leftover,
            outbox: Outbox::new(role, agreed.deflate),
            phase: Phase::Open,
            received: Received::default(),
        }
    }

    /// The next message. After a close or an error, sends what waits and shuts the stream, then
    /// gives None; a peer may take its time over that, so bound it. Pending, too, once `budget` is
    /// spent: the task is woken again when others have had their turn.
    pub(in crate::net) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        budget: &mut Budget,
    ) -> Poll<Option<Result<Message, SocketError>>> {
        if !matches!(self.phase, Phase::Open) {
            return self.poll_end(cx, budget).map(|()| None);
        }
        let result = ready!(self.poll_message(cx, budget));
        if let Ok(Message::Text(text)) = &result {
            self.received.text += text.len();
        }
        match &result {
            Ok(Message::Close { code, .. }) => self.end(*code, ""),
            Ok(_) => {}
            Err(error) => match error.close_code() {
                Some(code) => self.end(Some(code), &error.to_string()),
                None => self.phase = Phase::Ended,
            },
        }
        // A write that fails shows again: here, if the peer is gone, or to who flushes.
        let _ = self.poll_flush(cx);
        Poll::Ready(Some(result))
    }

    /// Sends what waits, a close among it, and waits for the peer's end. What else the peer says is
    /// left out, and not even unpacked. A peer may take its time over that, so bound it.
    pub(in crate::net) fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.assembler.skip();
        let mut budget = Budget::default();
        // Where it fails, reading does too.
        let _ = self.poll_flush(cx);
        while ready!(self.poll_next(cx, &mut budget)).is_some() {}
        Poll::Ready(())
    }

    /// What came since this was asked last.
    pub(in crate::net) fn take_received(&mut self) -> Received {
        std::mem::take(&mut self.received)
    }

    /// Queues a message. `poll_flush` sends it.
    pub(in crate::net) fn start_send(&mut self, outgoing: Outgoing<'_>) -> Result<(), SendError> {
        if self.outbox.is_closed() || !matches!(self.phase, Phase::Open) {
            return Err(SendError::Closed);
        }
        match outgoing {
            Outgoing::Text(text) => self.outbox.data(Data::Text, text.as_bytes()),
            Outgoing::Binary(bytes) => self.outbox.data(Data::Binary, bytes),
            Outgoing::Ping(payload) if payload.len() > MAX_CONTROL => {
                return Err(SendError::PingTooLong);
            }
            Outgoing::Ping(payload) => self.outbox.ping(payload),
            Outgoing::Close { code, reason } => {
                if code.is_some_and(|code| !CloseCode::from(code).is_allowed()) {
                    return Err(SendError::CloseCode);
                }
                self.outbox.close(code, reason);
            }
        }
        Ok(())
    }

    /// Gives the stream what waits, as far as it takes it. Ready when nothing waits.
    pub(in crate::net) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outbox.poll_flush(&mut self.stream, cx)
    }

    /// Bytes that wait for the stream to take them. There is no bound on them but the caller's.
    pub(in crate::net) fn buffered(&self) -> usize {
        self.outbox.len()
    }

    fn poll_message(
        &mut self,
        cx: &mut Context<'_>,
        budget: &mut Budget,
    ) -> Poll<Result<Message, SocketError>> {
        loop {
            if budget.is_spent() {
                return yielded(cx);
            }
            while let Some(frame) = self.next_frame()? {
                budget.spend_frame(frame.payload.len());
                if let Some(message) = self.handle_frame(frame, budget)? {
                    if let Message::Ping(payload) = &message {
                        self.outbox.pong(payload.clone());
                    }
                    return Poll::Ready(Ok(message));
                }
                if budget.is_spent() {
                    return yielded(cx);
                }
            }
            if !self.outbox.is_empty() {
                let _ = self.poll_flush(cx);
            }
            let read = self.poll_read(cx);
            // Who waits for the next message, as most do most of the time, needs no room for it yet.
            if read.is_pending() && self.inbound.is_empty() {
                self.inbound = BytesMut::new();
            }
            if ready!(read)? == 0 {
                return Poll::Ready(Err(SocketError::Dropped));
            }
        }
    }

    fn handle_frame(
        &mut self,
        frame: Frame,
        budget: &mut Budget,
    ) -> Result<Option<Message>, SocketError> {
        let message = self.assembler.handle(frame);
        let unpacked = self.assembler.take_unpacked();
        budget.spend_unpacked(unpacked);
        self.received.unpacked += unpacked.unpacked;
        message
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, SocketError> {
        if let Some(rest) = self.assembler.rest() {
            return Ok(Some(rest));
        }
        let frame = self.decoder.next(&mut self.inbound, |header| self.assembler.room(header))?;
        self.received.frames += u32::from(frame.is_some());
        Ok(frame)
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        // Only as much as has come is ever held for a frame, whatever length it claims.
        let wanted = self.decoder.wanted().saturating_sub(self.inbound.len());
        self.inbound.reserve(wanted.clamp(READ, READ_MOST));
        pin!(self.stream.read_buf(&mut self.inbound)).poll(cx)
    }

    /// Answers a close, or tells why there is one, and hears no more.
    fn end(&mut self, code: Option<u16>, reason: &str) {
        self.outbox.close(code, reason);
        self.phase = Phase::Flushing;
    }

    fn poll_end(&mut self, cx: &mut Context<'_>, budget: &mut Budget) -> Poll<()> {
        loop {
            if budget.is_spent() {
                return yielded(cx);
            }
            match self.phase {
                Phase::Flushing => {
                    let done = ready!(self.poll_flush(cx)).is_ok()
                        && ready!(Pin::new(&mut *self.stream).poll_shutdown(cx)).is_ok();
                    self.phase = if done { Phase::Draining(DRAINED) } else { Phase::Ended };
                }
                Phase::Draining(left) => {
                    self.inbound.clear();
                    self.inbound.reserve(READ);
                    let read = pin!(self.stream.read_buf(&mut self.inbound)).poll(cx);
                    budget.spend_frame(self.inbound.len());
                    self.phase = match ready!(read) {
                        Ok(1..) if left > self.inbound.len() => {
                            Phase::Draining(left - self.inbound.len())
                        }
                        _ => Phase::Ended,
                    };
                }
                Phase::Open | Phase::Ended => return Poll::Ready(()),
            }
        }
    }
}

/// Goes on when all others have had their turn, the clock among them.
fn yielded<T>(cx: &mut Context<'_>) -> Poll<T> {
    // It says so of itself, once.
    let _ = pin!(yield_now()).poll(cx);
    Poll::Pending
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::AsyncWriteExt;

    use super::*;

    #[tokio::test]
    async fn a_socket_that_waits_has_a_buffer_only_for_what_of_a_message_has_come() {
        let (near, mut far) = tokio::io::duplex(100);
        let options = SocketOptions::default();
        let mut socket = Socket::server(near, BytesMut::new(), &Agreed::default(), options);
        far.write_all(&[0x82, 0x82, 0, 0, 0, 0, 1]).await.expect("written");
        assert!(
            poll_fn(|cx| Poll::Ready(socket.poll_next(cx, &mut Budget::default()).is_pending()))
                .await
        );
        assert_eq!(socket.inbound[..], [1]);
        far.write_all(&[2]).await.expect("written");
        let message = poll_fn(|cx| socket.poll_next(cx, &mut Budget::default()))
            .await
            .expect("open")
            .expect("valid");
        assert_eq!(message, Message::Binary(vec![1, 2].into()));
        assert!(
            poll_fn(|cx| Poll::Ready(socket.poll_next(cx, &mut Budget::default()).is_pending()))
                .await
        );
        assert_eq!(socket.inbound.capacity(), 0);
    }
}
