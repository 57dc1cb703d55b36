//! Callers who send as fast as they can, and read whatever is sent back.

use std::io;

use crate::Failure;
use crate::args::Args;
use crate::clock::{self, milliseconds};
use crate::connection::{Connection, Door};
use crate::epoll::{Epoll, Interest};
use crate::frames::AUDIO;
use crate::json::Object;
use crate::process::Watched;
use crate::stamp::{Stamp, is_silence};
use crate::wire::Wire;

const READ_BUFFER: usize = 256 * 1024;

/// Frames in what a caller repeats.
const FRAMES: usize = 200;

/// The `Door`, `--calls`, `--seconds` (the window) after `--warm-up`, `--pid`.
pub fn run(args: &Args) -> Result<Object, Failure> {
    let watched = Watched::new(args)?;
    let mut flood = Flood::dial(Door::new(args)?, args.get("calls", 10)?)?;
    flood.drive(clock::now() + clock::seconds(args.get("warm-up", 1.0)?))?;
    let before = watched.usage()?;
    let (begin, sent, returned) = (clock::now(), flood.frames_sent(), flood.returned);
    flood.drive(begin + clock::seconds(args.get("seconds", 2.0)?))?;
    let usage = watched.usage()?.since(before);
    Ok(Object::default()
        .number("ms", milliseconds(clock::now() - begin))
        .number("sent", (flood.frames_sent() - sent) as f64)
        .number("returned", (flood.returned - returned) as f64)
        .number("corrupt", flood.corrupt as f64)
        .number(
            "ended",
            flood.callers.iter().filter(|caller| !caller.connection.open).count() as f64,
        )
        .object("usage", usage))
}

struct Flood {
    callers: Vec<Caller>,
    epoll: Epoll,
    buffer: Vec<u8>,
    /// Bytes that have left, frames that came back, and those that were none of ours.
    sent: u64,
    returned: u64,
    corrupt: u64,
}

struct Caller {
    connection: Connection,
    repeated: Vec<u8>,
    offset: usize,
}

impl Flood {
    fn dial(door: Door, calls: usize) -> io::Result<Self> {
        let epoll = Epoll::new()?;
        let callers =
            Connection::dial_all(door, calls, &epoll, Interest::Both)?.into_iter().enumerate();
        let callers = callers
            .map(|(call, connection)| Caller {
                connection,
                repeated: repeated(call, door.wire),
                offset: 0,
            })
            .collect();
        Ok(Self { callers, epoll, buffer: vec![0; READ_BUFFER], sent: 0, returned: 0, corrupt: 0 })
    }

    fn frames_sent(&self) -> u64 {
        let repeated = self.callers.first().map_or(1, |caller| caller.repeated.len() as u64);
        self.sent * FRAMES as u64 / repeated
    }

    fn drive(&mut self, until: u64) -> io::Result<()> {
        while clock::now() < until {
            for index in 0..self.epoll.wait(Some(until))? {
                self.serve(self.epoll.token(index))?;
            }
        }
        Ok(())
    }

    fn serve(&mut self, call: usize) -> io::Result<()> {
        let Caller { connection, repeated, offset } = &mut self.callers[call];
        let sent = connection.write(&repeated[*offset..]);
        *offset = (*offset + sent) % repeated.len();
        self.sent += sent as u64;
        connection.read(&mut self.buffer, |_, kind, payload| {
            let own = Stamp::read(payload).is_some_and(|stamp| stamp.call == call as u32);
            self.returned += u64::from(kind == AUDIO && own);
            self.corrupt += u64::from(kind == AUDIO && !own && !is_silence(payload));
        });
        if !connection.open {
            self.epoll.remove(connection)?;
        }
        Ok(())
    }
}

fn repeated(call: usize, wire: Wire) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in 0..FRAMES {
        let stamp = Stamp { call: call as u32, number: number as u32, at: 1 };
        wire.push_audio(&mut bytes, &stamp.payload());
    }
    bytes
}
