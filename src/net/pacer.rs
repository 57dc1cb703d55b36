//! One clock for all calls: wakes each line when its next frame is due.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::yield_now;

use super::call_handle::CallHandle;
use super::gather::Gather;
use super::timer::Timer;
use crate::sync::lock;

/// When to come back to a line that JavaScript was just sending on.
const RETRY: Duration = Duration::from_millis(1);

/// Passes follow each other so soon where frames gather.
const SOON: Duration = Duration::from_millis(2);

/// The deadlines of all lines, soonest first.
#[derive(Debug, Default)]
pub(super) struct Pacer {
    deadlines: Mutex<BinaryHeap<Deadline>>,
    sooner: Notify,
}

#[derive(Debug)]
struct Deadline {
    at: Instant,
    line: Arc<CallHandle>,
}

impl Pacer {
    /// Wakes `line` at `at`.
    pub fn arm(&self, at: Instant, line: Arc<CallHandle>) {
        let mut deadlines = lock(&self.deadlines);
        let soonest = deadlines.peek().is_none_or(|soonest| at < soonest.at);
        deadlines.push(Deadline { at, line });
        drop(deadlines);
        if soonest {
            self.sooner.notify_one();
        }
    }

    /// Runs for ever. Sleeps while nothing is due; where frames gather it is one with the passes,
    /// which spares setting a timer for each.
    pub async fn run(&self, gather: &Gather) {
        let timer = Timer::new();
        loop {
            self.wake_due(Instant::now() + gather.slack());
            match self.soonest() {
                Some(at) if gather.is_busy() && at < Instant::now() + SOON => {
                    gather.pause();
                    yield_now().await;
                }
                Some(at) => tokio::select! {
                    () = timer.until(at) => {}
                    () = self.sooner.notified() => {}
                },
                None => self.sooner.notified().await,
            }
        }
    }

    /// Lets go of all lines.
    pub fn clear(&self) {
        lock(&self.deadlines).clear();
    }

    /// Wakes whoever is due at `now`.
    fn wake_due(&self, now: Instant) {
        while let Some(Deadline { at, line }) = self.pop_due(now) {
            if !line.handle_deadline(at, now) {
                self.arm(now + RETRY, line);
            }
        }
    }

    fn pop_due(&self, now: Instant) -> Option<Deadline> {
        let mut deadlines = lock(&self.deadlines);
        deadlines.peek().filter(|soonest| soonest.at <= now)?;
        deadlines.pop()
    }

    fn soonest(&self) -> Option<Instant> {
        lock(&self.deadlines).peek().map(|soonest| soonest.at)
    }
}

impl Ord for Deadline {
    fn cmp(&self, other: &Self) -> Ordering {
        other.at.cmp(&self.at)
    }
}

impl PartialOrd for Deadline {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Deadline {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Deadline {}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpStream};
    use tokio::runtime::Builder;

    use super::*;
    use crate::call::{Companding, Role, Silence};
    use crate::events::{Inbox, Source};
    use crate::net::wire::Wire;
    use crate::net::{CallOptions, Engine};
    use crate::protocol::SampleRate;

    const SECOND: Duration = Duration::from_secs(1);

    /// A call on which silence is due.
    async fn silent_call(engine: &Arc<Engine>) -> Arc<CallHandle> {
        let options = CallOptions {
            rate: SampleRate::NARROWBAND,
            keeps_rate: false,
            frame: None,
            silence: Silence::Always,
            companding: Companding::Auto,
            speech: None,
            high_water: SECOND,
            outbound_limit: SECOND,
            inbound_limit: SECOND,
            hold: SECOND,
            media_timeout: None,
            max_duration: None,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (_, writer) = TcpStream::connect(address).await.expect("a connection").into_split();
        let source = Source::new(1, Inbox::default());
        let engine = Arc::clone(engine);
        let line = CallHandle::new(engine, source, None, Role::Server, options, Wire::tcp(writer));
        line.change(|_, _| {});
        line
    }

    #[test]
    fn frames_gather_for_calls_that_go_on_and_for_none_that_are_over() {
        let engine = Engine::new(Box::new(Nobody));
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let ended = silent_call(&engine).await;
            ended.end(None);
            let _goes_on = silent_call(&engine).await;
            engine.pacer.wake_due(Instant::now() + SECOND);
        });
        assert_eq!(engine.gather.counted(), 1);
    }

    struct Nobody;

    impl crate::events::Wake for Nobody {
        fn wake(&self) {}
    }
}
