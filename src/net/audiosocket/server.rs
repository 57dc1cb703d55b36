//! Accepting calls.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::connection::{Connection, Over};
use crate::call::Role;
use crate::events::{Event, Inbox, Source};
use crate::net::engine::Engine;
use crate::net::lease::Lease;
use crate::net::options::CallOptions;
use crate::net::tcp;

/// How long to wait when the system has no descriptor left for the next connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How a server treats its connections.
#[derive(Clone, Copy, Debug)]
pub struct ServerOptions {
    pub call: CallOptions,
    /// How long a peer may take to say its UUID.
    pub handshake_timeout: Duration,
    /// More connections than this are turned away.
    pub max_connections: usize,
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
}

/// A server that listens, or whose last calls are ending. `Closed` is said when it is dropped,
/// which is when its accept loop and all its connections are gone.
pub(in crate::net) struct Server {
    source: Arc<Source>,
    options: ServerOptions,
    engine: Arc<Engine>,
    closing: watch::Sender<bool>,
    connections: AtomicUsize,
    accepted: AtomicU64,
    calls: AtomicU64,
    dropped: AtomicU64,
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
            closing: watch::Sender::new(false),
            connections: AtomicUsize::new(0),
            accepted: AtomicU64::new(0),
            calls: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            _lease: lease,
        })
    }

    /// Stops accepting, and turns away who has not said its UUID.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    pub fn stats(&self) -> ServerStats {
        ServerStats {
            connections: self.connections.load(Ordering::Relaxed) as u64,
            accepted: self.accepted.load(Ordering::Relaxed),
            calls: self.calls.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
        }
    }

    fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    async fn closed(&self) {
        // The sender is ours, so the wait cannot fail.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }

    fn drop_connection(&self, code: &'static str, peer: SocketAddr) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
        // Where nobody takes these events, the count is what remains of them.
        let _ = self.engine.queue.push(&self.source, Event::Drop { code, peer });
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.engine.remove_server(self.source.id);
        let ServerStats { accepted, calls, dropped, .. } = self.stats();
        // The last word of a server is always taken.
        let _ = self.engine.queue.push(&self.source, Event::Closed { accepted, calls, dropped });
    }
}

/// Accepts connections until the server is closed.
pub(in crate::net) async fn accept(listener: TcpListener, server: Arc<Server>) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = server.closed() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => admit(&server, stream, peer),
            Err(error) => {
                let event = Event::Error {
                    errno: error.raw_os_error().unwrap_or_default(),
                    code: "ERR_ACCEPT",
                    message: error.to_string(),
                };
                // Said again at the next failure, if it was not taken now.
                let _ = server.engine.queue.push(&server.source, event);
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn admit(server: &Arc<Server>, stream: TcpStream, peer: SocketAddr) {
    server.accepted.fetch_add(1, Ordering::Relaxed);
    if server.connections.load(Ordering::Relaxed) >= server.options.max_connections {
        return server.drop_connection("ERR_MAX_CONNECTIONS", peer);
    }
    server.connections.fetch_add(1, Ordering::Relaxed);
    let server = Arc::clone(server);
    tokio::spawn(async move {
        serve(&server, stream, peer).await;
        server.connections.fetch_sub(1, Ordering::Relaxed);
    });
}

async fn serve(server: &Arc<Server>, stream: TcpStream, peer: SocketAddr) {
    if !tcp::IS_INHERITED {
        tcp::prepare(&stream);
    }
    let engine = Arc::clone(&server.engine);
    let source = Source::new(engine.next_id(), Inbox::default());
    let options = server.options.call;
    let id = Some(server.source.id);
    let mut connection = Connection::new(engine, source, id, Role::Server, options, stream, peer);
    if let Err(code) = identify(server, &mut connection).await {
        server.drop_connection(code, peer);
        connection.turn_away().await;
    } else {
        connection.run().await;
    }
}

/// Waits for the call's name, or says why there is none.
async fn identify(server: &Server, connection: &mut Connection) -> Result<(), &'static str> {
    tokio::select! {
        biased;
        () = server.closed() => return Err("ERR_SERVER_CLOSED"),
        named = timeout(server.options.handshake_timeout, connection.identify()) => match named {
            Err(_) => return Err("ERR_HANDSHAKE_TIMEOUT"),
            Ok(Err(Over::Refused(code))) => return Err(code),
            Ok(Err(_)) => return Err("ERR_CLOSED_EARLY"),
            Ok(Ok(())) => {}
        },
    }
    server.calls.fetch_add(1, Ordering::Relaxed);
    if server.is_closing() {
        connection.line.hangup(false);
    }
    Ok(())
}
