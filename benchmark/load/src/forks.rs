//! Whom servers fork calls to: takes WebSockets, and finds what the callers said in what comes.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use crate::connection::{Arrival, Connection};
use crate::epoll::{Epoll, Interest};
use crate::frames::{AUDIO, AUDIO_BYTES, HANG_UP};
use crate::stamp::{Stamp, is_silence};
use crate::wire::{self, Wire};

const BYTES_A_SAMPLE: usize = 2;

pub struct Forks {
    listener: TcpListener,
    /// What the listener is watched under; the forks, in their order, under the next ones.
    token: usize,
    forks: Vec<(Connection, Said)>,
}

impl Forks {
    pub fn listen(port: u16, token: usize, epoll: &Epoll) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        epoll.add(&listener, token, Interest::Read)?;
        Ok(Self { listener, token, forks: Vec::new() })
    }

    /// Takes one more fork, or reads once from one, as the token says. Gives each frame of a caller's
    /// to `each`, or None for what is neither that nor silence.
    pub fn serve(
        &mut self,
        token: usize,
        epoll: &Epoll,
        buffer: &mut [u8],
        mut each: impl FnMut(&Arrival, Option<Stamp>),
    ) -> io::Result<()> {
        if token == self.token {
            return self.accept(epoll);
        }
        let (connection, said) = &mut self.forks[token - self.token - 1];
        connection.read(buffer, |arrival, kind, payload| match kind {
            AUDIO => said.feed(payload, |stamp| each(arrival, stamp)),
            HANG_UP => {}
            _ => each(arrival, None),
        });
        if connection.open { Ok(()) } else { epoll.remove(connection) }
    }

    /// How many are over.
    pub fn ended(&self) -> usize {
        self.forks.iter().filter(|(connection, _)| !connection.open).count()
    }

    fn accept(&mut self, epoll: &Epoll) -> io::Result<()> {
        let (socket, _) = self.listener.accept()?;
        let connection = Connection::over(wire::answer(socket)?, Wire::WebSocket)?;
        epoll.add(&connection, self.token + 1 + self.forks.len(), Interest::Read)?;
        self.forks.push((connection, Said::default()));
        Ok(())
    }
}

/// What came and is no whole frame yet. A fork is cut anew: its messages need not be the caller's
/// frames, and where the caller said nothing it may have silence.
#[derive(Default)]
struct Said {
    bytes: Vec<u8>,
    /// Within what is no caller's.
    is_astray: bool,
}

impl Said {
    fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(Option<Stamp>)) {
        self.bytes.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(frame) = self.bytes.get(at..at + AUDIO_BYTES) {
            let stamp = Stamp::read(frame);
            let is_silent = is_silence(&frame[..BYTES_A_SAMPLE]);
            if stamp.is_some() || !(is_silent || self.is_astray) {
                each(stamp);
            }
            self.is_astray = stamp.is_none() && (self.is_astray || !is_silent);
            at += if stamp.is_some() { AUDIO_BYTES } else { BYTES_A_SAMPLE };
        }
        self.bytes.drain(..at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(number: u32) -> Stamp {
        Stamp { call: 0, number, at: 5 }
    }

    #[test]
    fn frames_are_found_whatever_the_cut_and_what_is_none_is_told_once() {
        let frame = |number| stamp(number).payload();
        let mut broken = frame(2);
        broken[100] ^= 1;
        let stream = [&[0; 34][..], &frame(0), &frame(1), &[0; 50], &broken, &frame(3)].concat();
        for cut in [2, 160, 320, 640, stream.len()] {
            let (mut said, mut seen) = (Said::default(), Vec::new());
            stream.chunks(cut).for_each(|piece| said.feed(piece, |stamp| seen.push(stamp)));
            let expected = [Some(stamp(0)), Some(stamp(1)), None, Some(stamp(3))];
            assert_eq!(seen, expected, "cut {cut}");
        }
    }
}
