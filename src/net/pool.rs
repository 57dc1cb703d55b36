//! Threads for one kind of work that may wait for a disk.
//!
//! A few threads do it all, and end when they have had nothing to do for a while. Where none of them gets on,
//! because what they read does not come, more are started one after another, up to a bound. Work that gets no
//! thread in time is told so.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{io, thread};

use tokio::runtime::Handle;
use tokio::time::sleep;

use crate::sync::lock;

/// Threads as long as they get on.
const USUAL: usize = 4;

/// Threads where others hang.
const MOST: usize = 64;

/// How long work waits for a thread before another is started.
const RELIEF: Duration = Duration::from_millis(100);

/// How long it waits for a thread at all.
const PATIENCE: Duration = Duration::from_secs(10);

/// Work that may wait for a thread. What comes then gets none.
const QUEUE: usize = 4096;

/// How long a thread stays with nothing to do.
const LINGER: Duration = Duration::from_secs(1);

/// What a thread needs.
const STACK: usize = 1024 * 1024;

/// The system has no thread for the work, or all hang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoThread;

type Work = Box<dyn FnOnce(Result<(), NoThread>) + Send>;
type Spawn = fn(&str, Box<dyn FnOnce() + Send>) -> io::Result<()>;

/// A pool at rest has no threads.
#[derive(Clone)]
pub(super) struct Pool(Arc<Shared>);

struct Shared {
    name: &'static str,
    spawn: Spawn,
    state: Mutex<State>,
    wanted: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(Instant, Work)>,
    threads: usize,
    idle: usize,
    /// Somebody comes back for what waits.
    is_watched: bool,
}

impl Pool {
    /// Threads named `name`, of which there may be 64.
    pub fn new(name: &'static str) -> Self {
        Self::with_spawn(name, spawn)
    }

    fn with_spawn(name: &'static str, spawn: Spawn) -> Self {
        let (state, wanted) = (Mutex::default(), Condvar::new());
        Self(Arc::new(Shared { name, spawn, state, wanted }))
    }

    /// Has `work` done on a thread of the pool, or tells it, from a task of `io`, that there is none. Returns at
    /// once, and never runs it before.
    pub fn run(&self, io: &Handle, work: impl FnOnce(Result<(), NoThread>) + Send + 'static) {
        let mut state = lock(&self.0.state);
        if state.waiting.len() >= QUEUE {
            drop(state);
            io.spawn(async move { work(Err(NoThread)) });
            return;
        }
        state.waiting.push_back((Instant::now(), Box::new(work)));
        if state.idle >= state.waiting.len() || state.threads >= USUAL {
            self.0.wanted.notify_one();
        } else {
            self.start(&mut state);
        }
        let was_watched = std::mem::replace(&mut state.is_watched, true);
        drop(state);
        if !was_watched {
            let watched = Watched { pool: self.clone(), is_over: false };
            io.spawn(watched.watch());
        }
    }

    /// Starts a thread, if the system has one.
    fn start(&self, state: &mut State) {
        let shared = Arc::clone(&self.0);
        if (self.0.spawn)(self.0.name, Box::new(move || shared.work())).is_ok() {
            state.threads += 1;
        }
    }

    /// Starts a thread where those that are there do not get on. Returns what gets none.
    fn relieve(&self, state: &mut State) -> Vec<Work> {
        let now = Instant::now();
        let waits = |state: &State| state.waiting.front().map(|(since, _)| now - *since);
        if waits(state).is_some_and(|waited| waited >= RELIEF) && state.threads < MOST {
            self.start(state);
        }
        let mut late = Vec::new();
        while waits(state).is_some_and(|waited| waited >= PATIENCE || state.threads == 0) {
            late.extend(state.waiting.pop_front().map(|(_, work)| work));
        }
        late
    }
}

/// Sees to it that nothing waits for ever; ends when nothing waits, or with the thread that it is on.
struct Watched {
    pool: Pool,
    is_over: bool,
}

impl Watched {
    async fn watch(mut self) {
        while !self.is_over {
            sleep(RELIEF).await;
            let late = {
                let mut state = lock(&self.pool.0.state);
                let late = self.pool.relieve(&mut state);
                self.is_over = state.waiting.is_empty();
                state.is_watched = !self.is_over;
                late
            };
            late.into_iter().for_each(|work| work(Err(NoThread)));
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.is_over {
            lock(&self.pool.0.state).is_watched = false;
        }
    }
}

impl Shared {
    fn work(self: Arc<Self>) {
        let _left = Left(&self);
        while let Some(work) = self.next() {
            work(Ok(()));
        }
    }

    /// `None` if there was nothing to do for a while.
    fn next(&self) -> Option<Work> {
        let mut state = lock(&self.state);
        state.idle += 1;
        let nothing = |state: &mut State| state.waiting.is_empty();
        let (mut state, _) = self
            .wanted
            .wait_timeout_while(state, LINGER, nothing)
            .unwrap_or_else(PoisonError::into_inner);
        state.idle -= 1;
        state.waiting.pop_front().map(|(_, work)| work)
    }
}

/// A thread of the pool is gone, be it by a panic of its work.
struct Left<'a>(&'a Shared);

impl Drop for Left<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).threads -= 1;
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("name", &self.0.name).finish_non_exhaustive()
    }
}

fn spawn(name: &str, work: Box<dyn FnOnce() + Send>) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(work).map(drop)
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;
    use tokio::time::timeout;

    use super::*;

    const BOUND: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn work_that_gets_no_thread_is_told_so() {
        let pool = Pool::with_spawn("refused", |_, _| Err(io::Error::other("no more threads")));
        let (sender, mut outcomes) = unbounded_channel();
        pool.run(&Handle::current(), move |thread| sender.send(thread).expect("a receiver"));
        let outcome = timeout(BOUND, outcomes.recv()).await.expect("in time");
        assert_eq!(outcome, Some(Err(NoThread)));
    }

    #[tokio::test]
    async fn work_is_done_though_others_before_it_hang() {
        let pool = Pool::new("hanging");
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        for _ in 0..USUAL + 2 {
            let held = Arc::clone(&held);
            pool.run(&Handle::current(), move |_| {
                // Ends with the sender.
                let _ = lock(&held).recv();
            });
        }
        let (sender, mut outcomes) = unbounded_channel();
        pool.run(&Handle::current(), move |thread| sender.send(thread).expect("a receiver"));
        let outcome = timeout(BOUND, outcomes.recv()).await.expect("in time");
        assert_eq!(outcome, Some(Ok(())));
        drop(hold);
    }

    #[tokio::test]
    async fn a_panic_costs_its_own_work_only() {
        let pool = Pool::new("panicking");
        let (sender, mut outcomes) = unbounded_channel();
        for turn in 0..10 {
            let sender = sender.clone();
            pool.run(&Handle::current(), move |_| {
                assert!(turn % 2 == 1, "broken");
                sender.send(turn).expect("a receiver");
            });
        }
        for _ in 0..5 {
            assert!(timeout(BOUND, outcomes.recv()).await.expect("in time").is_some());
        }
    }
}
