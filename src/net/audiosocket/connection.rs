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
use crate::error::ErrorCode;
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

/// Frames that are looked at in one go: who sends more waits until the other calls have had their turn.
const FRAMES_AT_ONCE: usize = 512;

/// A connection with the call on it.
pub(super) struct Connection {
    pub line: Arc<CallHandle>,
    reader: OwnedReadHalf,
    inbound: Inbound,
    listener: Listener,
    peer: SocketAddr,
    /// What was read and not looked at yet: no more than so many frames are at once.
    rest: Vec<u8>,
    identified: bool,
    over: Option<EndReason>,
    has_ended: bool,
}

/// However its task ends, the call does.
impl Drop for Connection {
    fn drop(&mut self) {
        self.over.get_or_insert_with(|| {
            EndReason::Broken(ErrorCode::CallAborted, "the call was broken off here".to_owned())
        });
        self.end_call();
    }
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
            line: CallHandle::new(engine, source, server, role, options, Wire::tcp(writer)),
            reader,
            inbound: Inbound::new(role, options.rate),
            listener: Listener::new(options.companding, &options),
            peer,
            rest: Vec::new(),
            identified: role == Role::Client,
            over: None,
            has_ended: false,
        }
    }

    /// Runs until the call has its name, which makes it known to JavaScript.
    ///
    /// Errors: why there is no call.
    pub async fn identify(&mut self) -> Result<(), EndReason> {
        while self.over.is_none() && !self.identified {
            // Once there is a call, nobody is to break off here.
            if poll_fn(|context| self.poll_step(context)).await && !self.identified {
                flood::pause(&self.line).await;
            }
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
        if self.end_call() {
            self.linger().await;
        } else {
            self.line.wire.shut_down();
        }
    }

    /// There is a call, which JavaScript knows of.
    pub fn is_identified(&self) -> bool {
        self.identified
    }

    /// Ends the call, if there is one that has not ended. True if its peer is still there.
    fn end_call(&mut self) -> bool {
        if !self.identified || std::mem::replace(&mut self.has_ended, true) {
            return false;
        }
        let over = self.over.take().unwrap_or(EndReason::Closed);
        let is_fault =
            matches!(over, EndReason::Flooded | EndReason::Failed(_) | EndReason::Broken(..));
        if is_fault {
            self.line.hangup(false);
        }
        let peer_is_there = is_fault || matches!(over, EndReason::Goodbye);
        self.line.finish_hearing(self.inbound.rate());
        self.line.end(over.last_words());
        peer_is_there
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
            while matches!(poll_fn(|context| poll_discard(reader, context)).await, Ok(1..)) {}
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

    /// Reads once and passes on what was heard. True if there may be more.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        if !self.rest.is_empty() {
            let rest = std::mem::take(&mut self.rest);
            let taken = self.handle_bytes(&rest);
            self.rest.extend_from_slice(&rest[taken..]);
            return Poll::Ready(true);
        }
        with_read_buffer(|buffer| {
            let read = ready!(poll_read(&mut self.reader, context, buffer));
            let had = match read {
                Ok(0) => {
                    self.over =
                        Some(self.line.wire.loss().map_or(EndReason::Closed, EndReason::Lost));
                    return Poll::Ready(false);
                }
                Ok(had) => had,
                Err(error) => {
                    self.over = Some(EndReason::Lost(error));
                    return Poll::Ready(false);
                }
            };
            let taken = self.handle_bytes(&buffer[..had]);
            self.rest.extend_from_slice(&buffer[taken..had]);
            Poll::Ready(had == READ_BYTES || taken < had)
        })
    }

    /// Passes on what these bytes say, up to so many frames of it. Gives how many bytes that were.
    fn handle_bytes(&mut self, bytes: &[u8]) -> usize {
        let Self { line, inbound, listener, peer, identified, over, .. } = self;
        let taken = inbound.handle_bytes(bytes, FRAMES_AT_ONCE, &mut |heard| match heard {
            _ if over.is_some() => {}
            InboundEvent::Identified(id) => {
                *identified = true;
                line.handle_backlog(bytes.len());
                line.begin(line.connection_event(id, *peer));
            }
            heard => *over = handle_heard(line, listener, heard),
        });
        line.handle_protocol_stats(inbound.stats);
        if over.is_some() { bytes.len() } else { taken }
    }
}

/// Passes on what was heard. Gives why the call is over, if that ends it; nothing follows then.
fn handle_heard(
    line: &Arc<CallHandle>,
    listener: &mut Listener,
    heard: InboundEvent<'_>,
) -> Option<EndReason> {
    match heard {
        InboundEvent::Identified(_) => {}
        InboundEvent::Rate(rate) => return line.handle_rate(rate).err(),
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

fn poll_discard(reader: &mut OwnedReadHalf, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
    with_read_buffer(|buffer| poll_read(reader, context, buffer))
}

/// Reads once. Gives the length of what came: 0 at the end of the stream.
fn poll_read(
    reader: &mut OwnedReadHalf,
    context: &mut Context<'_>,
    buffer: &mut [u8],
) -> Poll<io::Result<usize>> {
    let mut buffer = ReadBuf::new(buffer);
    let poll = Pin::new(reader).poll_read(context, &mut buffer);
    poll.map_ok(|()| buffer.filled().len())
}
