//! The kernel's epoll, with timers of nanoseconds, which the portable crates round to milliseconds.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;

use crate::clock::{self, SECOND};

const EVENTS: usize = 256;

pub struct Epoll {
    fd: OwnedFd,
    events: Vec<libc::epoll_event>,
}

/// What a socket is watched for.
#[derive(Clone, Copy)]
pub enum Interest {
    Read,
    Write,
    Both,
}

impl Epoll {
    pub fn new() -> io::Result<Self> {
        // Timers may otherwise be 50 µs late, to gather them.
        // SAFETY: takes and gives numbers only.
        unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1) };
        // SAFETY: takes and gives numbers only.
        let fd = checked(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        // SAFETY: the descriptor was made on the line above, and is nobody else's.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        Ok(Self { fd, events: vec![libc::epoll_event { events: 0, u64: 0 }; EVENTS] })
    }

    /// Watches a socket, until it is closed.
    pub fn add(&self, socket: &impl AsRawFd, token: usize, interest: Interest) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, socket, token, interest)
    }

    pub fn modify(
        &self,
        socket: &impl AsRawFd,
        token: usize,
        interest: Interest,
    ) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_MOD, socket, token, interest)
    }

    pub fn remove(&self, socket: &impl AsRawFd) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_DEL, socket, 0, Interest::Read)
    }

    /// How many sockets are ready; see `token`. Waits for one until `until`, for ever without.
    pub fn wait(&mut self, until: Option<u64>) -> io::Result<usize> {
        let left =
            until.map(|until| until.saturating_sub(clock::now())).map(|left| libc::timespec {
                tv_sec: (left / SECOND) as libc::time_t,
                tv_nsec: (left % SECOND) as libc::c_long,
            });
        let timeout = left.as_ref().map_or(ptr::null(), ptr::from_ref);
        let (fd, events) = (self.fd.as_raw_fd(), self.events.as_mut_ptr());
        // SAFETY: the kernel writes at most `EVENTS` events to `events`, which has that length, and reads
        // the timeout, which outlives the call.
        let count = unsafe { libc::epoll_pwait2(fd, events, EVENTS as i32, timeout, ptr::null()) };
        match checked(count) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
            result => result.map(|count| count as usize),
        }
    }

    /// The token of one of the sockets that `wait` found ready.
    pub fn token(&self, index: usize) -> usize {
        self.events[index].u64 as usize
    }

    fn control(
        &self,
        operation: i32,
        socket: &impl AsRawFd,
        token: usize,
        interest: Interest,
    ) -> io::Result<()> {
        let events = match interest {
            Interest::Read => libc::EPOLLIN,
            Interest::Write => libc::EPOLLOUT,
            Interest::Both => libc::EPOLLIN | libc::EPOLLOUT,
        };
        let mut event = libc::epoll_event { events: events as u32, u64: token as u64 };
        let (fd, socket) = (self.fd.as_raw_fd(), socket.as_raw_fd());
        // SAFETY: the kernel reads one event, which outlives the call.
        checked(unsafe { libc::epoll_ctl(fd, operation, socket, &raw mut event) }).map(|_| ())
    }
}

fn checked(result: i32) -> io::Result<i32> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}
