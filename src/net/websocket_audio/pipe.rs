//! A connection that JavaScript has: a socket of Node's own HTTP server, with TLS perhaps.
//!
//! Its bytes come and go through JavaScript's thread. Bounds: 256 KiB on their way in, beyond which
//! JavaScript is told to wait for `Drain`; on their way out one piece, until JavaScript has taken it.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, ready};

use atomic_waker::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::events::{AudioLimit, Event, EventQueue, Source};
use crate::protocol::SampleRate;
use crate::sync::lock;

/// Bytes that may wait to be read.
const MOST_WAITING: usize = 256 * 1024;

/// What is handed to JavaScript at once: less than an event may carry.
const PIECE: usize = 32 * 1024;

/// The bytes are taken before the next are pushed, so that nothing is ever dropped.
const NO_LIMIT: AudioLimit = AudioLimit { held: usize::MAX, queued: usize::MAX };

/// The pipes of an environment: JavaScript's end of each, by number.
#[derive(Debug, Default)]
pub(in crate::net) struct Pipes(Mutex<HashMap<u32, Arc<PipeEnd>>>);

impl Pipes {
    pub fn get(&self, id: u32) -> Option<Arc<PipeEnd>> {
        lock(&self.0).get(&id).cloned()
    }

    /// JavaScript has no more to do with it.
    pub fn take(&self, id: u32) -> Option<Arc<PipeEnd>> {
        lock(&self.0).remove(&id)
    }
}

/// JavaScript's end.
#[derive(Debug, Default)]
pub(in crate::net) struct PipeEnd {
    inbound: Mutex<Inbound>,
    reader: AtomicWaker,
}

#[derive(Debug, Default)]
struct Inbound {
    bytes: VecDeque<u8>,
    ended: bool,
    /// JavaScript waits for room.
    is_full: bool,
}

impl PipeEnd {
    /// Bytes from the peer. False if JavaScript is to wait for `Drain` before the next.
    pub fn write(&self, bytes: &[u8]) -> bool {
        let mut inbound = lock(&self.inbound);
        inbound.bytes.extend(bytes);
        inbound.is_full |= inbound.bytes.len() >= MOST_WAITING;
        let has_room = !inbound.is_full;
        drop(inbound);
        self.reader.wake();
        has_room
    }

    /// The peer is gone.
    pub fn end(&self) {
        lock(&self.inbound).ended = true;
        self.reader.wake();
    }
}

/// The core's end: a stream as any other.
pub(in crate::net) struct Pipe {
    source: Arc<Source>,
    end: Arc<PipeEnd>,
    pipes: Weak<Pipes>,
    queue: Weak<EventQueue>,
}

impl Pipe {
    /// A pipe whose events JavaScript is given under the source's number, by which it is in `pipes`.
    pub fn new(pipes: &Arc<Pipes>, queue: &Arc<EventQueue>, source: Arc<Source>) -> Self {
        let end = Arc::new(PipeEnd::default());
        lock(&pipes.0).insert(source.id, Arc::clone(&end));
        Self { source, end, pipes: Arc::downgrade(pipes), queue: Arc::downgrade(queue) }
    }

    fn push(&self, event: Event) {
        if let Some(queue) = self.queue.upgrade() {
            // There are never more than two.
            let _ = queue.push(&self.source, event);
        }
    }
}

impl AsyncRead for Pipe {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.end.reader.register(context.waker());
        let mut inbound = lock(&self.end.inbound);
        if inbound.bytes.is_empty() {
            return if inbound.ended { Poll::Ready(Ok(())) } else { Poll::Pending };
        }
        let (front, _) = inbound.bytes.as_slices();
        let length = front.len().min(buffer.remaining());
        buffer.put_slice(&front[..length]);
        inbound.bytes.drain(..length);
        let has_room = inbound.bytes.len() < MOST_WAITING / 2;
        let was_full = has_room && std::mem::take(&mut inbound.is_full);
        drop(inbound);
        if was_full {
            self.push(Event::Drain);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.source.poll_drained(context));
        let Some(queue) = self.queue.upgrade() else {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        };
        let piece = &bytes[..bytes.len().min(PIECE)];
        // Bytes are handed over as audio is; there is no rate to them.
        queue.push_audio(&self.source, SampleRate::NARROWBAND, piece, NO_LIMIT);
        Poll::Ready(Ok(piece.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Dropping it ends JavaScript's socket; its half alone cannot be.
        Poll::Ready(Ok(()))
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        if let Some(pipes) = self.pipes.upgrade() {
            pipes.take(self.source.id);
        }
        if let Some(queue) = self.queue.upgrade() {
            queue.push_end(&self.source);
        }
    }
}
