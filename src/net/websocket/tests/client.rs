//! The client against servers on loopback: our own, and ones that do not behave.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::super::{
    AcceptOptions, ClientOptions, ConnectError, Connected, MAX_HEAD, Message, Outgoing, Request,
    Roots, Socket, SocketOptions, Step, Stream, TlsOptions, connect, read_request, refuse,
};
use super::support::{echo, next, send, soon};

pub(super) fn options(url: String) -> ClientOptions {
    ClientOptions {
        url,
        headers: Vec::new(),
        subprotocols: Vec::new(),
        deflate: false,
        timeout: Duration::from_secs(5),
        tls: TlsOptions { roots: Roots::None, ..TlsOptions::default() },
        socket: SocketOptions::default(),
        send_buffer: None,
        peer_timeout: Duration::ZERO,
    }
}

/// Listens, and gives the first connection to `serve`.
pub(super) async fn server<F, T>(
    serve: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> (SocketAddr, JoinHandle<T>)
where
    F: Future<Output = T> + Send,
    T: Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let task = tokio::spawn(async move {
        let (stream, _) = soon(listener.accept()).await.expect("a connection");
        serve(stream).await
    });
    (address, task)
}

/// Accepts a WebSocket and echoes. Gives what was asked.
pub(super) async fn serve(mut stream: impl Stream + 'static, options: AcceptOptions) -> Request {
    let (request, leftover) = soon(read_request(&mut stream, MAX_HEAD)).await.expect("a request");
    let (reply, agreed) = request.accept(&options).expect("sendable");
    stream.write_all(&reply).await.expect("written");
    let socket = Socket::server(stream, leftover, &agreed, SocketOptions::default());
    let _ = echo(socket).await;
    request
}

pub(super) async fn talk(connected: Connected) {
    let mut socket = connected.socket;
    let text = "hello ".repeat(100);
    send(&mut socket, Outgoing::Text(&text)).await;
    assert_eq!(next(&mut socket).await.expect("open").expect("valid"), Message::Text(text));
    send(&mut socket, Outgoing::Close { code: Some(1000), reason: "" }).await;
    while next(&mut socket).await.is_some() {}
}

async fn fault(options: &ClientOptions) -> ConnectError {
    soon(connect(options)).await.err().expect("no connection")
}

/// What a client makes of a server that answers `bytes`.
async fn fault_of(bytes: &'static [u8]) -> ConnectError {
    let (address, _) = server(move |mut stream| async move {
        let _ = read_request(&mut stream, MAX_HEAD).await.expect("a request");
        stream.write_all(bytes).await.expect("written");
    })
    .await;
    fault(&options(format!("ws://{address}/"))).await
}

#[tokio::test]
async fn a_client_and_a_server_meet_with_all_that_can_be_agreed_on() {
    for deflate in [false, true] {
        let accept = AcceptOptions {
            subprotocol: Some("media".to_owned()),
            deflate,
            headers: vec![("X-Server".to_owned(), "1".to_owned())],
        };
        let (address, task) = server(move |stream| serve(stream, accept)).await;
        let asked = ClientOptions {
            headers: vec![("X-Call".to_owned(), "7".to_owned())],
            subprotocols: vec!["echo".to_owned(), "media".to_owned()],
            deflate: true,
            ..options(format!("ws://alice:secret@{address}/calls?id=7"))
        };
        let connected = soon(connect(&asked)).await.expect("connected");
        assert_eq!(connected.subprotocol.as_deref(), Some("media"));
        talk(connected).await;
        let request = soon(task).await.expect("no panic");
        assert_eq!(request.target, "/calls?id=7");
        assert_eq!(request.header("x-call"), "7");
        assert_eq!(request.header("authorization"), "Basic YWxpY2U6c2VjcmV0");
        assert_eq!(request.header("host"), address.to_string());
    }
}

#[tokio::test]
async fn what_came_with_the_answer_is_heard() {
    let (address, _task) = server(|mut stream| async move {
        let (request, _) = read_request(&mut stream, MAX_HEAD).await.expect("a request");
        let (mut reply, _) = request.accept(&AcceptOptions::default()).expect("sendable");
        reply.extend_from_slice(b"\x81\x05early");
        stream.write_all(&reply).await.expect("written");
        let _ = stream.read(&mut [0; 1]).await;
    })
    .await;
    let connected = connect(&options(format!("ws://{address}"))).await.expect("connected");
    let mut socket = connected.socket;
    let message = next(&mut socket).await.expect("open").expect("valid");
    assert_eq!(message, Message::Text("early".to_owned()));
}

#[tokio::test]
async fn a_refusal_gives_its_status() {
    let (address, _task) = server(|mut stream| async move {
        let _ = read_request(&mut stream, MAX_HEAD).await.expect("a request");
        let reply = refuse(403, &Vec::new(), b"no").expect("sendable");
        stream.write_all(&reply).await.expect("written");
    })
    .await;
    let fault = fault(&options(format!("ws://{address}/"))).await;
    assert_eq!((fault.code().as_str(), fault.http_status), ("ERR_WS_HANDSHAKE", Some(403)));
}

#[tokio::test]
async fn an_answer_that_is_none_fails_the_handshake() {
    let endless = Box::leak(vec![b'a'; 40_000].into_boxed_slice());
    for bytes in [b"", &b"HTTP/1.1 101"[..], b"\x16\x03\x01", b"SSH-2.0-x\r\n\r\n", endless] {
        let fault = fault_of(bytes).await;
        assert_eq!((fault.step, fault.http_status), (Step::Handshake, None));
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_gives_the_systems_number() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let fault = fault(&options(format!("ws://{address}/"))).await;
    assert_eq!(fault.code(), "ERR_WS_CONNECT");
    assert!(fault.errno.is_some());
}

#[tokio::test]
async fn a_host_that_is_not_there_is_told_from_a_server_that_is_not() {
    let fault = fault(&options("ws://no-such-host.invalid/".to_owned())).await;
    assert_eq!(fault.code(), "ERR_WS_DNS");
}

#[tokio::test]
async fn a_server_that_stalls_costs_the_time_given() {
    let (address, _task) = server(|stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
    })
    .await;
    let timeout = Duration::from_millis(50);
    let fault = fault(&ClientOptions { timeout, ..options(format!("ws://{address}/")) }).await;
    assert_eq!(fault.code(), "ERR_WS_TIMEOUT");
}

#[tokio::test]
async fn what_may_not_be_asked_is_not_sent() {
    let asked = options("ws://127.0.0.1:1/".to_owned());
    let split = vec![("X".to_owned(), "a\r\nY: b".to_owned())];
    let fault_of_header = fault(&ClientOptions { headers: split, ..asked }).await;
    assert_eq!(fault_of_header.code(), "ERR_WS_HEADER");
    assert_eq!(fault(&options("http://127.0.0.1/".to_owned())).await.code(), "ERR_WS_URL");
}
