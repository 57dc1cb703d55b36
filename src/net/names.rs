//! From a host's name to its addresses, on threads of their own: a name server that does not answer
//! keeps nobody waiting but those who want that name.

use std::collections::HashMap;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, LazyLock, Mutex};
use std::{io, thread};

use tokio::sync::oneshot;

use crate::sync::lock;

/// Names that may be asked for at a time, each on a thread.
const MOST: usize = 64;

/// What a thread needs to ask.
const STACK: usize = 256 * 1024;

/// A name's addresses, whose port is to be set, or what is wrong with it.
type Found = Result<Vec<SocketAddr>, String>;

static NAMES: LazyLock<Arc<Names>> = LazyLock::new(|| Arc::new(Names::new(ask_system)));

/// The addresses of `host`, a name or an address.
pub(super) async fn look_up(host: &str, port: u16) -> Found {
    if let Ok(address) = host.parse() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let mut found = NAMES.look_up(host).await?;
    found.iter_mut().for_each(|address| address.set_port(port));
    Ok(found)
}

fn ask_system(host: &str) -> io::Result<Vec<SocketAddr>> {
    Ok((host, 0).to_socket_addrs()?.collect())
}

/// The names that are being asked for, and who waits for each.
struct Names {
    ask: fn(&str) -> io::Result<Vec<SocketAddr>>,
    asked: Mutex<HashMap<String, Vec<oneshot::Sender<Found>>>>,
}

impl Names {
    fn new(ask: fn(&str) -> io::Result<Vec<SocketAddr>>) -> Self {
        Self { ask, asked: Mutex::default() }
    }

    /// Of all who want a name at the same time the first has it asked for.
    async fn look_up(self: &Arc<Self>, host: &str) -> Found {
        let (sender, receiver) = oneshot::channel();
        if self.wait(host, sender)? {
            self.start(host).inspect_err(|_| drop(self.take(host)))?;
        }
        receiver.await.unwrap_or_else(|_| Err("nobody could ask for the name".to_owned()))
    }

    /// True if nobody is asking for it yet.
    fn wait(&self, host: &str, sender: oneshot::Sender<Found>) -> Result<bool, String> {
        let mut asked = lock(&self.asked);
        if let Some(waiting) = asked.get_mut(host) {
            // Who has given up meanwhile needs no answer.
            waiting.retain(|other| !other.is_closed());
            waiting.push(sender);
            return Ok(false);
        }
        if asked.len() >= MOST {
            return Err(format!("{MOST} other names are being looked up"));
        }
        asked.insert(host.to_owned(), vec![sender]);
        Ok(true)
    }

    fn start(self: &Arc<Self>, host: &str) -> Result<(), String> {
        let (names, host) = (Arc::clone(self), host.to_owned());
        let run = move || {
            let found = (names.ask)(&host).map_err(|error| error.to_string());
            for sender in names.take(&host) {
                // Who has given up needs no answer.
                let _ = sender.send(found.clone());
            }
        };
        let thread = thread::Builder::new().name("callstreams-names".to_owned()).stack_size(STACK);
        thread.spawn(run).map(drop).map_err(|error| error.to_string())
    }

    fn take(&self, host: &str) -> Vec<oneshot::Sender<Found>> {
        lock(&self.asked).remove(host).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    async fn soon<T>(future: impl Future<Output = T>) -> T {
        timeout(Duration::from_secs(5), future).await.expect("within its time")
    }

    /// Answers nothing about names that begin with "dead".
    fn ask(host: &str) -> io::Result<Vec<SocketAddr>> {
        while host.starts_with("dead") {
            thread::park();
        }
        Ok(vec![SocketAddr::from(([127, 0, 0, 9], 0))])
    }

    #[tokio::test]
    async fn an_address_is_itself_and_this_machine_has_a_name() {
        let found = soon(look_up("::1", 80)).await.expect("an address");
        assert_eq!(found, ["[::1]:80".parse().expect("an address")]);
        let found = soon(look_up("localhost", 80)).await.expect("a name");
        assert!(found.iter().all(|address| address.ip().is_loopback() && address.port() == 80));
        assert!(soon(look_up("no such name", 80)).await.is_err());
    }

    #[tokio::test]
    async fn names_that_nobody_answers_for_hold_up_no_others_until_there_are_too_many() {
        let names = Arc::new(Names::new(ask));
        for index in 0..MOST {
            let live = soon(names.look_up("live")).await;
            assert_eq!(live.map(|found| found.len()), Ok(1), "{index}");
            let dead = format!("dead{index}");
            let found = timeout(Duration::from_millis(1), names.look_up(&dead));
            assert!(found.await.is_err());
        }
        assert!(soon(names.look_up("live")).await.is_err());
    }

    #[tokio::test]
    async fn a_name_is_asked_for_once_however_many_want_it() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        static OPEN: AtomicUsize = AtomicUsize::new(0);
        let names = Arc::new(Names::new(|_| {
            ASKED.fetch_add(1, Ordering::SeqCst);
            while OPEN.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
            Err(io::Error::other("unknown"))
        }));
        for _ in 0..3 {
            assert!(timeout(Duration::from_millis(1), names.look_up("a")).await.is_err());
        }
        let (names, other) = (Arc::clone(&names), names);
        let both =
            tokio::spawn(async move { tokio::join!(names.look_up("a"), names.look_up("a")) });
        tokio::task::yield_now().await;
        OPEN.store(1, Ordering::SeqCst);
        let (one, two) = soon(both).await.expect("no panic");
        assert_eq!((one, two), (Err("unknown".to_owned()), Err("unknown".to_owned())));
        assert_eq!(ASKED.load(Ordering::SeqCst), 1);
        assert!(lock(&other.asked).is_empty());
    }
}
