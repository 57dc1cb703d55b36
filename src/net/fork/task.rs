//! A fork from its first attempt to connect to its last word.
//!
//! ```text
//! connecting ──► session ──► lost ──► waiting ──► connecting …
//!      └──────► failed ───────┘          └─ no more attempts: closed
//! ```
//!
//! A close with 1000, or without a code, is the far end's wish to end the fork; so is a breach of
//! the protocol its failure. Whatever else ends a connection is a loss, after which another is tried.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::time::{interval, sleep};

use super::handle::Fork;
use super::options::ForkOptions;
use super::report::{Failure, cut};
use super::session::{Ended, Session};
use crate::align::Batch;
use crate::error::ErrorCode;
use crate::events::Event;
use crate::fork::Flow;
use crate::net::call_handle::CallHandle;
use crate::net::websocket::{Connected, connect};

/// How often the call's frames are looked at while nobody is there to take them.
const AWAY_TICK: Duration = Duration::from_millis(100);

/// What JavaScript is told where a connection ends without a code.
const NO_CODE: u16 = 1005;
const ABNORMAL: u16 = 1006;

pub(super) struct Task {
    pub(super) fork: Arc<Fork>,
    pub(super) line: Arc<CallHandle>,
    pub(super) options: ForkOptions,
    pub(super) flow: Flow,
    batch: Batch,
    /// Why it failed, if it did not end as somebody wanted.
    failure: Option<(ErrorCode, String)>,
}

/// Runs a fork to its end.
pub(super) async fn run(fork: Arc<Fork>, line: Arc<CallHandle>, options: ForkOptions) {
    let flow = Flow::new(options.flow);
    let aborted = (ErrorCode::ForkAborted, "the fork was aborted".to_owned());
    let (batch, failure) = (Batch::default(), Some(aborted));
    let mut task = Task { fork, line, options, flow, batch, failure };
    task.failure = task.run().await.map(|failure| (failure.code, failure.message));
}

/// However it ends, and be it that its task is gone, JavaScript hears of it.
impl Drop for Task {
    fn drop(&mut self) {
        self.count();
        self.fork.close();
        self.line.taps.remove(self.fork.source.id);
        let failure = self.failure.take();
        self.report(Event::ForkClosed { failure });
    }
}

impl Task {
    /// Gives why the fork failed, if it did not end as somebody wanted.
    async fn run(&mut self) -> Option<Failure> {
        let client = self.options.client.clone();
        let mut backoff = self.options.reconnect.backoff();
        let mut connections = 0;
        loop {
            // What it takes to connect is let go of once it is done.
            let failure = match self.away(Box::pin(connect(&client))).await? {
                Ok(connected) => {
                    self.fork.counts.reconnects.store(connections, Ordering::Relaxed);
                    connections += 1;
                    backoff.reset();
                    self.attend(connected).await?
                }
                Err(error) => Failure::from(&error),
            };
            let retries = backoff.tried() + 1;
            let wait = if failure.is_final { None } else { backoff.poll_wait(rand::random()) };
            if wait.is_none() || !failure.is_loss {
                self.report(failed(&failure, retries, wait));
            }
            match wait {
                Some(wait) => self.away(sleep(wait)).await?,
                None => return Some(failure),
            }
        }
    }

    /// One connection. Gives why it was lost, if its end is not the fork's.
    async fn attend(&mut self, connected: Connected) -> Option<Failure> {
        let subprotocol = connected.subprotocol.unwrap_or_default();
        if !self.options.keeps {
            self.flow(Instant::now());
            self.flow.clear();
            self.count();
        }
        self.report(Event::ForkConnected { subprotocol });
        let ended = Session::new(self, connected.socket).run().await;
        let (code, reason, failure) = match ended {
            Ended::Stopped(_) => (1000, String::new(), None),
            Ended::Closed { code, reason } => {
                let lost = code.is_some_and(|code| code != 1000);
                let failure = lost.then(|| Failure::lost(format!("the far end closed: {reason}")));
                (code.unwrap_or(NO_CODE), reason, failure)
            }
            Ended::Failed(error) => {
                let failure = Failure::from(&error);
                (error.close_code().unwrap_or(ABNORMAL), failure.message.clone(), Some(failure))
            }
            Ended::Silent => {
                let failure = Failure::lost("no answer to a ping".to_owned());
                (ABNORMAL, failure.message.clone(), Some(failure))
            }
        };
        self.report(Event::ForkDisconnected { code, reason: cut(&reason) });
        failure
    }

    /// Waits for something while no far end is there. `None` if the fork is to end meanwhile.
    async fn away<T>(&mut self, until: impl Future<Output = T>) -> Option<T> {
        let mut until = pin!(until);
        let mut tick = interval(AWAY_TICK);
        poll_fn(|context| {
            self.fork.register(context.waker());
            if self.fork.is_stopped() {
                return Poll::Ready(None);
            }
            while tick.poll_tick(context).is_ready() {
                self.flow(Instant::now());
            }
            until.as_mut().poll(context).map(Some)
        })
        .await
    }

    /// Takes what the call has brought.
    pub(super) fn flow(&mut self, now: Instant) {
        let now = self.fork.take(now, &mut self.batch);
        self.flow.handle_batch(now, &self.batch);
        self.count();
    }

    /// The same, where nothing waits for another side.
    pub(super) fn flow_at_once(&mut self, now: Instant) {
        if self.options.flow.shape.sides().only().is_some() {
            self.flow(now);
        }
    }

    /// Takes what is left, and nothing follows.
    pub(super) fn finish(&mut self, now: Instant) {
        let now = self.fork.take(now, &mut self.batch);
        self.flow.handle_batch(now, &self.batch);
        self.flow.finish(now);
    }

    pub(super) fn count_frame(&self, bytes: usize) {
        self.fork.counts.frames_sent.fetch_add(1, Ordering::Relaxed);
        self.fork.counts.bytes_sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn count(&self) {
        let counts = &self.fork.counts;
        counts.dropped_frames.store(self.flow.dropped(), Ordering::Relaxed);
        counts.late_frames.store(self.flow.left_out() + self.fork.lost(), Ordering::Relaxed);
        let queued = self.flow.waiting().as_micros() as u64;
        counts.queued_micros.store(queued, Ordering::Relaxed);
    }

    pub(super) fn report(&self, event: Event) {
        self.fork.report(&self.line.engine.queue, event);
    }
}

fn failed(failure: &Failure, retries: u32, wait: Option<Duration>) -> Event {
    Event::ForkFailed {
        retries,
        wait: wait.unwrap_or_default(),
        http_status: failure.http_status,
        code: failure.code,
        message: failure.message.clone(),
    }
}
