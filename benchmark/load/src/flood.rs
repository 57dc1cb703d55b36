//! Callers who send as fast as they can, and read whatever is sent back.

use std::io;

use crate::Failure;
use crate::args::Args;
use crate::clock::{self, milliseconds};
use crate::connection::Connection;
use crate::epoll::{Epoll, Interest};
use crate::frames::{AUDIO, AUDIO_BYTES, HEADER, header};
use crate::json::Object;
use crate::process::Watched;
use crate::stamp::{Stamp, is_silence};

const READ_BUFFER: usize = 256 * 1024;

/// Frames in what a caller repeats.
const FRAMES: usize = 200;
const FRAME: u64 = (HEADER + AUDIO_BYTES) as u64;

/// `--port`, `--calls`, `--seconds` (the window) after `--warm-up`, `--pid`.
pub fn run(args: &Args) -> Result<Object, Failure> {
    let watched = Watched::new(args)?;
    let mut flood = Flood::dial(args.required("port")?, args.get("calls", 10)?)?;
    flood.drive(clock::now() + clock::seconds(args.get("warm-up", 1.0)?))?;
    let before = watched.usage()?;
    let (begin, sent, returned) = (clock::now(), flood.sent, flood.returned);
    flood.drive(begin + clock::seconds(args.get("seconds", 2.0)?))?;
    let usage = watched.usage()?.since(before);
    Ok(Object::default()
        .number("ms", milliseconds(clock::now() - begin))
        .number("sent", ((flood.sent - sent) / FRAME) as f64)
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
    fn dial(port: u16, calls: usize) -> io::Result<Self> {
        let epoll = Epoll::new()?;
        let callers =
            Connection::dial_all(port, calls, &epoll, Interest::Both)?.into_iter().enumerate();
        let callers = callers
            .map(|(call, connection)| Caller { connection, repeated: repeated(call), offset: 0 })
            .collect();
        Ok(Self { callers, epoll, buffer: vec![0; READ_BUFFER], sent: 0, returned: 0, corrupt: 0 })
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

fn repeated(call: usize) -> Vec<u8> {
    let frames = (0..FRAMES).flat_map(|number| {
        let payload = Stamp { call: call as u32, number: number as u32, at: 1 }.payload();
        header(AUDIO, AUDIO_BYTES).into_iter().chain(payload)
    });
    frames.collect()
}
