//! Nothing but system calls: as little as a server of one thread can do.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;

use super::{Behaviour, report};
use crate::Failure;
use crate::epoll::{Epoll, Interest};
use crate::frames::Partial;

const READ_BUFFER: usize = 64 * 1024;

/// Connections that may wait to be accepted; the standard library makes it 128.
const QUEUE: i32 = 1024;

struct Call {
    socket: TcpStream,
    partial: Partial,
    /// What the caller has not taken yet; until it has, nothing is read.
    out: Vec<u8>,
}

pub fn run(words: impl Iterator<Item = String>) -> Result<(), Failure> {
    let behaviour = Behaviour::new(words);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    // SAFETY: takes and gives numbers only. It only makes the queue longer.
    unsafe { libc::listen(listener.as_raw_fd(), QUEUE) };
    report::start(listener.local_addr()?.port())?;
    let mut epoll = Epoll::new()?;
    let door = listener.as_raw_fd() as usize;
    epoll.add(&listener, door, Interest::Read)?;
    let mut calls: HashMap<usize, Call> = HashMap::new();
    let mut buffer = vec![0; READ_BUFFER];
    loop {
        for index in 0..epoll.wait(None)? {
            let token = epoll.token(index);
            if token == door {
                accept(&listener, &epoll, &mut calls)?;
            } else if let Some(call) = calls.get_mut(&token)
                && serve(call, behaviour, &epoll, &mut buffer).is_err()
            {
                calls.remove(&token);
            }
        }
    }
}

fn accept(
    listener: &TcpListener,
    epoll: &Epoll,
    calls: &mut HashMap<usize, Call>,
) -> io::Result<()> {
    while let Some((socket, _)) = unless_blocked(listener.accept())? {
        socket.set_nodelay(true)?;
        socket.set_nonblocking(true)?;
        let token = socket.as_raw_fd() as usize;
        epoll.add(&socket, token, Interest::Read)?;
        calls.insert(token, Call { socket, partial: Partial::default(), out: Vec::new() });
    }
    Ok(())
}

fn serve(
    call: &mut Call,
    behaviour: Behaviour,
    epoll: &Epoll,
    buffer: &mut [u8],
) -> io::Result<()> {
    let Call { socket, partial, out } = call;
    let waited = !out.is_empty();
    if !waited && let Some(count) = unless_blocked(socket.read(buffer))? {
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        partial.feed(&buffer[..count], |kind, payload| behaviour.take(kind, payload, out));
    }
    let sent = if out.is_empty() { 0 } else { unless_blocked(socket.write(out))?.unwrap_or(0) };
    out.drain(..sent);
    if waited == out.is_empty() {
        let interest = if waited { Interest::Read } else { Interest::Write };
        epoll.modify(socket, socket.as_raw_fd() as usize, interest)?;
    }
    Ok(())
}

fn unless_blocked<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        result => result.map(Some),
    }
}
