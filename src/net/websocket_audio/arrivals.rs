//! WebSockets that are not calls yet, and calls that may go on over another.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::options::Answer;
use crate::net::websocket::Socket;
use crate::sync::lock;

/// Senders whose calls may go on over another connection say something every 20 ms. One that said
/// nothing for so long and connects again has lost its connection, whether we know it or not.
const SILENT: Duration = Duration::from_secs(1);

/// What a server keeps of these.
#[derive(Default)]
pub(in crate::net) struct Arrivals {
    /// Who waits for JavaScript's answer, by number.
    asked: Mutex<HashMap<u32, oneshot::Sender<Answer>>>,
    /// Who goes on over the next connection to a URL.
    expected: Mutex<HashMap<String, Expected>>,
}

struct Expected {
    sender: oneshot::Sender<Socket>,
    /// The connection that is there; None if it was lost.
    current: Option<Arc<LastHeard>>,
}

/// When a connection was heard last.
#[derive(Debug)]
pub(in crate::net) struct LastHeard {
    start: Instant,
    ms: AtomicU64,
}

impl LastHeard {
    pub fn new(now: Instant) -> Arc<Self> {
        Arc::new(Self { start: now, ms: AtomicU64::new(0) })
    }

    pub fn handle_message(&self, now: Instant) {
        self.ms.store(self.since_start(now), Ordering::Relaxed);
    }

    fn is_silent(&self, now: Instant) -> bool {
        let silent = self.since_start(now).saturating_sub(self.ms.load(Ordering::Relaxed));
        Duration::from_millis(silent) >= SILENT
    }

    fn since_start(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.start).as_millis() as u64
    }
}

impl Arrivals {
    /// Waits for the answer to connection `id`.
    pub fn ask(&self, id: u32) -> oneshot::Receiver<Answer> {
        let (sender, receiver) = oneshot::channel();
        lock(&self.asked).insert(id, sender);
        receiver
    }

    /// Nobody waits for it any more.
    pub fn forget(&self, id: u32) {
        lock(&self.asked).remove(&id);
    }

    /// False if nobody waits for it.
    pub fn answer(&self, id: u32, answer: Answer) -> bool {
        let asked = lock(&self.asked).remove(&id);
        asked.is_some_and(|sender| sender.send(answer).is_ok())
    }

    /// Waits for the next connection to `url`, which is taken while the `current` one is silent or
    /// lost (None). Of two who wait for the same the later gets it.
    pub fn expect(&self, url: &str, current: Option<Arc<LastHeard>>) -> oneshot::Receiver<Socket> {
        let (sender, receiver) = oneshot::channel();
        let mut expected = lock(&self.expected);
        expected.retain(|_, earlier| !earlier.sender.is_closed());
        expected.insert(url.to_owned(), Expected { sender, current });
        receiver
    }

    /// Gives the connection to whoever waits for it, or back.
    pub fn find(&self, url: &str, socket: Socket, now: Instant) -> Option<Socket> {
        let mut expected = lock(&self.expected);
        let is_free = |it: &Expected| it.current.as_ref().is_none_or(|heard| heard.is_silent(now));
        if !expected.get(url).is_some_and(is_free) {
            return Some(socket);
        }
        let found = expected.remove(url);
        drop(expected);
        match found {
            Some(Expected { sender, .. }) => sender.send(socket).err(),
            None => Some(socket),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_silent_a_second_after_it_was_heard() {
        let start = Instant::now();
        let heard = LastHeard::new(start);
        heard.handle_message(start + Duration::from_secs(5));
        assert!(!heard.is_silent(start + Duration::from_millis(5999)));
        assert!(heard.is_silent(start + Duration::from_secs(6)));
    }
}
