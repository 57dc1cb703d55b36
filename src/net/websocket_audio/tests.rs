//! Calls that end at awkward moments, over a pipe and on invented time.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::DuplexStream;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::{advance, timeout};

use super::connect::Dial;
use super::options::{Acceptance, Answer, WebSocketOptions};
use super::serve::{Guest, greet};
use super::state::tests::terms;
use crate::dialects::Dialect;
use crate::events::{Inbox, Opening, Packer, Source, Wake};
use crate::net::call_handle::CallHandle;
use crate::net::outgoing::Command;
use crate::net::place::Place;
use crate::net::server::{Server, ServerOptions, Service};
use crate::net::websocket::Request;
use crate::net::{Engine, Limits};
use crate::protocol::{Frame, SampleRate};
use crate::sync::lock;

/// Numbers of events, as JavaScript knows them.
const ERROR: u32 = 6;
const END: u32 = 12;
const DROP: u32 = 13;

/// Shorter than a flood's pause.
const HANDSHAKE: Duration = Duration::from_millis(10);

const METADATA: &[u8] = &[0x81, 0x82, 0, 0, 0, 0, b'{', b'}'];

struct Quiet;

impl Wake for Quiet {
    fn wake(&self) {}
}

/// One connection of a server, whose peer has asked for a WebSocket and sent `said`.
struct Scene {
    engine: Arc<Engine>,
    server: Arc<Server>,
    task: JoinHandle<()>,
    far: DuplexStream,
}

impl Scene {
    async fn new(said: &[u8], room: usize) -> Self {
        let engine = Engine::new(Box::new(Quiet));
        let source = Source::new(engine.next_id(), Inbox::opened());
        let options = ServerOptions {
            service: Service::WebSocket(WebSocketOptions::new(None).expect("options")),
            handshake_timeout: HANDSHAKE,
            peer_timeout: Duration::ZERO,
            limits: Limits {
                connections: 10,
                connections_per_address: None,
                pending: None,
                rate: None,
                rate_per_address: None,
                allow: Vec::new(),
                deny: Vec::new(),
            },
            proxies: Vec::new(),
        };
        let lease = engine.lease();
        let server = Server::new(&engine.servers, &engine.queue, source, options, lease);
        let (near, far) = tokio::io::duplex(room);
        let guest = Guest {
            stream: Box::new(near),
            request: request(),
            leftover: BytesMut::from(said),
            peer: ([127, 0, 0, 1], 5000).into(),
        };
        let place = Place::reserve(&engine, &server, guest.peer).expect("a place");
        let task = tokio::spawn(async move { greet(&place, guest).await });
        settle().await;
        Self { engine, server, task, far }
    }

    /// The app accepts the connection, which is number 2.
    async fn accept(&self) {
        let mut terms = terms();
        terms.dialect = Some(Dialect::ModAudioStream);
        terms.ping = Duration::ZERO;
        let acceptance = Acceptance {
            subprotocol: None,
            deflate: false,
            headers: Vec::new(),
            stitch: Duration::ZERO,
            terms,
        };
        assert!(self.server.arrivals.answer(2, Answer::Accept(Box::new(acceptance))));
        settle().await;
    }

    fn call(&self) -> Arc<CallHandle> {
        self.engine.line(2).expect("a call")
    }

    /// What JavaScript receives, which listens: numbers of sources and of events.
    fn told(&self) -> Vec<(u32, u32)> {
        self.engine.open(2, Opening::Full);
        told(&self.engine)
    }

    /// Has the socket full, and what is before it.
    async fn fill(&self) -> Arc<CallHandle> {
        let call = self.call();
        assert!(call.command(Command::Text("x".repeat(20_000))));
        settle().await;
        let mut frame = Vec::new();
        Frame::Audio { rate: SampleRate::NARROWBAND, pcm: &[1; 320] }.encode(&mut frame);
        while call.wire.try_send(&frame) > 0 {
            settle().await;
        }
        call.write(&[1; 640]).expect("room");
        assert!(!lock(&call.out).unsent.is_empty(), "the socket takes no more");
        call
    }
}

fn request() -> Request {
    let fields = [
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let headers = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Request::from_parts("GET", "/", headers).expect("a request")
}

/// Numbers of sources and of events.
fn told(engine: &Engine) -> Vec<(u32, u32)> {
    let (mut slab, mut words) = (vec![0; 1 << 20], vec![0; 12 * 1024]);
    let mut packer = Packer::new(&mut slab, 0, &mut words);
    engine.drain(&mut packer);
    let count = packer.events();
    let word = |at: usize| u32::from_ne_bytes(words[at..at + 4].try_into().expect("a word"));
    (0..count).map(|event| (word(event * 12), word(event * 12 + 4) >> 24)).collect()
}

/// Lets all tasks do what they can.
async fn settle() {
    for _ in 0..50 {
        yield_now().await;
    }
}

/// Metadata, and more texts than are read at once.
fn flood() -> Vec<u8> {
    METADATA.repeat(100)
}

#[tokio::test(start_paused = true)]
async fn a_call_that_began_in_a_flood_goes_on_when_its_handshakes_time_is_up() {
    let scene = Scene::new(&flood(), 1 << 16).await;
    scene.accept().await;
    let call = scene.call();
    advance(HANDSHAKE).await;
    settle().await;
    assert!(!lock(&call.out).ended && !scene.task.is_finished());
    drop(scene.far);
    timeout(Duration::from_secs(5), scene.task).await.expect("an end").expect("no panic");
    assert!(lock(&call.out).ended);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_began_in_a_flood_ends_once_when_its_server_closes() {
    let mut scene = Scene::new(&flood(), 1 << 16).await;
    scene.accept().await;
    let call = scene.call();
    scene.server.close();
    scene.engine.hang_up_calls_of(scene.server.source.id);
    timeout(Duration::from_secs(5), &mut scene.task).await.expect("an end").expect("no panic");
    assert!(lock(&call.out).ended);
    assert_eq!(scene.server.stats().calls, 1);
    let told = scene.told();
    assert_eq!(told.iter().filter(|event| **event == (2, END)).count(), 1);
    assert!(!told.iter().any(|(_, event)| *event == DROP));
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_task_is_dropped_ends_and_lets_go_of_what_taps_it() {
    let mut scene = Scene::new(METADATA, 1 << 16).await;
    scene.accept().await;
    let call = scene.call();
    scene.told();
    scene.task.abort();
    assert!((&mut scene.task).await.expect_err("aborted").is_cancelled());
    assert!(lock(&call.out).ended);
    assert_eq!(scene.told().last(), Some(&(2, END)));
}

#[tokio::test(start_paused = true)]
async fn a_dial_that_is_given_up_while_its_call_begins_leaves_nothing_behind() {
    let mut scene = Scene::new(METADATA, 1 << 16).await;
    scene.accept().await;
    let call = scene.call();
    let engine = Arc::clone(&scene.engine);
    // As if we had placed it: the dial is dropped after its connection.
    let dial = Dial::new(Arc::clone(&engine), Arc::clone(&call.source));
    scene.task.abort();
    assert!((&mut scene.task).await.is_err());
    drop(dial);
    assert!(lock(&call.out).ended && engine.line(2).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_dial_that_breaks_off_before_there_is_a_call_is_said_to_be_over() {
    let engine = Engine::new(Box::new(Quiet));
    let source = Source::new(engine.next_id(), Inbox::default());
    drop(Dial::new(Arc::clone(&engine), source));
    assert_eq!(told(&engine), [(1, ERROR), (1, END)]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_whose_task_is_dropped_before_there_is_a_call_is_said_to_be_over() {
    let mut scene = Scene::new(METADATA, 1 << 16).await;
    scene.told();
    scene.task.abort();
    assert!((&mut scene.task).await.expect_err("aborted").is_cancelled());
    assert_eq!(scene.told(), [(1, DROP), (2, END)]);
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_peer_reads_nothing_is_hung_up_at_once_and_closed_within_its_bound() {
    let mut scene = Scene::new(METADATA, 1 << 8).await;
    scene.accept().await;
    let call = scene.fill().await;
    call.hangup(false);
    settle().await;
    assert!(lock(&call.out).ended, "at once");
    timeout(Duration::from_secs(2), &mut scene.task).await.expect("an end").expect("no panic");
    assert_eq!(scene.told().last(), Some(&(2, END)));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_to_be_heard_to_its_end_waits_five_seconds_for_a_peer_that_reads_nothing() {
    let mut scene = Scene::new(METADATA, 1 << 8).await;
    scene.accept().await;
    let call = scene.fill().await;
    call.hangup(true);
    settle().await;
    advance(Duration::from_millis(4900)).await;
    settle().await;
    assert!(!lock(&call.out).ended);
    timeout(Duration::from_secs(2), &mut scene.task).await.expect("an end").expect("no panic");
    assert!(lock(&call.out).ended);
}
