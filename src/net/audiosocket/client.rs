//! Placing calls, as Asterisk does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::Instant;
use uuid::Uuid;

use super::connection::Connection;
use crate::call::Role;
use crate::error::ErrorCode;
use crate::events::{Event, Opening, Source};
use crate::net::bounded::bounded;
use crate::net::dial::{self, DialError, DialTerms};
use crate::net::engine::Engine;
use crate::net::lease::Lease;
use crate::net::options::CallOptions;
use crate::protocol::Frame;

/// Whom to call and how.
#[derive(Clone, Debug)]
pub struct DialOptions {
    /// Where the server is, in order of preference: attempts overlap, and the first address that
    /// answers is taken.
    pub addresses: Vec<SocketAddr>,
    /// The call's name.
    pub id: Uuid,
    /// How long the connection may take.
    pub timeout: Duration,
    /// How long the peer may acknowledge nothing of what it is sent; zero: as the system has it.
    pub peer_timeout: Duration,
    pub call: CallOptions,
}

/// Dials, says the call's name, and runs the call.
pub(in crate::net) async fn dial(
    engine: Arc<Engine>,
    source: Arc<Source>,
    options: DialOptions,
    lease: Lease,
) {
    let deadline = Instant::now() + options.timeout;
    let terms = DialTerms { deadline, peer_timeout: options.peer_timeout };
    // The call keeps nothing of the way there.
    match Box::pin(dial::dial(&options.addresses, terms)).await {
        Ok((stream, peer)) => run(engine, source, &options, stream, peer).await,
        Err(error) => fail(&engine, &source, &error),
    }
    drop(lease);
}

async fn run(
    engine: Arc<Engine>,
    source: Arc<Source>,
    options: &DialOptions,
    stream: TcpStream,
    peer: SocketAddr,
) {
    let (id, call, role) = (source.id, options.call, Role::Client);
    let mut connection =
        Connection::new(Arc::clone(&engine), source, None, role, call, stream, peer);
    // The first frame finds room.
    let _ = connection.line.send_control(Frame::Id(options.id));
    connection.line.begin(Event::Connected { peer });
    if engine.end_dial(id) {
        if connection.line.options.is_bounded() {
            let line = Arc::clone(&connection.line);
            Box::pin(bounded(line, connection.run())).await;
        } else {
            connection.run().await;
        }
    } else {
        // It was given up while it came up.
        engine.forget(id);
    }
}

fn fail(engine: &Engine, source: &Arc<Source>, error: &DialError) {
    engine.end_dial(source.id);
    let event = Event::Error {
        errno: error.errno().filter(|_| !error.is_late).unwrap_or_default(),
        code: if error.is_late { ErrorCode::ConnectTimeout } else { ErrorCode::Connect },
        message: error.to_string(),
    };
    engine.queue.open(source, Opening::Full);
    // The source is new, so there is room.
    let _ = engine.queue.push(source, event);
    engine.queue.push_end(source);
}
