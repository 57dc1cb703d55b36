//! A server: its limits, its state, and what it has seen.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::admission::{Admission, Limits, Network};
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
    /// Whose connections are let in; others are turned away.
    pub limits: Limits,
    /// Balancers: connections from there begin with a word on who made them.
    pub proxies: Vec<Network>,
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
#[derive(Clone, Debug, Default)]
pub struct ServerStats {
    /// Connections that are there now.
    pub connections: u64,
    pub accepted: u64,
    /// Connections that became calls.
    pub calls: u64,
    /// Connections that were turned away.
    pub dropped: u64,
    /// Those, by why.
    pub dropped_by_code: Vec<(ErrorCode, u64)>,
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
    admission: Admission,
    accepted: AtomicU64,
    calls: AtomicU64,
    dropped: Mutex<HashMap<ErrorCode, u64>>,
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
            admission: Admission::new(options.limits.clone()),
            options,
            engine,
            arrivals: Arrivals::default(),
            phase: AtomicU8::new(Phase::Open as u8),
            entered: Notify::new(),
            accepted: AtomicU64::new(0),
            calls: AtomicU64::new(0),
            dropped: Mutex::default(),
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
        let dropped = lock(&self.dropped);
        ServerStats {
            connections: self.admission.connections() as u64,
            accepted: self.accepted.load(Ordering::Relaxed),
            calls: self.calls.load(Ordering::Relaxed),
            dropped: dropped.values().sum(),
            dropped_by_code: dropped.iter().map(|(code, count)| (*code, *count)).collect(),
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

    /// A connection could not be accepted.
    pub fn count_accept_error(&self) {
        self.accept_errors.fetch_add(1, Ordering::Relaxed);
    }

    pub fn drop_connection(&self, code: ErrorCode, peer: SocketAddr) {
        *lock(&self.dropped).entry(code).or_default() += 1;
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
        let ServerStats { accepted, calls, dropped_by_code, accept_errors, .. } = self.stats();
        let closed = Event::Closed { accepted, calls, accept_errors, dropped: dropped_by_code };
        // The last word of a server is always taken.
        let _ = self.engine.queue.push(&self.source, closed);
    }
}

/// A connection's place among those that a server may have, given back when it is dropped.
pub(super) struct Place {
    server: Arc<Server>,
    /// By which its address is counted.
    address: Option<IpAddr>,
    is_pending: AtomicBool,
}

impl Place {
    /// An error, and the peer is turned away, where there is no place left.
    pub fn reserve(server: &Arc<Server>, peer: SocketAddr) -> Result<Self, ErrorCode> {
        server.accepted.fetch_add(1, Ordering::Relaxed);
        server.admission.reserve().inspect_err(|code| server.drop_connection(*code, peer))?;
        let server = Arc::clone(server);
        Ok(Self { server, address: None, is_pending: AtomicBool::new(true) })
    }

    /// An error, and the peer is turned away, where its address may not come, or not now.
    pub fn identify(&mut self, peer: SocketAddr) -> Result<(), ErrorCode> {
        let identified = self.server.admission.identify(Instant::now(), peer.ip());
        self.address = identified.inspect_err(|code| self.server.drop_connection(*code, peer))?;
        Ok(())
    }

    /// The connection became a call.
    pub fn begin(&self) {
        self.server.calls.fetch_add(1, Ordering::Relaxed);
        if self.is_pending.swap(false, Ordering::Relaxed) {
            self.server.admission.begin();
        }
    }
}

impl Deref for Place {
    type Target = Arc<Server>;

    fn deref(&self) -> &Arc<Server> {
        &self.server
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let was_pending = self.is_pending.load(Ordering::Relaxed);
        self.server.admission.release(was_pending, self.address);
    }
}
