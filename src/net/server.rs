//! A server: its limits, its state, and what it has seen.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use super::admission::{Admission, Limits, Network};
use super::lease::Lease;
use super::options::CallOptions;
use super::websocket_audio::{Arrivals, WebSocketOptions};
use crate::error::ErrorCode;
use crate::events::{Event, EventQueue, Source};
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

/// The servers of an environment, by number.
#[derive(Default)]
pub(super) struct Servers(Mutex<HashMap<u32, Weak<Server>>>);

impl Servers {
    pub fn get(&self, id: u32) -> Option<Arc<Server>> {
        lock(&self.0).get(&id).and_then(Weak::upgrade)
    }
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
    pub queue: Arc<EventQueue>,
    /// Where it is found until it is dropped.
    servers: Arc<Servers>,
    /// WebSockets that are not calls yet.
    pub arrivals: Arrivals,
    /// A [`Phase`].
    phase: AtomicU8,
    /// The phase is a later one.
    entered: Notify,
    pub admission: Admission,
    accepted: AtomicU64,
    calls: AtomicU64,
    dropped: Mutex<HashMap<ErrorCode, u64>>,
    accept_errors: AtomicU64,
    _lease: Lease,
}

impl Server {
    /// Makes one, which is found in `servers`.
    pub fn new(
        servers: &Arc<Servers>,
        queue: &Arc<EventQueue>,
        source: Arc<Source>,
        options: ServerOptions,
        lease: Lease,
    ) -> Arc<Self> {
        let id = source.id;
        let server = Arc::new(Self {
            source,
            queue: Arc::clone(queue),
            servers: Arc::clone(servers),
            admission: Admission::new(options.limits.clone()),
            options,
            arrivals: Arrivals::default(),
            phase: AtomicU8::new(Phase::Open as u8),
            entered: Notify::new(),
            accepted: AtomicU64::new(0),
            calls: AtomicU64::new(0),
            dropped: Mutex::default(),
            accept_errors: AtomicU64::new(0),
            _lease: lease,
        });
        lock(&servers.0).insert(id, Arc::downgrade(&server));
        server
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

    /// A connection was accepted.
    pub fn count_accepted(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
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
        *lock(&self.dropped).entry(code).or_default() += 1;
        // Where nobody takes these events, the count is what remains of them.
        let _ = self.queue.push(&self.source, Event::Drop { code, peer });
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

impl Drop for Server {
    fn drop(&mut self) {
        lock(&self.servers.0).remove(&self.source.id);
        let ServerStats { accepted, calls, dropped_by_code, accept_errors, .. } = self.stats();
        let closed = Event::Closed { accepted, calls, accept_errors, dropped: dropped_by_code };
        // The last word of a server is always taken.
        let _ = self.queue.push(&self.source, closed);
    }
}
