//! A server: its limits, its state, and what it has seen.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use super::engine::Engine;
use super::lease::Lease;
use super::options::CallOptions;
use super::websocket_audio::{Arrivals, WebSocketOptions};
use crate::error::ErrorCode;
use crate::events::{Event, Source};
use crate::sync::lock;

/// How a server treats its connections.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    pub service: Service,
    /// How long a peer may take over each step until its call begins.
    pub handshake_timeout: Duration,
    /// How long a peer may acknowledge nothing of what it is sent; zero: as the system has it.
    pub peer_timeout: Duration,
    /// More connections than this are turned away.
    pub max_connections: usize,
    /// Each connection begins with a balancer's word on who made it.
    pub is_proxied: bool,
}

/// What a server speaks.
#[derive(Clone, Debug)]
pub enum Service {
    AudioSocket(CallOptions),
    WebSocket(WebSocketOptions),
}

/// How far a server has come.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
enum Phase {
    Open = 0,
    /// Nobody new gets in; the calls go on to their own ends.
    Draining,
    Closing,
}

/// What a server has seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerStats {
    /// Connections that are there now.
    pub connections: u64,
    pub accepted: u64,
    /// Connections that became calls.
    pub calls: u64,
    /// Connections that were turned away.
    pub dropped: u64,
    /// Connections that could not be accepted: they broke before, or the system had no descriptor left.
    pub accept_errors: u64,
}

/// A server that listens, or whose last calls are ending. `Closed` is said when it is dropped,
/// which is when its accept loop and all its connections are gone.
pub(super) struct Server {
    pub source: Arc<Source>,
    pub options: ServerOptions,
    pub engine: Arc<Engine>,
    /// WebSockets that are not calls yet.
    pub arrivals: Arrivals,
    /// A [`Phase`].
    phase: AtomicU8,
    /// The phase is a later one.
    entered: Notify,
    connections: AtomicUsize,
    accepted: AtomicU64,
    calls: AtomicU64,
    dropped: AtomicU64,
    accept_errors: AtomicU64,
    _lease: Lease,
}

impl Server {
    pub fn new(
        engine: Arc<Engine>,
        source: Arc<Source>,
        options: ServerOptions,
        lease: Lease,
    ) -> Arc<Self> {
        Arc::new(Self {
            source,
            options,
            engine,
            arrivals: Arrivals::default(),
            phase: AtomicU8::new(Phase::Open as u8),
            entered: Notify::new(),
            connections: AtomicUsize::new(0),
            accepted: AtomicU64::new(0),
            calls: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            accept_errors: AtomicU64::new(0),
            _lease: lease,
        })
    }

    /// Stops accepting, and turns away who has not said its UUID.
    pub fn close(&self) {
        self.enter(Phase::Closing);
    }

    /// Stops accepting. Who is connected stays.
    pub fn drain(&self) {
        self.enter(Phase::Draining);
    }

    pub fn stats(&self) -> ServerStats {
        ServerStats {
            connections: self.connections.load(Ordering::Relaxed) as u64,
            accepted: self.accepted.load(Ordering::Relaxed),
            calls: self.calls.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            accept_errors: self.accept_errors.load(Ordering::Relaxed),
        }
    }

    pub fn is_closing(&self) -> bool {
        self.has_entered(Phase::Closing)
    }

    pub async fn closed(&self) {
        self.entered(Phase::Closing).await;
    }

    /// Resolves when nobody new is to get in.
    pub async fn shut(&self) {
        self.entered(Phase::Draining).await;
    }

    /// A connection became a call.
    pub fn count_call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// A connection could not be accepted.
    pub fn count_accept_error(&self) {
        self.accept_errors.fetch_add(1, Ordering::Relaxed);
    }

    pub fn drop_connection(&self, code: ErrorCode, peer: SocketAddr) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
        // Where nobody takes these events, the count is what remains of them.
        let _ = self.engine.queue.push(&self.source, Event::Drop { code, peer });
    }

    /// There is no way back.
    fn enter(&self, next: Phase) {
        self.phase.fetch_max(next as u8, Ordering::SeqCst);
        self.entered.notify_waiters();
    }

    fn has_entered(&self, phase: Phase) -> bool {
        self.phase.load(Ordering::SeqCst) >= phase as u8
    }

    async fn entered(&self, awaited: Phase) {
        loop {
            // Made before the look, it hears of what comes after it.
            let entered = self.entered.notified();
            if self.has_entered(awaited) {
                return;
            }
            entered.await;
        }
    }
}

impl Engine {
    /// Stops a server and hangs up its calls. `Closed` follows when all is gone.
    pub fn close_server(&self, id: u32) {
        let server = lock(&self.servers).get(&id).and_then(Weak::upgrade);
        if let Some(server) = server {
            server.close();
            self.hang_up_calls_of(id);
        }
    }

    /// Has a server take nobody new. `Closed` follows when its last call has ended.
    pub fn drain_server(&self, id: u32) {
        let server = lock(&self.servers).get(&id).and_then(Weak::upgrade);
        if let Some(server) = server {
            server.drain();
        }
    }

    pub fn server_stats(&self, id: u32) -> Option<ServerStats> {
        let server = lock(&self.servers).get(&id).and_then(Weak::upgrade)?;
        Some(server.stats())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.engine.remove_server(self.source.id);
        let ServerStats { accepted, calls, dropped, accept_errors, .. } = self.stats();
        let closed = Event::Closed { accepted, calls, dropped, accept_errors };
        // The last word of a server is always taken.
        let _ = self.engine.queue.push(&self.source, closed);
    }
}

/// A connection's place among those that a server may have, given back when it is dropped.
pub(super) struct Place(pub Arc<Server>);

impl Place {
    /// None, and the peer is turned away, where there is no place left.
    pub fn take(server: &Arc<Server>, peer: SocketAddr) -> Option<Self> {
        server.accepted.fetch_add(1, Ordering::Relaxed);
        if server.connections.load(Ordering::Relaxed) >= server.options.max_connections {
            server.drop_connection(ErrorCode::MaxConnections, peer);
            return None;
        }
        server.connections.fetch_add(1, Ordering::Relaxed);
        Some(Self(Arc::clone(server)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}
