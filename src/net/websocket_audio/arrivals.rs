//! WebSockets that are not calls yet, and calls that wait for theirs to come again.

use std::collections::HashMap;
use std::sync::Mutex;

use tokio::sync::oneshot;

use super::options::Answer;
use crate::net::websocket::Socket;
use crate::sync::lock;

/// What a server keeps of these.
#[derive(Default)]
pub(in crate::net) struct Arrivals {
    /// Who waits for JavaScript's answer, by number.
    asked: Mutex<HashMap<u32, oneshot::Sender<Answer>>>,
    /// Who waits for a connection to a URL.
    lost: Mutex<HashMap<String, oneshot::Sender<Socket>>>,
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

    /// Waits for the next connection to `url`. Of two who wait for the same the later gets it.
    pub fn lose(&self, url: &str) -> oneshot::Receiver<Socket> {
        let (sender, receiver) = oneshot::channel();
        let mut lost = lock(&self.lost);
        lost.retain(|_, sender| !sender.is_closed());
        lost.insert(url.to_owned(), sender);
        receiver
    }

    /// Gives the connection to whoever waits for it, or back.
    pub fn find(&self, url: &str, socket: Socket) -> Option<Socket> {
        match lock(&self.lost).remove(url) {
            Some(sender) => sender.send(socket).err(),
            None => Some(socket),
        }
    }
}
