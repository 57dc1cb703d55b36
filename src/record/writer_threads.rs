//! The one thread that writes all recordings.
//!
//! It looks at them every 100 ms, so that a frame wakes nobody, and at once when one starts or
//! stops. It starts with the first and ends a second after the last.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::error::RecordError;
use super::job::Job;
use super::options::RecordOptions;
use super::recorder::{Outcome, Recorder};
use crate::align::{Batch, MakeConvert, Queue};
use crate::protocol::SampleRate;
use crate::sync::lock;

/// How often the thread looks at its recordings.
const TICK: Duration = Duration::from_millis(100);

/// Ticks that the thread waits for the next recording, so that one per call starts no threads.
const LINGER: u32 = 10;

/// Starts recordings and writes them. Dropping it ends them all, without waiting.
pub struct RecordThread {
    writers: Arc<WriterThreads>,
    make: MakeConvert,
}

/// What the thread shares with those who give it work.
#[derive(Default)]
pub(super) struct WriterThreads {
    state: Mutex<State>,
    /// There is something to do.
    work: Condvar,
    /// The thread has ended.
    idle: Condvar,
}

#[derive(Default)]
struct State {
    new: Vec<Job>,
    rung: bool,
    running: bool,
    /// All recordings are to end.
    ending: bool,
}

impl RecordThread {
    /// At rest: no thread yet.
    pub fn new(make: MakeConvert) -> Self {
        Self { writers: Arc::default(), make }
    }

    /// Starts a recording of a call that has `rate` at `now`. Whatever goes wrong, from here on,
    /// is told by `outcome`: once, and from another thread, except where none can be had.
    pub fn start(
        &self,
        now: Instant,
        rate: SampleRate,
        options: RecordOptions,
        outcome: Outcome,
    ) -> Recorder {
        let queue = Arc::new(Mutex::new(Queue::new(now)));
        let (sides, rate) = (options.sides, options.sample_rate.unwrap_or(rate));
        let job = Job::new(options, rate, self.make, Arc::clone(&queue), outcome);
        self.writers.take_on(job);
        Recorder::new(sides, queue, Arc::clone(&self.writers))
    }

    /// Ends all recordings, and waits so long at most for them to be written.
    pub fn stop(&self, patience: Duration) {
        self.writers.end();
        let state = lock(&self.writers.state);
        // Either it is done, or it is left behind: the files are playable as they are.
        let _ = self.writers.idle.wait_timeout_while(state, patience, |state| state.running);
    }

    /// Whether there is a thread now.
    pub fn is_running(&self) -> bool {
        lock(&self.writers.state).running
    }
}

impl Drop for RecordThread {
    fn drop(&mut self) {
        self.writers.end();
    }
}

impl std::fmt::Debug for RecordThread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordThread").field("running", &self.is_running()).finish_non_exhaustive()
    }
}

impl WriterThreads {
    /// A recording wants to be looked at now.
    pub fn ring(&self) {
        lock(&self.state).rung = true;
        self.work.notify_one();
    }

    fn take_on(self: &Arc<Self>, mut job: Job) {
        let mut state = lock(&self.state);
        if !state.running {
            let writers = Arc::clone(self);
            let started = thread::Builder::new()
                .name("callstreams-rec".to_owned())
                .spawn(move || run(&writers));
            if let Err(error) = started {
                drop(state);
                job.settle(Err(RecordError::system(job.path(), "pthread_create", &error)));
                return;
            }
            state.running = true;
        }
        state.new.push(job);
        drop(state);
        self.ring();
    }

    fn end(&self) {
        let mut state = lock(&self.state);
        state.ending = state.running;
        drop(state);
        self.ring();
    }

    /// Waits for work, a tick at most. Gives whether all is to end.
    fn wait(&self, jobs: &mut Vec<Job>) -> bool {
        let state = lock(&self.state);
        let (mut state, _) = self
            .work
            .wait_timeout_while(state, TICK, |state| !state.rung)
            .unwrap_or_else(PoisonError::into_inner);
        state.rung = false;
        jobs.append(&mut state.new);
        state.ending
    }

    /// Ends the thread, unless there is something to do again.
    fn retire(&self) -> bool {
        let mut state = lock(&self.state);
        if !state.new.is_empty() {
            return false;
        }
        (state.running, state.ending) = (false, false);
        self.idle.notify_all();
        true
    }
}

fn run(writers: &WriterThreads) {
    let _watch = Watch(writers);
    let (mut jobs, mut batch, mut rested) = (Vec::new(), Batch::default(), 0);
    loop {
        let ending = writers.wait(&mut jobs);
        jobs.retain_mut(|job: &mut Job| job.work(&mut batch, ending));
        rested = if jobs.is_empty() { rested + 1 } else { 0 };
        if (ending || rested > LINGER) && writers.retire() {
            return;
        }
    }
}

/// Lets another thread start should this one panic, in a converter or in an outcome.
struct Watch<'a>(&'a WriterThreads);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let mut state = lock(&self.0.state);
            let abandoned = std::mem::take(&mut state.new);
            (state.running, state.ending) = (false, false);
            self.0.idle.notify_all();
            drop(state);
            // Each tells its call.
            drop(abandoned);
        }
    }
}
