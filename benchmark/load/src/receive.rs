//! Reading from a socket together with the time at which the kernel received it.
//!
//! On TCP that is the time of the last segment that is read, which is a frame of its own unless the
//! server sent several at once.

use std::net::TcpStream;
use std::os::fd::AsRawFd;
use std::{io, mem, ptr};

use crate::clock::{self, SECOND};

/// Room for the one control message that is asked for, aligned as the kernel wants it.
const CONTROL_WORDS: usize = 8;

pub struct Received {
    pub bytes: usize,
    pub at: u64,
    /// Whether the kernel said when; else it is when we asked.
    pub by_kernel: bool,
}

pub fn ask_for_timestamps(socket: &TcpStream) -> io::Result<()> {
    let on: libc::c_int = 1;
    let (option, size) = (ptr::from_ref(&on).cast(), mem::size_of_val(&on) as libc::socklen_t);
    // SAFETY: the kernel reads one int, which outlives the call.
    let result = unsafe {
        libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, option, size)
    };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

pub fn receive(socket: &TcpStream, buffer: &mut [u8]) -> io::Result<Received> {
    let mut control = [0u64; CONTROL_WORDS];
    let mut place = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
    // SAFETY: all zeros is a message header without anything.
    let mut message: libc::msghdr = unsafe { mem::zeroed() };
    message.msg_iov = &raw mut place;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = mem::size_of_val(&control) as _;
    // SAFETY: all places that the header names outlive the call and have the lengths it names.
    let count = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, 0) };
    let bytes = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
    let at = timestamp(&message);
    Ok(Received { bytes, at: at.unwrap_or_else(clock::now), by_kernel: at.is_some() })
}

fn timestamp(message: &libc::msghdr) -> Option<u64> {
    // SAFETY: the kernel has filled in the header; the macros stay within its control part, and a
    // message of this kind carries one timespec.
    unsafe {
        let head = libc::CMSG_FIRSTHDR(message);
        if head.is_null() || (*head).cmsg_type != libc::SCM_TIMESTAMPNS {
            return None;
        }
        let time: libc::timespec = ptr::read_unaligned(libc::CMSG_DATA(head).cast());
        Some(time.tv_sec as u64 * SECOND + time.tv_nsec as u64)
    }
}
