//! What an environment starts and ends: servers, and calls that it places.

use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::accept::{ServerDoor, accept};
use super::audiosocket::{DialOptions, dial};
use super::engine::Engine;
use super::lease::Lease;
use super::listen::{Bound, ListenOptions, bind};
use super::server::{Server, ServerOptions, ServerStats};
use super::websocket_audio::{self, Answer, WebSocketDialOptions};
use crate::events::{Inbox, Source};
use crate::sync::lock;

impl Engine {
    /// Starts a server. Its port is bound when this returns.
    pub fn listen(
        self: &Arc<Self>,
        listen: &ListenOptions,
        options: ServerOptions,
    ) -> io::Result<Bound> {
        let socket = bind(listen, options.peer_timeout)?;
        let address = socket.local_addr()?;
        let (handle, lease) = self.io()?;
        let listener = {
            let _runtime = handle.enter();
            TcpListener::from_std(socket)?
        };
        let source = Source::new(self.next_id(), Inbox::opened());
        let bound = Bound { id: source.id, address };
        let server = Server::new(&self.servers, &self.queue, source, options, lease);
        let door = ServerDoor::new(Arc::clone(self), Arc::clone(&server));
        handle.spawn(async move { accept(listener, server.shut(), door).await });
        Ok(bound)
    }

    /// Stops a server and hangs up its calls. `Closed` follows when all is gone.
    pub fn close_server(&self, id: u32) {
        let server = self.servers.get(id);
        if let Some(server) = server {
            server.close();
            self.hang_up_calls_of(id);
        }
    }

    /// Has a server take nobody new. `Closed` follows when its last call has ended.
    pub fn drain_server(&self, id: u32) {
        let server = self.servers.get(id);
        if let Some(server) = server {
            server.drain();
        }
    }

    pub fn server_stats(&self, id: u32) -> Option<ServerStats> {
        let server = self.servers.get(id)?;
        Some(server.stats())
    }

    /// Places a call. `Connected` follows, or `Error` and `End`.
    pub fn connect(self: &Arc<Self>, options: DialOptions) -> io::Result<u32> {
        self.place(|engine, source, lease| dial(engine, source, options, lease))
    }

    /// Places a call over WebSocket. `Begun` follows, or `Error` and `End`.
    pub fn connect_websocket(self: &Arc<Self>, options: WebSocketDialOptions) -> io::Result<u32> {
        self.place(|engine, source, lease| websocket_audio::connect(engine, source, options, lease))
    }

    /// Answers a WebSocket that is asked for. False if nobody waits for it any more.
    pub fn answer(&self, server: u32, id: u32, answer: Answer) -> bool {
        let server = self.servers.get(server);
        server.is_some_and(|server| server.arrivals.answer(id, answer))
    }

    /// Runs what places a call.
    fn place<Dialling: Future<Output = ()> + Send + 'static>(
        self: &Arc<Self>,
        dialling: impl FnOnce(Arc<Self>, Arc<Source>, Lease) -> Dialling,
    ) -> io::Result<u32> {
        let (handle, lease) = self.io()?;
        let source = Source::new(self.next_id(), Inbox::default());
        let id = source.id;
        // Held while the task is made known, so that it cannot be through before.
        let mut dials = lock(&self.dials);
        let task = handle.spawn(dialling(Arc::clone(self), source, lease));
        dials.insert(id, task.abort_handle());
        Ok(id)
    }
}
