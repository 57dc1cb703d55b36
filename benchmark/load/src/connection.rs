//! The caller's end of a call: a socket, what of a frame has come, and what could not be sent yet.

use std::io::{self, ErrorKind, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::fd::{AsRawFd, RawFd};

use crate::Failure;
use crate::args::Args;
use crate::clock::{self, MILLISECOND};
use crate::epoll::{Epoll, Interest};
use crate::frames::Partial;
use crate::receive::{ask_for_timestamps, receive};
use crate::wire::Wire;

const DIALS_IN_A_ROW: usize = 32;

/// Where calls are taken, and what is spoken there.
#[derive(Clone, Copy)]
pub struct Door {
    port: u16,
    pub wire: Wire,
}

impl Door {
    /// `--port`, and `--wire` audiosocket or websocket.
    pub fn new(args: &Args) -> Result<Self, Failure> {
        Ok(Self { port: args.required("port")?, wire: args.get("wire", Wire::default())? })
    }
}

pub struct Connection {
    socket: TcpStream,
    partial: Partial,
    unsent: Vec<u8>,
    /// False once either side has closed, or the connection broke.
    pub open: bool,
}

/// When a frame came, and whether the kernel said so.
pub struct Arrival {
    pub at: u64,
    pub by_kernel: bool,
}

impl Connection {
    /// Dials, and says whose call it is.
    pub fn dial(door: Door, number: usize) -> io::Result<Self> {
        let socket = TcpStream::connect((Ipv4Addr::LOCALHOST, door.port))?;
        socket.set_nodelay(true)?;
        Self::over(door.wire.greet(socket, number)?, door.wire)
    }

    /// A socket on which frames may come now.
    pub fn over(socket: TcpStream, wire: Wire) -> io::Result<Self> {
        ask_for_timestamps(&socket)?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, partial: Partial::new(wire), unsent: Vec::new(), open: true })
    }

    /// Dials so many, each watched under its number.
    pub fn dial_all(
        door: Door,
        calls: usize,
        epoll: &Epoll,
        interest: Interest,
    ) -> io::Result<Vec<Self>> {
        let mut connections = Vec::with_capacity(calls);
        for number in 0..calls {
            // A server whose queue of connections is full answers a second later.
            if number % DIALS_IN_A_ROW == DIALS_IN_A_ROW - 1 {
                clock::sleep_until(0, 2 * MILLISECOND);
            }
            let connection = Self::dial(door, number)?;
            epoll.add(&connection, number, interest)?;
            connections.push(connection);
        }
        Ok(connections)
    }

    /// Sends all of it in so many writes, now or later; false, and nothing, while earlier bytes wait.
    pub fn send(&mut self, bytes: &[u8], writes: usize) -> bool {
        self.flush();
        if !self.open || !self.unsent.is_empty() {
            return false;
        }
        for piece in bytes.chunks(bytes.len().div_ceil(writes.max(1))) {
            let sent = if self.unsent.is_empty() { self.write(piece) } else { 0 };
            self.unsent.extend_from_slice(&piece[sent..]);
        }
        true
    }

    /// Sends what waits.
    pub fn flush(&mut self) {
        if !self.unsent.is_empty() {
            let unsent = std::mem::take(&mut self.unsent);
            let sent = self.write(&unsent);
            self.unsent.extend_from_slice(&unsent[sent..]);
        }
    }

    /// Reads once, and gives each frame that is complete.
    pub fn read(&mut self, buffer: &mut [u8], mut each: impl FnMut(&Arrival, u8, &[u8])) {
        match receive(&self.socket, buffer) {
            Ok(received) if received.bytes == 0 => self.open = false,
            Ok(received) => {
                let arrival = Arrival { at: received.at, by_kernel: received.by_kernel };
                self.partial
                    .feed(&buffer[..received.bytes], |kind, payload| each(&arrival, kind, payload));
            }
            Err(error) => self.open &= is_temporary(&error),
        }
    }

    /// Sends as much as the socket takes now, and says how much that was.
    pub fn write(&mut self, bytes: &[u8]) -> usize {
        match self.socket.write(bytes) {
            Ok(count) => count,
            Err(error) => {
                self.open &= is_temporary(&error);
                0
            }
        }
    }
}

impl AsRawFd for Connection {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

fn is_temporary(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
