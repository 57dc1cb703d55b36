//! What a call's frames leave on.

use std::io;
use std::net::Shutdown;
use std::task::{Context, Poll};

use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;

use super::outgoing::{Command, Outgoing};

/// A TCP connection of the call's own, or whoever makes messages of its frames.
pub(super) enum Wire {
    Tcp(OwnedWriteHalf),
    Messages(Outgoing),
}

impl Wire {
    /// Sends as much of `frame` as there is room for, and gives how much that was. Never waits.
    pub fn try_send(&self, frame: &[u8]) -> usize {
        match self {
            Self::Tcp(writer) => match writer.try_write(frame) {
                Ok(sent) => sent,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
                // The connection is gone; its task learns so from reading.
                Err(_) => frame.len(),
            },
            Self::Messages(outgoing) => outgoing.try_send(frame),
        }
    }

    /// Ready when there may be room again.
    pub fn poll_room(&self, context: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Tcp(writer) => {
                let socket: &TcpStream = writer.as_ref();
                socket.poll_write_ready(context).map(drop)
            }
            Self::Messages(outgoing) => outgoing.poll_room(),
        }
    }

    /// Says something that is no audio. False if there is no way to, or no room.
    pub fn command(&self, command: Command) -> bool {
        match self {
            Self::Tcp(_) => false,
            Self::Messages(outgoing) => outgoing.command(command),
        }
    }

    /// Closes our direction, so that the peer sees the end of the stream.
    pub fn shut_down(&self) {
        if let Self::Tcp(writer) = self {
            let socket: &TcpStream = writer.as_ref();
            // It fails only where the connection is gone already.
            let _ = socket2::SockRef::from(socket).shutdown(Shutdown::Write);
        }
    }
}
