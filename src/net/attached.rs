//! Servers that listen through somebody else: Node's HTTP server hands its sockets over.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::BytesMut;

use super::engine::Engine;
use super::place::Place;
use super::server::{Server, ServerOptions};
use super::websocket::Request;
use super::websocket_audio::{Guest, Pipe, greet, turn_away};
use crate::events::{Inbox, Source};

/// A request for a WebSocket that JavaScript has read.
#[derive(Debug)]
pub struct Upgrade {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    /// What came behind it.
    pub head: Vec<u8>,
    pub peer: SocketAddr,
}

impl Engine {
    /// Opens a server that does not listen, and gives its number.
    pub fn open_server(self: &Arc<Self>, options: ServerOptions) -> io::Result<u32> {
        let (handle, lease) = self.io()?;
        let source = Source::new(self.next_id(), Inbox::opened());
        let id = source.id;
        let server = Server::new(&self.servers, &self.queue, source, options, lease);
        handle.spawn(async move { server.shut().await });
        Ok(id)
    }

    /// Takes a socket over that asks for a WebSocket. Gives the number that its bytes go by, or what
    /// to answer instead; nothing, if the server is gone.
    pub fn attach(self: &Arc<Self>, server: u32, upgrade: Upgrade) -> io::Result<Attached> {
        let Some(server) = self.servers.get(server) else {
            return Ok(Attached::Refused(Vec::new()));
        };
        let Upgrade { method, target, headers, head, peer } = upgrade;
        let place = Place::reserve(self, &server, peer)
            .and_then(|mut place| place.identify(peer).map(|()| place));
        let place = match place {
            Ok(place) => place,
            Err(code) => return Ok(Attached::Refused(turn_away(code))),
        };
        let request = match Request::from_parts(&method, &target, headers) {
            Ok(request) => request,
            Err(error) => {
                server.drop_connection(error.code(), peer);
                return Ok(Attached::Refused(error.reply().unwrap_or_default()));
            }
        };
        let (handle, lease) = self.io()?;
        let source = Source::new(self.next_id(), Inbox::opened());
        let id = source.id;
        let pipe = Pipe::new(&self.pipes, &self.queue, source);
        let leftover = BytesMut::from(&head[..]);
        let guest = Guest { stream: Box::new(pipe), request, leftover, peer };
        handle.spawn(async move {
            greet(&place, guest).await;
            drop(lease);
        });
        Ok(Attached::Taken(id))
    }

    /// Bytes of a socket that was taken over. False if JavaScript is to wait for `Drain`.
    pub fn pipe_write(&self, id: u32, bytes: &[u8]) -> bool {
        let end = self.pipes.get(id);
        end.is_none_or(|end| end.write(bytes))
    }

    /// A socket that was taken over is gone.
    pub fn pipe_end(&self, id: u32) {
        let end = self.pipes.take(id);
        if let Some(end) = end {
            end.end();
        }
    }
}

/// What becomes of a socket.
#[derive(Debug)]
pub enum Attached {
    Taken(u32),
    /// The socket is to be sent this, and closed.
    Refused(Vec<u8>),
}
