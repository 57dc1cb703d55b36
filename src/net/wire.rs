//! What a call's frames leave on.

use std::io;
use std::net::Shutdown;
use std::sync::atomic::{AtomicI32, Ordering};
use std::task::{Context, Poll};

use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;

use super::outgoing::{Command, Outgoing};

/// A TCP connection of the call's own, or whoever makes messages of its frames.
pub(super) enum Wire {
    Tcp(TcpWire),
    Messages(Outgoing),
}

/// The half of a TCP connection that is written to.
pub(super) struct TcpWire {
    writer: OwnedWriteHalf,
    /// The system's number for how the connection was lost, if a write was told; else 0. The system tells
    /// it once, so that reading does not.
    lost: AtomicI32,
}

impl Wire {
    pub fn tcp(writer: OwnedWriteHalf) -> Self {
        Self::Tcp(TcpWire { writer, lost: AtomicI32::new(0) })
    }

    /// How the connection was lost, if a write was told so. A peer that closed was not lost.
    pub fn loss(&self) -> Option<io::Error> {
        let Self::Tcp(tcp) = self else { return None };
        match tcp.lost.load(Ordering::Acquire) {
            0 => None,
            errno => Some(io::Error::from_raw_os_error(errno)),
        }
    }

    /// Sends as much of `frame` as there is room for, and gives how much that was. Never waits.
    pub fn try_send(&self, frame: &[u8]) -> usize {
        match self {
            Self::Tcp(tcp) => match tcp.writer.try_write(frame) {
                Ok(sent) => sent,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
                // The connection is gone; its task learns so from reading.
                Err(error) => {
                    if error.kind() != io::ErrorKind::BrokenPipe {
                        tcp.lost.store(error.raw_os_error().unwrap_or(0), Ordering::Release);
                    }
                    frame.len()
                }
            },
            Self::Messages(outgoing) => outgoing.try_send(frame),
        }
    }

    /// Ready when there may be room again.
    pub fn poll_room(&self, context: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Tcp(tcp) => {
                let socket: &TcpStream = tcp.writer.as_ref();
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
        if let Self::Tcp(tcp) = self {
            let socket: &TcpStream = tcp.writer.as_ref();
            // It fails only where the connection is gone already.
            let _ = socket2::SockRef::from(socket).shutdown(Shutdown::Write);
        }
    }
}
