//! A WebSocket that a sender of call audio made to us.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::connection::{Connection, now};
use super::options::{Acceptance, Answer, WebSocketOptions};
use super::stitch::run_stitched;
use crate::dialects::subprotocol_to_accept;
use crate::error::ErrorCode;
use crate::events::{Event, Inbox, Opening, Source};
use crate::net::bounded::bounded;
use crate::net::end_reason::EndReason;
use crate::net::handshakes;
use crate::net::place::Place;
use crate::net::server::Server;
use crate::net::websocket::{
    AcceptOptions, Agreed, MAX_HEAD, Request, Socket, SocketOptions, Stream, read_request, refuse,
};

/// What is told when nobody says whether to accept it.
const UNAVAILABLE: u16 = 503;

/// A connection became no call of its own, for an earlier call goes on over it.
const CONTINUED: ErrorCode = ErrorCode::Continued;

/// How long a peer may take to read why it was refused.
const REFUSAL: Duration = Duration::from_secs(1);

/// A connection that asks for a WebSocket.
pub(in crate::net) struct Guest {
    pub stream: Box<dyn Stream>,
    pub request: Request,
    /// What came behind the request.
    pub leftover: BytesMut,
    pub peer: SocketAddr,
}

/// A call that has begun.
struct Begun {
    connection: Box<Connection>,
    url: String,
    stitch: Duration,
}

/// Runs a connection from its first byte to its last. A call has the memory of this for as long as it
/// lasts, so the steps that lead to one have theirs elsewhere.
pub(in crate::net) async fn serve(
    server: &Place,
    options: &WebSocketOptions,
    stream: TcpStream,
    peer: SocketAddr,
) {
    match Box::pin(in_time(server, arrive(options, stream, peer))).await {
        Ok(guest) => greet(server, guest).await,
        Err(code) => server.drop_connection(code, peer),
    }
}

/// One step on the way to a call: within its time, and while the server is open.
async fn in_time<T>(
    server: &Server,
    step: impl Future<Output = Result<T, ErrorCode>>,
) -> Result<T, ErrorCode> {
    tokio::select! {
        biased;
        () = server.closed() => Err(ErrorCode::ServerClosed),
        done = timeout(server.options.handshake_timeout, step) => {
            done.unwrap_or(Err(ErrorCode::HandshakeTimeout))
        }
    }
}

/// Reads the request.
async fn arrive(
    options: &WebSocketOptions,
    stream: TcpStream,
    peer: SocketAddr,
) -> Result<Guest, ErrorCode> {
    let mut stream: Box<dyn Stream> = match options.tls() {
        None => Box::new(stream),
        Some(acceptor) => {
            let acceptor = acceptor.clone();
            let secured = handshakes::run(async move { acceptor.accept(stream).await }).await;
            Box::new(secured.and_then(|secured| secured).map_err(|_| ErrorCode::WsTls)?)
        }
    };
    match read_request(&mut stream, MAX_HEAD).await {
        Ok((request, leftover)) => Ok(Guest { stream, request, leftover, peer }),
        Err(error) => {
            if let Some(reply) = error.reply() {
                send_off(&mut stream, &reply).await;
            }
            Err(error.code())
        }
    }
}

/// Makes a call of it, if JavaScript will have it, and runs that.
pub(in crate::net) async fn greet(server: &Place, guest: Guest) {
    if let Some(call) = Box::pin(arrival(server, guest)).await {
        run(server, call).await;
    }
}

async fn arrival(server: &Place, guest: Guest) -> Option<Begun> {
    let mut arrival = Arrival::new(server, guest.peer);
    let source = Arc::clone(&arrival.source);
    match welcome(server, &source, guest).await {
        Ok(call) => {
            arrival.code = None;
            Some(call)
        }
        Err(code) => {
            arrival.code = Some(code);
            None
        }
    }
}

/// A connection that JavaScript knows of and that is no call yet. If it becomes none, whatever the
/// cause, its drop says so.
struct Arrival<'a> {
    server: &'a Place,
    source: Arc<Source>,
    peer: SocketAddr,
    /// Why it is no call; None: it is one, which ends by itself.
    code: Option<ErrorCode>,
}

impl<'a> Arrival<'a> {
    fn new(server: &'a Place, peer: SocketAddr) -> Self {
        let source = Source::new(server.engine.next_id(), Inbox::default());
        Self { server, source, peer, code: Some(ErrorCode::CallAborted) }
    }
}

impl Drop for Arrival<'_> {
    fn drop(&mut self) {
        let Self { server, source, peer, code } = self;
        server.arrivals.forget(source.id);
        let Some(code) = *code else { return };
        if code != CONTINUED {
            server.drop_connection(code, *peer);
        }
        server.queue.open(source, Opening::Full);
        server.queue.push_end(source);
    }
}

/// Asks JavaScript what to do with it, and does that.
async fn welcome(
    server: &Place,
    source: &Arc<Source>,
    mut guest: Guest,
) -> Result<Begun, ErrorCode> {
    let asked = Event::Upgrade {
        server: server.source.id,
        peer: guest.peer,
        target: guest.request.target.clone(),
        headers: guest.request.headers.clone(),
    };
    let (reply, code) = match ask(server, source, asked).await {
        Ok(Answer::Accept(acceptance)) => return accept(server, source, guest, *acceptance).await,
        Ok(Answer::Refuse { status, headers, body }) => {
            (refuse(status, &headers, &body), ErrorCode::Refused)
        }
        Err(code) => (refuse(UNAVAILABLE, &Vec::new(), b""), code),
    };
    // JavaScript has seen to it that it can be said.
    send_off(&mut guest.stream, &reply.unwrap_or_default()).await;
    Err(code)
}

/// Runs the call to its end.
async fn run(server: &Server, call: Begun) {
    let Begun { mut connection, url, stitch } = call;
    if connection.line.options.is_bounded() {
        let line = Arc::clone(&connection.line);
        let run = run_on(server, &mut connection, &url, stitch);
        Box::pin(bounded(line, run)).await;
    } else if stitch.is_zero() {
        connection.run().await;
    } else {
        Box::pin(run_stitched(server, &mut connection, &url, stitch)).await;
    }
    connection.end().await;
}

/// Over one connection, or over one after another.
async fn run_on(server: &Server, connection: &mut Connection, url: &str, stitch: Duration) {
    if stitch.is_zero() {
        connection.run().await;
    } else {
        run_stitched(server, connection, url, stitch).await;
    }
}

async fn ask(
    server: &Arc<Server>,
    source: &Arc<Source>,
    asked: Event,
) -> Result<Answer, ErrorCode> {
    let answer = server.arrivals.ask(source.id);
    // The source is new, so there is room.
    let _ = server.queue.push(source, asked);
    in_time(server, async { answer.await.map_err(|_| ErrorCode::HandshakeTimeout) }).await
}

/// Opens the WebSocket, and waits for the call on it to begin.
async fn accept(
    server: &Place,
    source: &Arc<Source>,
    guest: Guest,
    acceptance: Acceptance,
) -> Result<Begun, ErrorCode> {
    let Acceptance { stitch, terms, .. } = &acceptance;
    let (offered, url) = (guest.request.subprotocols(), guest.request.target.clone());
    let socket = in_time(server, open(guest, &acceptance)).await?;
    // What goes on over it is no call of its own.
    let Some(socket) = server.arrivals.find(&url, socket, now()) else {
        return Err(CONTINUED);
    };
    let (engine, id) = (Arc::clone(&server.engine), Some(server.source.id));
    let connection = Connection::new(engine, Arc::clone(source), id, terms, offered, socket);
    let mut connection = Box::new(connection);
    if let Err(code) = in_time(server, begin(&mut connection)).await
        && !connection.has_begun()
    {
        connection.close().await;
        return Err(code);
    }
    // It may have begun in the moment in which its time was up: then there is a call.
    server.begin();
    if server.is_closing() {
        connection.line.hangup(false);
    }
    Ok(Begun { connection, url, stitch: *stitch })
}

/// Answers that the WebSocket is open.
async fn open(guest: Guest, acceptance: &Acceptance) -> Result<Socket, ErrorCode> {
    let Guest { mut stream, request, leftover, .. } = guest;
    let Acceptance { subprotocol, deflate, headers, terms, .. } = acceptance;
    let offered = request.subprotocols();
    let usual = || subprotocol_to_accept(&offered, terms.dialect).map(str::to_owned);
    let reply = request.accept(&AcceptOptions {
        subprotocol: subprotocol.clone().or_else(usual),
        deflate: *deflate,
        headers: headers.clone(),
    });
    // JavaScript has seen to it that it can be said.
    let (reply, agreed): (Vec<u8>, Agreed) = reply.map_err(|_| ErrorCode::WsHeader)?;
    let sent = async {
        stream.write_all(&reply).await?;
        stream.flush().await
    };
    sent.await.map_err(|_: std::io::Error| ErrorCode::ClosedEarly)?;
    let options = SocketOptions { max_message: terms.max_message, max_text: terms.max_text };
    Ok(Socket::server(stream, leftover, &agreed, options))
}

/// Waits for the call to begin, or says why it does not.
async fn begin(connection: &mut Connection) -> Result<(), ErrorCode> {
    connection.begin().await.map_err(|over| match over {
        EndReason::Refused(code, _) | EndReason::Broken(code, _) => code,
        _ => ErrorCode::ClosedEarly,
    })
}

/// What a request is answered that gets no place.
pub(in crate::net) fn turn_away(code: ErrorCode) -> Vec<u8> {
    let status = match code {
        ErrorCode::AddressDenied => 403,
        ErrorCode::CallRatePerAddress | ErrorCode::MaxConnectionsPerAddress => 429,
        _ => UNAVAILABLE,
    };
    refuse(status, &Vec::new(), b"").unwrap_or_default()
}

/// Says a last thing over HTTP.
async fn send_off(stream: &mut Box<dyn Stream>, reply: &[u8]) {
    // Whoever does not take it goes without.
    let _ = timeout(REFUSAL, async {
        stream.write_all(reply).await?;
        stream.shutdown().await
    })
    .await;
}
