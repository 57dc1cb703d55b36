//! One call's socket, and all that is sent on it.
//!
//! The outbound side is behind a lock that JavaScript's thread and the I/O thread share. Sending
//! under it never waits for the peer: what the socket does not take is kept, and left to the
//! connection's task. The pacer does not even wait for the lock.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, TryLockError};
use std::time::{Duration, Instant};

use tokio::net::tcp::OwnedWriteHalf;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use uuid::Uuid;

use super::engine::Engine;
use super::refill;
use super::sending::{CHUNK, LOW_WATER};
use crate::audio::RawFile;
use crate::call::{
    Full, InboundStats, Outbound, OutboundStats, Role, Settings, Silence, SourceFailure,
};
use crate::events::{AudioLimit, Event, InboxStats, Source};
use crate::protocol::{Digit, Frame, SampleRate};
use crate::sync::lock;

/// How one call is to be handled.
#[derive(Clone, Copy, Debug)]
pub struct CallOptions {
    /// The rate until the peer's first audio says otherwise.
    pub rate: SampleRate,
    pub silence: Silence,
    /// Above this much written audio, the writer is asked to wait.
    pub high_water: Duration,
    /// More written audio than this is refused.
    pub outbound_limit: Duration,
    /// The oldest audio that JavaScript has not taken is dropped beyond this.
    pub inbound_limit: Duration,
    /// The same while nobody listens.
    pub hold: Duration,
}

/// What one call has carried, and what went wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct CallStats {
    pub frames_in: u64,
    pub bytes_in: u64,
    pub protocol: InboundStats,
    pub inbox: InboxStats,
    pub outbound: OutboundStats,
    pub queued_bytes: u64,
}

/// A call's connection, as everyone but its own task sees it.
#[derive(Debug)]
pub struct Line {
    pub(super) source: Arc<Source>,
    pub(super) server: Option<u32>,
    options: CallOptions,
    pub(super) writer: OwnedWriteHalf,
    out: Mutex<Out>,
    /// The connection's task should look again.
    pub(super) changed: Notify,
    flooded: AtomicBool,
    frames_in: AtomicU64,
    bytes_in: AtomicU64,
    unknown_kinds: AtomicU64,
    malformed: AtomicU64,
    pub(super) engine: Arc<Engine>,
    pub(super) io: Handle,
}

#[derive(Debug)]
pub(super) struct Out {
    pub outbound: Outbound,
    /// The end of a frame that the socket did not take.
    pub unsent: Vec<u8>,
    /// The deadline that the pacer has for this line.
    pub armed: Option<Instant>,
    pub source: PlaySource,
    /// The last bytes have been handed to the socket.
    pub said_goodbye: bool,
    ended: bool,
}

/// Where the audio of the current play comes from.
#[derive(Debug)]
pub(super) enum PlaySource {
    /// Nowhere, or it has all come, or it is on its way.
    Nothing,
    File(RawFile),
    /// JavaScript, which waits to be asked for more.
    Waiting,
}

impl Line {
    pub(super) fn new(
        engine: Arc<Engine>,
        source: Arc<Source>,
        server: Option<u32>,
        role: Role,
        options: CallOptions,
        writer: OwnedWriteHalf,
    ) -> Arc<Self> {
        let settings = Settings {
            role,
            rate: options.rate,
            silence: options.silence,
            high_water: options.high_water,
            limit: options.outbound_limit,
        };
        Arc::new(Self {
            source,
            server,
            options,
            writer,
            out: Mutex::new(Out {
                outbound: Outbound::new(Instant::now(), settings),
                unsent: Vec::new(),
                armed: None,
                source: PlaySource::Nothing,
                said_goodbye: false,
                ended: false,
            }),
            changed: Notify::new(),
            flooded: AtomicBool::new(false),
            frames_in: AtomicU64::new(0),
            bytes_in: AtomicU64::new(0),
            unknown_kinds: AtomicU64::new(0),
            malformed: AtomicU64::new(0),
            engine,
            io: Handle::current(),
        })
    }

    /// Queues audio. Gives the bytes that wait now, and true if the writer should wait.
    pub fn write(self: &Arc<Self>, pcm: &[u8]) -> Result<(usize, bool), Full> {
        let now = Instant::now();
        let mut out = lock(&self.out);
        let written = out.outbound.handle_write(now, pcm)?;
        self.pump(&mut out, now);
        Ok(written)
    }

    /// Sends a key, ahead of the audio that waits.
    pub fn send_dtmf(self: &Arc<Self>, digit: Digit) {
        self.send_control(Frame::Dtmf(digit));
    }

    /// Plays a file, in place of what plays.
    pub fn play_file(self: &Arc<Self>, play: u32, path: PathBuf) {
        let chunk = self.begin_play(play);
        let line = Arc::clone(self);
        self.io.spawn_blocking(move || refill::open(line, play, path, chunk));
    }

    /// Plays what [`Self::feed`] brings, in place of what plays.
    pub fn play_fed(self: &Arc<Self>, play: u32) {
        self.begin_play(play);
    }

    /// Brings audio for a play. True if it has enough for now: `Hungry` tells when it has not.
    /// `None` if that play is over.
    pub fn feed(self: &Arc<Self>, play: u32, pcm: &[u8]) -> Option<bool> {
        let now = Instant::now();
        let mut out = lock(&self.out);
        let waiting = out.outbound.handle_feed(now, play, pcm)?;
        let enough = waiting > out.outbound.rate().bytes_in(LOW_WATER + CHUNK);
        out.source = if enough { PlaySource::Waiting } else { PlaySource::Nothing };
        self.pump(&mut out, now);
        Some(enough)
    }

    /// A fed play gets no more.
    pub fn feed_end(self: &Arc<Self>, play: u32) {
        let mut out = lock(&self.out);
        out.outbound.handle_feed_end(play, None);
        self.pump(&mut out, Instant::now());
    }

    /// Ends the play, if there is one.
    pub fn stop(self: &Arc<Self>) {
        let mut out = lock(&self.out);
        out.outbound.handle_stop();
        self.pump(&mut out, Instant::now());
    }

    /// Hangs up: at once, or when all has been played.
    pub fn hangup(self: &Arc<Self>, drain: bool) {
        let now = Instant::now();
        let mut out = lock(&self.out);
        out.outbound.handle_hangup(now, drain);
        self.pump(&mut out, now);
    }

    pub fn stats(&self) -> CallStats {
        let out = lock(&self.out);
        CallStats {
            frames_in: self.frames_in.load(Ordering::Relaxed),
            bytes_in: self.bytes_in.load(Ordering::Relaxed),
            protocol: InboundStats {
                unknown_kinds: self.unknown_kinds.load(Ordering::Relaxed),
                malformed: self.malformed.load(Ordering::Relaxed),
            },
            inbox: self.source.stats(),
            outbound: out.outbound.stats,
            queued_bytes: out.outbound.queued_bytes() as u64,
        }
    }

    /// Makes the call known to JavaScript with its first event, and starts its clock.
    pub(super) fn begin(self: &Arc<Self>, first: Event) {
        self.engine.register(self);
        self.push(first);
        self.pump(&mut lock(&self.out), Instant::now());
    }

    /// What makes a call that came in known.
    pub(super) fn connection_event(&self, id: Uuid, peer: SocketAddr) -> Event {
        let server = self.server.unwrap_or_default();
        Event::Connection { server, id, peer, rate: self.options.rate.hz() }
    }

    /// Sends a frame that is not audio.
    pub(super) fn send_control(self: &Arc<Self>, frame: Frame<'_>) {
        let mut out = lock(&self.out);
        out.outbound.handle_control(frame);
        self.pump(&mut out, Instant::now());
    }

    /// The peer's audio has this rate, or is there at all.
    pub(super) fn handle_rate(&self, rate: SampleRate) {
        let mut out = lock(&self.out);
        let changed = out.outbound.rate() != rate;
        out.outbound.handle_heard(rate);
        drop(out);
        if changed {
            self.push(Event::Rate(rate.hz()));
        }
    }

    /// Passes the peer's audio on.
    pub(super) fn handle_audio(&self, rate: SampleRate, pcm: &[u8]) {
        self.frames_in.fetch_add(1, Ordering::Relaxed);
        self.bytes_in.fetch_add(pcm.len() as u64, Ordering::Relaxed);
        let limit = AudioLimit {
            held: rate.bytes_in(self.options.hold),
            queued: rate.bytes_in(self.options.inbound_limit),
        };
        self.engine.queue.push_audio(&self.source, pcm, limit);
    }

    pub(super) fn handle_protocol_stats(&self, stats: InboundStats) {
        self.unknown_kinds.store(stats.unknown_kinds, Ordering::Relaxed);
        self.malformed.store(stats.malformed, Ordering::Relaxed);
    }

    /// A file brought audio; `rest` is the file if it has more.
    pub(super) fn handle_file(
        self: &Arc<Self>,
        play: u32,
        pcm: &[u8],
        rest: Result<Option<RawFile>, SourceFailure>,
    ) {
        let now = Instant::now();
        let mut out = lock(&self.out);
        if out.outbound.handle_feed(now, play, pcm).is_none() {
            return;
        }
        match rest {
            Ok(Some(file)) => out.source = PlaySource::File(file),
            Ok(None) => out.outbound.handle_feed_end(play, None),
            Err(failure) => out.outbound.handle_feed_end(play, Some(failure)),
        }
        self.pump(&mut out, now);
    }

    /// The pacer's deadline `at` has come. False if JavaScript is sending just now: ask again.
    pub(super) fn handle_deadline(self: &Arc<Self>, at: Instant, now: Instant) -> bool {
        let mut out = match self.out.try_lock() {
            Ok(out) => out,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        if out.armed == Some(at) || out.armed.is_some_and(|armed| armed <= now) {
            out.armed = None;
            self.pump(&mut out, now);
        }
        true
    }

    /// The socket has room again.
    pub(super) fn handle_writable(self: &Arc<Self>) {
        self.pump(&mut lock(&self.out), Instant::now());
    }

    /// Resolves when the socket has room for what it did not take; never while there is nothing.
    pub(super) async fn writable(&self) -> io::Result<()> {
        if lock(&self.out).unsent.is_empty() {
            std::future::pending().await
        } else {
            self.writer.writable().await
        }
    }

    /// We hung up, and the socket has taken all of it.
    pub(super) fn has_said_goodbye(&self) -> bool {
        let out = lock(&self.out);
        out.said_goodbye && out.unsent.is_empty()
    }

    /// More control events wait for JavaScript than may.
    pub(super) fn is_flooded(&self) -> bool {
        self.flooded.load(Ordering::Relaxed)
    }

    /// The one end of a call, whatever brought it about: settles the play, then says `why`, then
    /// `End`. Only the first time counts.
    pub(super) fn end(&self, why: Option<Event>) {
        let mut out = lock(&self.out);
        if std::mem::replace(&mut out.ended, true) {
            return;
        }
        out.source = PlaySource::Nothing;
        out.outbound.handle_end();
        self.report(&mut out);
        drop(out);
        if let Some(event) = why {
            self.push(event);
        }
        self.engine.queue.push_end(&self.source);
    }

    /// Tells JavaScript.
    pub(super) fn push(&self, event: Event) {
        if self.engine.queue.push(&self.source, event).is_err() {
            self.flooded.store(true, Ordering::Relaxed);
            self.changed.notify_one();
        }
    }

    /// Closes our direction, so that the peer sees the end of the stream.
    pub(super) fn shut_down(&self) {
        let socket: &tokio::net::TcpStream = self.writer.as_ref();
        // It fails only where the connection is gone already.
        let _ = socket2::SockRef::from(socket).shutdown(std::net::Shutdown::Write);
    }

    fn begin_play(self: &Arc<Self>, play: u32) -> usize {
        let mut out = lock(&self.out);
        out.outbound.handle_play(play);
        out.source = PlaySource::Nothing;
        let chunk = out.outbound.rate().bytes_in(CHUNK);
        self.pump(&mut out, Instant::now());
        chunk
    }
}
