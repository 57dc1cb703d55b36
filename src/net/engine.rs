//! All servers and calls of one JavaScript environment.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::call_handle::CallHandle;
use super::fork::{Fork, Forks};
use super::gather::Gather;
use super::io_thread::IoThread;
use super::lease::{Lease, Leases};
use super::notifier::Notifier;
use super::pacer::Pacer;
use super::permits::Permits;
use super::pool::Pool;
use super::server::Servers;
use super::websocket_audio::Pipes;
use crate::align;
use crate::audio::PromptCache;
use crate::events::{EventQueue, Opening, Packer, Wake};
use crate::record::{RecordThread, Recorder};
use crate::sync::lock;

/// How long the I/O thread waits for the next server, so that a server per call starts no threads.
const LINGER: Duration = Duration::from_secs(1);

/// What files that are played often may take, where nothing else is said.
const PROMPT_BYTES: usize = 32 * 1024 * 1024;

/// Streams that may be decoded at once: each has a thread, which mostly sleeps.
const DECODERS: usize = 1024;

/// How long the end of the environment may wait for the I/O thread.
const STOP_PATIENCE: Duration = Duration::from_millis(500);

/// How long it may wait for the far ends of forks to be told.
const FORK_PATIENCE: Duration = Duration::from_millis(250);

/// Servers, calls, their clock and their events.
pub struct Engine {
    pub(super) queue: Arc<EventQueue>,
    pub(super) pacer: Pacer,
    pub(super) notifier: Notifier,
    pub(super) gather: Arc<Gather>,
    leases: Arc<Leases>,
    io: Mutex<Option<IoThread>>,
    lines: Mutex<HashMap<u32, Arc<CallHandle>>>,
    pub(super) servers: Arc<Servers>,
    /// Sockets of JavaScript's that calls are on.
    pub(super) pipes: Arc<Pipes>,
    /// Calls that are being placed.
    pub(super) dials: Mutex<HashMap<u32, AbortHandle>>,
    last_id: AtomicU32,
    pub(super) recordings: RecordThread,
    /// Recordings that have not ended, by number.
    recorders: Mutex<HashMap<u32, Arc<Recorder>>>,
    pub(super) forks: Arc<Forks>,
    /// Files that are played often.
    pub prompts: Arc<PromptCache>,
    /// Opens and decodes what is played.
    pub(super) plays: Pool,
    /// Decodes what is to be kept, behind what plays now.
    pub(super) fillings: Pool,
    /// Bounds the threads that decode streams.
    pub(super) decoders: Arc<Permits>,
}

impl Engine {
    /// An engine at rest. `doorbell` is rung when there is something to [`Self::drain`].
    pub fn new(doorbell: Box<dyn Wake>) -> Arc<Self> {
        let notifier = Notifier::new(doorbell);
        Arc::new(Self {
            queue: Arc::new(EventQueue::new(Box::new(notifier.clone()))),
            pacer: Pacer::default(),
            notifier,
            gather: Arc::new(Gather::new()),
            leases: Arc::default(),
            io: Mutex::default(),
            lines: Mutex::default(),
            servers: Arc::default(),
            pipes: Arc::default(),
            dials: Mutex::default(),
            last_id: AtomicU32::new(0),
            recordings: RecordThread::new(align::resample),
            recorders: Mutex::default(),
            forks: Arc::default(),
            prompts: PromptCache::new(PROMPT_BYTES),
            plays: Pool::new("callstreams-play"),
            fillings: Pool::new("callstreams-fill"),
            decoders: Permits::new(DECODERS),
        })
    }

    /// How long frames may gather on the I/O thread when there are many; zero: not at all.
    pub fn set_gather(&self, period: Duration) {
        self.gather.set_period(period);
    }

    /// Gives up a call that was placed, whether or not it is up already. Nothing follows.
    pub fn abandon(&self, id: u32) {
        let dial = lock(&self.dials).remove(&id);
        if let Some(dial) = dial {
            dial.abort();
        } else if let Some(line) = self.line(id) {
            line.hangup(false);
            self.forget(id);
        }
    }

    /// A call that JavaScript knows of, until it is forgotten.
    pub fn line(&self, id: u32) -> Option<Arc<CallHandle>> {
        lock(&self.lines).get(&id).cloned()
    }

    /// JavaScript listens to a call: what was held for it may go.
    pub fn open(&self, id: u32, opening: Opening) {
        if let Some(line) = self.line(id) {
            self.queue.open(&line.source, opening);
        }
    }

    /// JavaScript has seen a call's end.
    pub fn forget(&self, id: u32) {
        lock(&self.lines).remove(&id);
    }

    /// A recording that has not ended.
    pub fn recorder(&self, id: u32) -> Option<Arc<Recorder>> {
        lock(&self.recorders).get(&id).cloned()
    }

    /// A fork whose end JavaScript has not seen.
    pub fn fork(&self, id: u32) -> Option<Arc<Fork>> {
        self.forks.get(id)
    }

    /// Ends all forks, in bounded time. For the process's end.
    pub fn stop_forks(&self) {
        self.forks.stop(FORK_PATIENCE);
    }

    /// JavaScript has seen a fork's end.
    pub fn forget_fork(&self, id: u32) {
        self.forks.forget(id);
    }

    /// Delivers events. True if some found no room.
    pub fn drain(&self, packer: &mut Packer<'_>) -> bool {
        self.queue.drain(packer)
    }

    /// Hangs up everything and stops the I/O thread, in bounded time. For the environment's end.
    pub fn stop(&self) {
        let lines: Vec<_> = lock(&self.lines).drain().collect();
        lines.iter().for_each(|(_, line)| line.hangup(false));
        self.stop_forks();
        let io = lock(&self.io).take();
        if let Some(io) = io {
            io.stop(STOP_PATIENCE);
        }
        self.pacer.clear();
        lock(&self.recorders).clear();
        self.recordings.stop(STOP_PATIENCE);
    }

    pub(super) fn next_id(&self) -> u32 {
        self.last_id.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
    }

    pub(super) fn register(&self, line: &Arc<CallHandle>) {
        lock(&self.lines).insert(line.source.id, Arc::clone(line));
    }

    /// A call that was placed is up, or failed. False if it was given up before.
    pub(super) fn end_dial(&self, id: u32) -> bool {
        lock(&self.dials).remove(&id).is_some()
    }

    pub(super) fn register_recording(&self, id: u32, recorder: &Arc<Recorder>) {
        lock(&self.recorders).insert(id, Arc::clone(recorder));
    }

    pub(super) fn forget_recording(&self, id: u32) {
        lock(&self.recorders).remove(&id);
    }

    pub(super) fn lease(&self) -> Lease {
        self.leases.take()
    }

    pub(super) fn hang_up_calls_of(&self, server: u32) {
        let lines = lock(&self.lines);
        let calls: Vec<_> =
            lines.values().filter(|line| line.server == Some(server)).cloned().collect();
        drop(lines);
        calls.iter().for_each(|line| line.hangup(false));
    }

    /// The I/O thread, started if need be, and a lease on it.
    pub(super) fn io(self: &Arc<Self>) -> io::Result<(Handle, Lease)> {
        let mut io = lock(&self.io);
        let thread = match io.take() {
            Some(thread) => thread,
            None => {
                let engine = Arc::clone(self);
                IoThread::start(&self.gather, self.notifier.clone().run(), async move {
                    tokio::select! {
                        () = engine.leases.until_idle(LINGER, &engine.io) => {}
                        () = engine.pacer.run(&engine.gather) => {}
                    }
                    engine
                })?
            }
        };
        let handle = io.insert(thread).handle.clone();
        Ok((handle, self.lease()))
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("last_id", &self.last_id).finish_non_exhaustive()
    }
}
