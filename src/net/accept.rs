//! Accepting connections, whatever happens to one of them or to the system.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};

use super::audiosocket;
use super::engine::Engine;
use super::permits::Permits;
use super::place::Place;
use super::proxy::announced;
use super::server::{Server, Service};
use super::tcp;
use super::websocket_audio;
use crate::error::ErrorCode;
use crate::events::Event;

/// The first pause where the system has nothing left for another connection; each doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The same trouble is told again after so long.
const REPORT_INTERVAL: Duration = Duration::from_secs(60);

/// Peers that are waited for after they were turned away, and for how long.
const FAREWELLS: usize = 256;
const FAREWELL: Duration = Duration::from_millis(250);

/// AudioSocket's frame that hangs up.
const HANGUP: [u8; 3] = [0, 0, 0];

/// Where connections come from.
pub(super) trait Listener {
    type Stream;

    fn poll_accept(
        &self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<(Self::Stream, SocketAddr)>>;
}

/// What is done with them.
pub(super) trait Door<Stream> {
    fn admit(&mut self, stream: Stream, peer: SocketAddr);

    /// One could not be accepted. `is_news` says that it is to be told.
    fn fail(&mut self, error: &io::Error, is_news: bool);
}

/// Accepts until `shut`. A connection that broke before it was accepted costs nothing but itself; where
/// the system has no more descriptors or memory, it waits until it has.
pub(super) async fn accept<L: Listener>(
    listener: L,
    shut: impl Future<Output = ()>,
    mut door: impl Door<L::Stream>,
) {
    let mut shut = pin!(shut);
    let mut trouble = Trouble::default();
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shut => return,
            accepted = poll_fn(|context| listener.poll_accept(context)) => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                trouble.pause = None;
                door.admit(stream, peer);
            }
            Err(error) if is_of_one_connection(&error) => door.fail(&error, false),
            Err(error) => {
                door.fail(&error, trouble.is_news(Instant::now(), &error));
                if timeout(trouble.next_pause(), &mut shut).await.is_ok() {
                    return;
                }
            }
        }
    }
}

/// What keeps the system from accepting.
#[derive(Default)]
struct Trouble {
    pause: Option<Duration>,
    reported: Option<(Option<i32>, Instant)>,
}

impl Trouble {
    fn next_pause(&mut self) -> Duration {
        let next = self.pause.map_or(FIRST_PAUSE, |last| (last * 2).min(LONGEST_PAUSE));
        *self.pause.insert(next)
    }

    fn is_news(&mut self, now: Instant, error: &io::Error) -> bool {
        let errno = error.raw_os_error();
        let is_known =
            self.reported.is_some_and(|(last, at)| last == errno && now < at + REPORT_INTERVAL);
        if !is_known {
            self.reported = Some((errno, now));
        }
        !is_known
    }
}

/// Whether the next connection may well be accepted: this one broke off, or a firewall forbade it.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::Interrupted
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::TimedOut
            | io::ErrorKind::WouldBlock
    )
}

impl Listener for TcpListener {
    type Stream = TcpStream;

    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        let (stream, peer) = ready!(TcpListener::poll_accept(self, context))?;
        // A socket of both families has `::ffff:192.0.2.1` for 192.0.2.1.
        Poll::Ready(Ok((stream, SocketAddr::new(peer.ip().to_canonical(), peer.port()))))
    }
}

/// A server's own.
pub(super) struct ServerDoor {
    engine: Arc<Engine>,
    server: Arc<Server>,
    /// Bounds the peers that are told that they are turned away, and waited for.
    farewells: Arc<Permits>,
}

impl ServerDoor {
    pub fn new(engine: Arc<Engine>, server: Arc<Server>) -> Self {
        Self { engine, server, farewells: Permits::new(FAREWELLS) }
    }
}

impl Door<TcpStream> for ServerDoor {
    fn admit(&mut self, stream: TcpStream, peer: SocketAddr) {
        let server = &self.server;
        let options = &server.options;
        if !tcp::IS_INHERITED {
            tcp::prepare(&stream, options.peer_timeout);
        }
        let farewells = Arc::clone(&self.farewells);
        let is_proxied = options.proxies.iter().any(|proxy| proxy.contains(peer.ip()));
        let mut place = match Place::reserve(&self.engine, server, peer) {
            Ok(place) => place,
            Err(code) => return turn_away(server, stream, code, &farewells),
        };
        if is_proxied {
            tokio::spawn(serve_proxied(place, stream, peer, farewells));
            return;
        }
        match place.identify(peer) {
            Ok(()) => drop(tokio::spawn(serve(place, stream, peer))),
            Err(code) => turn_away(server, stream, code, &farewells),
        }
    }

    fn fail(&mut self, error: &io::Error, is_news: bool) {
        self.server.count_accept_error();
        if is_news {
            let event = Event::Error {
                errno: error.raw_os_error().unwrap_or_default(),
                code: ErrorCode::Accept,
                message: error.to_string(),
            };
            // Where nobody takes these events, the count is what remains of them.
            let _ = self.server.queue.push(&self.server.source, event);
        }
    }
}

/// Waits for the balancer's word first. A call has the memory of this for as long as it lasts, so what
/// leads to one has its own elsewhere.
async fn serve_proxied(
    mut place: Place,
    mut stream: TcpStream,
    peer: SocketAddr,
    farewells: Arc<Permits>,
) {
    let patience = place.options.handshake_timeout;
    let announced = Box::pin(announced(&mut stream, peer, patience, place.closed())).await;
    match announced {
        Err(code) => place.drop_connection(code, peer),
        Ok(peer) => match place.identify(peer) {
            Ok(()) => serve(place, stream, peer).await,
            Err(code) => turn_away(&place, stream, code, &farewells),
        },
    }
}

async fn serve(place: Place, stream: TcpStream, peer: SocketAddr) {
    match &place.options.service {
        Service::AudioSocket(options) => {
            audiosocket::serve(&place, *options, stream, peer).await;
        }
        Service::WebSocket(options) => {
            // A task is as large as the larger of both, and calls over AudioSocket need less.
            Box::pin(websocket_audio::serve(&place, options, stream, peer)).await;
        }
    }
}

/// Tells a peer that it is turned away, and closes. It is waited for, if not too many are, so that it can
/// read that: closing on unread bytes would reset the connection.
fn turn_away(server: &Server, mut stream: TcpStream, code: ErrorCode, farewells: &Arc<Permits>) {
    let words = match &server.options.service {
        Service::AudioSocket(_) => HANGUP.to_vec(),
        Service::WebSocket(options) if options.tls().is_none() => websocket_audio::turn_away(code),
        Service::WebSocket(_) => Vec::new(),
    };
    // A socket that is new has room for that.
    let _ = SockRef::from(&stream).send(&words);
    let Some(permit) = farewells.take() else { return };
    tokio::spawn(async move {
        let _ = timeout(FAREWELL, async {
            stream.shutdown().await?;
            while stream.read(&mut [0; 64]).await? > 0 {}
            io::Result::Ok(())
        })
        .await;
        drop(permit);
    });
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::VecDeque;
    use std::future::pending;
    use std::rc::Rc;

    use tokio::sync::oneshot;
    use tokio::time::sleep;

    use super::*;

    #[cfg(unix)]
    const EMFILE: i32 = 24;
    #[cfg(windows)]
    const EMFILE: i32 = 10024;

    /// Gives what it has, or the last again for ever.
    struct Script(RefCell<VecDeque<io::Result<u32>>>);

    impl Listener for Script {
        type Stream = u32;

        fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<(u32, SocketAddr)>> {
            match self.0.borrow_mut().pop_front() {
                Some(next) => Poll::Ready(next.map(|stream| (stream, ([127, 0, 0, 1], 1).into()))),
                None => {
                    let _ = context;
                    Poll::Pending
                }
            }
        }
    }

    /// What happened, and after how many milliseconds.
    #[derive(Clone)]
    struct Log(Rc<RefCell<Vec<(u64, &'static str)>>>, Instant);

    impl Log {
        fn note(&self, what: &'static str) {
            self.0.borrow_mut().push((self.1.elapsed().as_millis() as u64, what));
        }
    }

    impl Door<u32> for Log {
        fn admit(&mut self, _: u32, _: SocketAddr) {
            self.note("admitted");
        }

        fn fail(&mut self, _: &io::Error, is_news: bool) {
            self.note(if is_news { "told" } else { "counted" });
        }
    }

    fn errors(errno: i32, count: usize) -> impl Iterator<Item = io::Result<u32>> {
        (0..count).map(move |_| Err(io::Error::from_raw_os_error(errno)))
    }

    async fn run(
        script: impl IntoIterator<Item = io::Result<u32>>,
        shut: impl Future<Output = ()>,
    ) -> Vec<(u64, &'static str)> {
        let log = Log(Rc::default(), Instant::now());
        let listener = Script(RefCell::new(script.into_iter().collect()));
        let _ = timeout(Duration::from_secs(600), accept(listener, shut, log.clone())).await;
        log.0.take()
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_broke_before_it_was_accepted_holds_up_no_other() {
        let broken = || Err(io::ErrorKind::ConnectionAborted.into());
        let log = run([broken(), broken(), Ok(1), broken(), Ok(2)], pending()).await;
        let what =
            [(0, "counted"), (0, "counted"), (0, "admitted"), (0, "counted"), (0, "admitted")];
        assert_eq!(log, what);
    }

    #[tokio::test(start_paused = true)]
    async fn without_descriptors_it_asks_ever_more_rarely_and_tells_so_once() {
        let log = run(errors(EMFILE, 12).chain([Ok(1)]), pending()).await;
        let at: Vec<_> = log.iter().map(|(ms, _)| *ms).collect();
        assert_eq!(at[..9], [0, 5, 15, 35, 75, 155, 315, 635, 1275]);
        assert_eq!(at[9..], [2275, 3275, 4275, 5275]);
        assert_eq!(log[0].1, "told");
        assert!(log[1..12].iter().all(|(_, what)| *what == "counted"), "{log:?}");
        assert_eq!(log[12].1, "admitted");
    }

    #[tokio::test(start_paused = true)]
    async fn the_pause_begins_anew_after_a_connection_and_lasting_trouble_is_told_again() {
        let script = errors(EMFILE, 3).chain([Ok(1)]).chain(errors(EMFILE, 1)).chain([Ok(2)]);
        let log = run(script, pending()).await;
        assert_eq!(log[4], (35, "counted"));
        assert_eq!(log[5], (40, "admitted"));
        let lasting = run(errors(EMFILE, 130), pending()).await;
        let told: Vec<_> = lasting.iter().filter(|(_, what)| *what == "told").collect();
        assert_eq!(told.len(), 3, "once a minute");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_is_shut_waits_for_no_pause() {
        let (shut, is_shut) = oneshot::channel::<()>();
        let start = Instant::now();
        tokio::spawn(async move {
            sleep(Duration::from_millis(3500)).await;
            drop(shut);
        });
        let log = run(errors(EMFILE, 1000), async { drop(is_shut.await) }).await;
        assert_eq!(start.elapsed(), Duration::from_millis(3500));
        assert!(log.len() < 15);
    }
}
