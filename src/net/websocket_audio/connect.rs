//! A WebSocket that we make, to a peer that takes calls so: Asterisk's chan_websocket as a server.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::connection::Connection;
use super::options::Terms;
use crate::error::ErrorCode;
use crate::events::{Event, Opening, Source};
use crate::net::bounded::bounded;
use crate::net::end_reason::EndReason;
use crate::net::engine::Engine;
use crate::net::lease::Lease;
use crate::net::websocket;
use crate::net::websocket::{ClientOptions, Connected};

/// Whom to call and how.
pub struct WebSocketDialOptions {
    pub client: ClientOptions,
    /// How long the call may take to begin, once the connection is there.
    pub patience: Duration,
    pub terms: Terms,
}

/// Dials, and runs the call.
pub(in crate::net) async fn connect(
    engine: Arc<Engine>,
    source: Arc<Source>,
    options: WebSocketDialOptions,
    lease: Lease,
) {
    let mut dial = Dial::new(Arc::clone(&engine), Arc::clone(&source));
    // The call keeps nothing of the way there.
    match Box::pin(reach(&engine, &source, &options)).await {
        Ok(mut connection) if dial.arrives() => {
            drop(dial);
            if connection.line.options.is_bounded() {
                let line = Arc::clone(&connection.line);
                Box::pin(bounded(line, connection.run())).await;
            } else {
                connection.run().await;
            }
            connection.end().await;
        }
        // It was given up while it came up.
        Ok(_) => {}
        Err(event) => dial.failure = event,
    }
    drop(lease);
}

/// A call on its way. However that ends, JavaScript hears of it, or nothing is kept of what it gave up.
pub(super) struct Dial {
    engine: Arc<Engine>,
    source: Arc<Source>,
    has_arrived: bool,
    /// What JavaScript is told if it does not arrive.
    failure: Event,
}

impl Dial {
    pub fn new(engine: Arc<Engine>, source: Arc<Source>) -> Self {
        let message = "the call was broken off here".to_owned();
        let failure = Event::Error { errno: 0, code: ErrorCode::CallAborted, message };
        Self { engine, source, has_arrived: false, failure }
    }

    /// There is a call. False if it was given up before.
    fn arrives(&mut self) -> bool {
        self.has_arrived = self.engine.end_dial(self.source.id);
        self.has_arrived
    }
}

impl Drop for Dial {
    fn drop(&mut self) {
        let Self { engine, source, has_arrived, failure } = self;
        if *has_arrived {
            return;
        }
        engine.end_dial(source.id);
        // It may have begun before it was given up.
        if engine.line(source.id).is_some() {
            engine.forget(source.id);
            return;
        }
        engine.queue.open(source, Opening::Full);
        // The source is new, so there is room.
        let _ = engine.queue.push(source, failure.clone());
        engine.queue.push_end(source);
    }
}

async fn reach(
    engine: &Arc<Engine>,
    source: &Arc<Source>,
    options: &WebSocketDialOptions,
) -> Result<Box<Connection>, Event> {
    let connected = websocket::connect(&options.client).await.map_err(|error| Event::Error {
        errno: error.errno.or(error.http_status.map(i32::from)).unwrap_or_default(),
        code: error.code(),
        message: error.to_string(),
    })?;
    let Connected { socket, subprotocol, .. } = connected;
    let offered = subprotocol.into_iter().collect();
    let (engine, source) = (Arc::clone(engine), Arc::clone(source));
    let connection = Connection::new(engine, source, None, &options.terms, offered, socket);
    let mut connection = Box::new(connection);
    let over = match timeout(options.patience, connection.begin()).await {
        // It may have begun in the moment in which its time was up: then there is a call.
        Ok(Ok(())) => return Ok(connection),
        _ if connection.has_begun() => return Ok(connection),
        Ok(Err(over)) => over,
        Err(_) => {
            EndReason::Broken(ErrorCode::HandshakeTimeout, "the call did not begin".to_owned())
        }
    };
    connection.close().await;
    Err(match over {
        EndReason::Refused(code, message) => Event::Error { errno: 0, code, message },
        over => over.last_words().unwrap_or_else(|| Event::Error {
            errno: 0,
            code: ErrorCode::ClosedEarly,
            message: "the peer closed before the call began".to_owned(),
        }),
    })
}
