//! One call's socket, and all that is sent on it.
//!
//! The outbound side is behind a lock that JavaScript's thread and the I/O thread share. Sending
//! under it never waits for the peer: what the socket does not take is kept, and left to the
//! connection's task. The pacer does not even wait for the lock.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, TryLockError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::engine::Engine;
use super::flags::{Flag, Flags};
use super::options::{CallOptions, CallStats};
use super::outgoing::Command;
use super::pacer::Timed;
use super::pipe::PipeWriter;
use super::refill::Decoded;
use super::taps::Taps;
use super::wire::Wire;
use crate::call::{Full, InboundConverter, InboundStats, Outbound, Role, Slot};
use crate::events::Source;
use crate::protocol::{Digit, Frame, SampleRate};
use crate::sync::lock;

/// A call's connection, as everyone but its own task sees it.
pub struct CallHandle {
    pub(super) source: Arc<Source>,
    pub(super) server: Option<u32>,
    pub(super) options: CallOptions,
    pub(super) wire: Wire,
    pub(super) out: Mutex<Out>,
    /// Locked before the inbox, so that audio comes there in the order in which it is heard.
    pub(super) ear: Mutex<InboundConverter>,
    pub(super) flags: Flags,
    pub(super) frames_in: AtomicU64,
    pub(super) bytes_in: AtomicU64,
    pub(super) unknown_kinds: AtomicU64,
    pub(super) malformed: AtomicU64,
    /// Milliseconds of audio that came further ahead of real time than a peer may be.
    pub(super) fast_audio_ms: AtomicU64,
    /// The peer sends both sides of a call: what we say is no part of it.
    pub(super) hears_both: AtomicBool,
    pub(super) taps: Taps,
    /// The last hang-up was one that waits until all was heard.
    drains: AtomicBool,
    pub(super) engine: Arc<Engine>,
    pub(super) io: Handle,
}

pub(super) struct Out {
    pub outbound: Outbound,
    /// The end of a frame that the socket did not take.
    pub unsent: Vec<u8>,
    /// The deadline that the pacer has for this line.
    pub armed: Option<Instant>,
    /// Where the audio of each slot's play comes from.
    pub sources: [PlaySource; Slot::ALL.len()],
    pub ended: bool,
}

/// Where the audio of a play comes from.
pub(super) enum PlaySource {
    /// Nowhere, or it has all come, or it is on its way.
    Nothing,
    Decoded(Box<Decoded>),
    /// JavaScript, which waits to be asked for more.
    Waiting,
    /// JavaScript, through a decoder on a thread of its own.
    Pipe(PipeWriter),
}

impl PlaySource {
    pub const NONE: [Self; Slot::ALL.len()] = [const { Self::Nothing }; Slot::ALL.len()];
}

impl CallHandle {
    pub(super) fn new(
        engine: Arc<Engine>,
        source: Arc<Source>,
        server: Option<u32>,
        role: Role,
        options: CallOptions,
        wire: Wire,
    ) -> Arc<Self> {
        Arc::new(Self {
            source,
            server,
            options,
            wire,
            out: Mutex::new(Out {
                outbound: Outbound::new(Instant::now(), options.settings(role)),
                unsent: Vec::new(),
                armed: None,
                sources: PlaySource::NONE,
                ended: false,
            }),
            ear: Mutex::new(options.ear()),
            flags: Flags::default(),
            hears_both: AtomicBool::new(false),
            taps: Taps::default(),
            drains: AtomicBool::new(false),
            frames_in: AtomicU64::new(0),
            bytes_in: AtomicU64::new(0),
            unknown_kinds: AtomicU64::new(0),
            malformed: AtomicU64::new(0),
            fast_audio_ms: AtomicU64::new(0),
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
    ///
    /// Errors: [`Full`] where as many wait as may, because the peer takes nothing.
    pub fn send_dtmf(self: &Arc<Self>, digit: Digit) -> Result<(), Full> {
        self.send_control(Frame::Dtmf(digit))
    }

    /// Ends one play, after its fade.
    pub fn stop(self: &Arc<Self>, play: u32) {
        self.change(|outbound, _| outbound.handle_stop(play));
    }

    /// Ends all plays, each after its fade.
    pub fn stop_all(self: &Arc<Self>) {
        self.change(|outbound, _| outbound.handle_stop_all());
    }

    /// Drops all that was written and ends all plays.
    pub fn clear(self: &Arc<Self>) {
        self.change(|outbound, _| {
            outbound.handle_clear();
            self.command(Command::Clear);
        });
    }

    /// Says something that is no audio. False if there is no way to, or no room.
    pub fn command(&self, command: Command) -> bool {
        self.wire.command(command)
    }

    /// Holds everything back, or lets it go on.
    pub fn pause(self: &Arc<Self>, paused: bool) {
        self.change(|outbound, now| outbound.handle_pause(now, paused));
    }

    /// Sets a mark behind all that was written and that plays; `Mark` tells when it is passed.
    pub fn mark(self: &Arc<Self>, mark: u32) {
        self.change(|outbound, _| outbound.handle_mark(mark));
    }

    /// The rate at which the app speaks.
    pub fn rate(&self) -> SampleRate {
        lock(&self.out).outbound.rate()
    }

    /// How much audio has left since the call's beginning, and how much of what was written waits.
    pub fn progress(&self) -> (Duration, Duration) {
        let out = lock(&self.out);
        let waiting = out.outbound.rate().duration_of(out.outbound.queued_bytes());
        (out.outbound.played(), waiting)
    }

    /// Hangs up: at once, or when all has been played.
    pub fn hangup(self: &Arc<Self>, drain: bool) {
        self.drains.store(drain, Ordering::Release);
        self.change(|outbound, now| outbound.handle_hangup(now, drain));
        // Raised last: who sees it finds sent what could be.
        self.flags.raise(Flag::HangUp);
    }

    /// What was said is to be heard to its end before the call ends.
    pub(super) fn drains(&self) -> bool {
        self.drains.load(Ordering::Acquire)
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
            fast_audio_ms: self.fast_audio_ms.load(Ordering::Relaxed),
            inbox: self.source.stats(),
            outbound: out.outbound.stats,
            queued_bytes: out.outbound.queued_bytes() as u64,
        }
    }

    /// Sends a frame that is not audio.
    pub(super) fn send_control(self: &Arc<Self>, frame: Frame<'_>) -> Result<(), Full> {
        let mut sent = Ok(());
        self.change(|outbound, _| sent = outbound.handle_control(frame));
        sent
    }

    /// The pacer's deadline `at` has come. False if JavaScript is sending just now: ask again.
    fn wake(self: &Arc<Self>, at: Instant, now: Instant) -> bool {
        let mut out = match self.out.try_lock() {
            Ok(out) => out,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        if out.armed == Some(at) || out.armed.is_some_and(|armed| armed <= now) {
            out.armed = None;
            if !out.ended {
                self.engine.gather.count_frame();
            }
            self.pump(&mut out, now);
        }
        true
    }

    /// Gives the socket what it did not take, as far as it has room now. Wakes the task of `context`
    /// when it has room again.
    pub(super) fn poll_unsent(self: &Arc<Self>, context: &mut Context<'_>) {
        while self.flags.has(Flag::Unsent) && self.wire.poll_room(context).is_ready() {
            self.pump(&mut lock(&self.out), Instant::now());
        }
    }

    /// Resolves when the socket has taken all of what it was given.
    pub(super) async fn flush(self: &Arc<Self>) {
        poll_fn(|context| {
            self.poll_unsent(context);
            if self.flags.has(Flag::Unsent) { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }

    /// Changes what is to be said, and sends what that makes due.
    pub(super) fn change(self: &Arc<Self>, change: impl FnOnce(&mut Outbound, Instant)) {
        let now = Instant::now();
        let mut out = lock(&self.out);
        change(&mut out.outbound, now);
        self.pump(&mut out, now);
    }
}

impl Timed for CallHandle {
    fn handle_deadline(self: Arc<Self>, at: Instant, now: Instant) -> Result<(), Arc<dyn Timed>> {
        if self.wake(at, now) { Ok(()) } else { Err(self) }
    }
}

impl std::fmt::Debug for CallHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallHandle").field("id", &self.source.id).finish_non_exhaustive()
    }
}
