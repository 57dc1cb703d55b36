//! One connection, from its first byte to its last: reads, and tells the line.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::time::timeout;

use crate::call::{Inbound, InboundEvent, Role, Warning};
use crate::events::{Event, Source};
use crate::net::call_handle::CallHandle;
use crate::net::end_reason::{EndReason, LINGER};
use crate::net::engine::Engine;
use crate::net::flags::Flag;
use crate::net::flood;
use crate::net::listener::Listener;
use crate::net::options::CallOptions;
use crate::net::scratch::{READ_BYTES, with_read_buffer};
use crate::net::wire::Wire;

/// A connection with the call on it.
pub(super) struct Connection {
    pub line: Arc<CallHandle>,
    reader: OwnedReadHalf,
    inbound: Inbound,
    listener: Listener,
    peer: SocketAddr,
    identified: bool,
    over: Option<EndReason>,
}

impl Connection {
    pub fn new(
        engine: Arc<Engine>,
        source: Arc<Source>,
        server: Option<u32>,
        role: Role,
        options: CallOptions,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Self {
        let (reader, writer) = stream.into_split();
        Self {
            line: CallHandle::new(engine, source, server, role, options, Wire::Tcp(writer)),
            reader,
            inbound: Inbound::new(role, options.rate),
            listener: Listener::new(options.companding, &options),
            peer,
            identified: false,
            over: None,
        }
    }

    /// Runs until the call has its name, which makes it known to JavaScript.
    pub async fn identify(&mut self) -> Result<(), EndReason> {
        while self.over.is_none() && !self.identified {
            self.step().await;
        }
        match self.over.take_if(|_| !self.identified) {
            Some(over) => Err(over),
            None => Ok(()),
        }
    }

    /// Runs until the call is over, and ends it.
    pub async fn run(&mut self) {
        while self.over.is_none() {
            self.step().await;
        }
        let over = self.over.take().unwrap_or(EndReason::Closed);
        let peer_is_there =
            matches!(over, EndReason::Goodbye | EndReason::Flooded | EndReason::Failed(_));
        if matches!(over, EndReason::Flooded | EndReason::Failed(_)) {
            self.line.hangup(false);
        }
        self.line.finish_hearing(self.inbound.rate());
        self.line.end(over.last_words());
        if peer_is_there {
            self.linger().await;
        } else {
            self.line.wire.shut_down();
        }
    }

    /// Says goodbye to a peer that never became a call.
    pub async fn turn_away(&mut self) {
        self.line.hangup(false);
        self.linger().await;
    }

    /// Sends the last bytes, closes our direction, and reads the other dry: closing on unread bytes
    /// would reset the connection and could take the hang-up frame with it.
    async fn linger(&mut self) {
        let Self { line, reader, .. } = self;
        let part = async {
            line.flush().await;
            line.wire.shut_down();
            while matches!(poll_fn(|context| poll_read(reader, context, |_| {})).await, Ok(1..)) {}
        };
        // A peer that does not take it, or does not close, is closed on.
        let _ = timeout(LINGER, part).await;
    }

    async fn step(&mut self) {
        let was_full = poll_fn(|context| self.poll_step(context)).await;
        if was_full {
            flood::pause(&self.line).await;
        }
    }

    /// Sees to whatever there is. True if the peer may have sent more than was read at once.
    fn poll_step(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        self.line.flags.register(context.waker());
        self.line.poll_unsent(context);
        let read = self.poll_read(context);
        if self.line.flags.has(Flag::Flooded) {
            self.over = Some(EndReason::Flooded);
        } else if self.line.flags.has(Flag::Goodbye) {
            self.over = Some(EndReason::Goodbye);
        }
        match read {
            Poll::Pending if self.over.is_none() => Poll::Pending,
            Poll::Pending => Poll::Ready(false),
            ready => ready,
        }
    }

    /// Reads once and passes on what was heard. True if the buffer was too small for all of it.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        let Self { line, reader, inbound, listener, peer, identified, over } = self;
        let read = poll_read(reader, context, |bytes| {
            inbound.handle_bytes(bytes, &mut |heard| match heard {
                InboundEvent::Identified(id) => {
                    *identified = true;
                    line.handle_backlog(bytes.len());
                    line.begin(line.connection_event(id, *peer));
                }
                heard => *over = handle_heard(line, listener, heard).or_else(|| over.take()),
            });
            line.handle_protocol_stats(inbound.stats);
        });
        let read = ready!(read);
        let was_full = matches!(read, Ok(READ_BYTES));
        match read {
            Ok(0) => *over = Some(EndReason::Closed),
            Ok(_) => {}
            Err(error) => *over = Some(EndReason::Lost(error)),
        }
        Poll::Ready(was_full)
    }
}

/// Passes on what was heard. Gives why the call is over, if that ends it; nothing follows then.
fn handle_heard(
    line: &CallHandle,
    listener: &mut Listener,
    heard: InboundEvent<'_>,
) -> Option<EndReason> {
    match heard {
        InboundEvent::Identified(_) => {}
        InboundEvent::Rate(rate) => line.handle_rate(rate),
        InboundEvent::Audio { rate, pcm } => listener.hear(line, rate, pcm),
        InboundEvent::Dtmf(digit) => line.push(Event::Dtmf(digit.ascii())),
        InboundEvent::Warning(Warning { code, message }) => {
            line.push(Event::Warning { code, message })
        }
        InboundEvent::Refused { code, message } => return Some(EndReason::Refused(code, message)),
        InboundEvent::Failed(code) => return Some(EndReason::Failed(code)),
        InboundEvent::HungUp => return Some(EndReason::HungUp),
    }
    None
}

/// Reads once and lends what came: its length, 0 at the end of the stream.
fn poll_read(
    reader: &mut OwnedReadHalf,
    context: &mut Context<'_>,
    lent: impl FnOnce(&[u8]),
) -> Poll<io::Result<usize>> {
    with_read_buffer(|buffer| {
        let mut buffer = ReadBuf::new(buffer);
        let poll = Pin::new(reader).poll_read(context, &mut buffer);
        poll.map_ok(|()| {
            lent(buffer.filled());
            buffer.filled().len()
        })
    })
}
