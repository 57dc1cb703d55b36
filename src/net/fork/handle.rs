//! One fork, as everyone but its own task sees it. Nothing here waits for its far end.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Waker;
use std::time::{Duration, Instant};

use atomic_waker::AtomicWaker;

use super::orders::{Orders, Stop};
use crate::align::{Batch, Queue, Side, Sides};
use crate::events::Source;
use crate::net::taps::{Tap, TapKind};
use crate::protocol::SampleRate;
use crate::sync::lock;

/// A fork of a call.
pub struct Fork {
    pub(super) source: Arc<Source>,
    /// What its far end says is played.
    speaks: bool,
    sides: Sides,
    queue: Mutex<Queue>,
    muted: [AtomicBool; 2],
    orders: Mutex<Orders>,
    task: AtomicWaker,
    is_over: AtomicBool,
    pub(super) counts: Counts,
}

/// What a fork has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ForkStats {
    pub frames_sent: u64,
    pub bytes_sent: u64,
    /// Frames that were not sent: the far end was too slow for them, or away.
    pub dropped_frames: u64,
    /// Frames of the call's that the fork's task was too far behind for, or that nothing converts.
    pub late_frames: u64,
    pub bytes_received: u64,
    pub messages_received: u64,
    /// Bytes that the far end said and the caller did not hear, because too much waited already.
    pub dropped_bytes_back: u64,
    /// Connections after the first.
    pub reconnects: u64,
    /// How much waits to be sent.
    pub queued: Duration,
}

/// The same, while it is counted.
#[derive(Default)]
pub(super) struct Counts {
    pub frames_sent: AtomicU64,
    pub bytes_sent: AtomicU64,
    pub dropped_frames: AtomicU64,
    pub late_frames: AtomicU64,
    pub bytes_received: AtomicU64,
    pub messages_received: AtomicU64,
    pub dropped_bytes_back: AtomicU64,
    pub reconnects: AtomicU64,
    pub queued_micros: AtomicU64,
}

impl Fork {
    pub(super) fn new(now: Instant, source: Arc<Source>, sides: Sides, speaks: bool) -> Arc<Self> {
        Arc::new(Self {
            source,
            speaks,
            sides,
            queue: Mutex::new(Queue::new(now)),
            muted: Default::default(),
            orders: Mutex::default(),
            task: AtomicWaker::new(),
            is_over: AtomicBool::new(false),
            counts: Counts::default(),
        })
    }

    /// A frame was heard or sent at `now`: copies it, or drops and counts it where the fork's task
    /// is more than four seconds behind. Without effect while paused and after the end.
    fn push_frame(&self, side: Side, now: Instant, rate: SampleRate, pcm: &[u8]) {
        if !self.sides.has(side) {
            return;
        }
        let mut queue = lock(&self.queue);
        if self.muted[side as usize].load(Ordering::Relaxed) {
            queue.leave_out(side);
        } else {
            queue.push(side, now, rate, pcm);
        }
        drop(queue);
        if self.sides.only().is_some() {
            // It waits for no other side: it leaves in the pass in which it came.
            self.task.wake();
        }
    }

    /// Leaves out what comes from now on, or goes on.
    pub fn pause(&self, now: Instant, paused: bool) {
        let mut queue = lock(&self.queue);
        if paused { queue.pause(now) } else { queue.resume(now) }
    }

    /// A side is silence from now on, or is heard again.
    pub fn mute(&self, side: Side, muted: bool) {
        self.muted[side as usize].store(muted, Ordering::Relaxed);
    }

    /// Sends a text. False if too many wait already, or the fork ends.
    pub fn send_text(&self, text: String) -> bool {
        let taken = !self.is_over() && lock(&self.orders).push(text);
        self.task.wake();
        taken
    }

    /// Ends the fork, with a last text if one is given. Only the first time counts.
    pub fn stop(&self, now: Instant, metadata: Option<String>) {
        lock(&self.orders).stop(metadata);
        lock(&self.queue).stop(Some(now));
        self.task.wake();
    }

    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    pub fn stats(&self) -> ForkStats {
        let Counts { queued_micros, .. } = &self.counts;
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        ForkStats {
            frames_sent: count(&self.counts.frames_sent),
            bytes_sent: count(&self.counts.bytes_sent),
            dropped_frames: count(&self.counts.dropped_frames),
            late_frames: count(&self.counts.late_frames),
            bytes_received: count(&self.counts.bytes_received),
            messages_received: count(&self.counts.messages_received),
            dropped_bytes_back: count(&self.counts.dropped_bytes_back),
            reconnects: count(&self.counts.reconnects),
            queued: Duration::from_micros(count(queued_micros)),
        }
    }

    /// Takes what the call brought, in place of what was in `batch`. Gives until when that is.
    pub(super) fn take(&self, now: Instant, batch: &mut Batch) -> Duration {
        batch.clear();
        let mut queue = lock(&self.queue);
        let stopped = queue.take(batch);
        stopped.unwrap_or_else(|| queue.time(now))
    }

    /// Frames that its task was too far behind for.
    pub(super) fn lost(&self) -> u64 {
        lock(&self.queue).dropped()
    }

    pub(super) fn next_text(&self) -> Option<String> {
        lock(&self.orders).pop()
    }

    pub(super) fn stopped(&self) -> Option<Stop> {
        lock(&self.orders).stopped().cloned()
    }

    pub(super) fn is_stopped(&self) -> bool {
        lock(&self.orders).stopped().is_some()
    }

    /// The task waits for orders.
    pub(super) fn register(&self, waker: &Waker) {
        self.task.register(waker);
    }

    /// Nothing follows.
    pub(super) fn close(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        lock(&self.queue).close();
    }
}

impl Tap for Fork {
    fn kind(&self) -> TapKind {
        if self.speaks { TapKind::SpeakingFork } else { TapKind::Fork }
    }

    fn push(&self, side: Side, now: Instant, rate: SampleRate, pcm: &[u8]) {
        self.push_frame(side, now, rate, pcm);
    }

    fn end(&self, now: Instant) {
        self.stop(now, None);
    }
}

impl std::fmt::Debug for Fork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fork").field("id", &self.source.id).finish_non_exhaustive()
    }
}
