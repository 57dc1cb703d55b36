//! Calls that are there and say nothing: what they take, and whether they wake anybody.

use crate::Failure;
use crate::args::Args;
use crate::clock::{self, MILLISECOND};
use crate::connection::{Connection, Door};
use crate::epoll::{Epoll, Interest};
use crate::json::Object;
use crate::process::Watched;
use crate::stamp::Stamp;

const READ_BUFFER: usize = 64 * 1024;

/// Frames each caller says first, so that the call has all that it will ever need.
const FRAMES: u32 = 10;

/// The `Door`, `--calls`, `--settle` seconds of quiet before the window of `--seconds`, `--pid`.
pub fn run(args: &Args) -> Result<Object, Failure> {
    let watched = Watched::new(args)?;
    let (door, calls) = (Door::new(args)?, args.get("calls", 100)?);
    let mut epoll = Epoll::new()?;
    let mut callers = Connection::dial_all(door, calls, &epoll, Interest::Read)?;
    for number in 0..FRAMES {
        for (call, connection) in callers.iter_mut().enumerate() {
            let stamp = Stamp { call: call as u32, number, at: clock::now() };
            let mut frame = Vec::new();
            door.wire.push_audio(&mut frame, &stamp.payload());
            connection.send(&frame, 1);
        }
        listen(&mut callers, &mut epoll, clock::now() + 20 * MILLISECOND)?;
    }
    listen(&mut callers, &mut epoll, clock::now() + clock::seconds(args.get("settle", 1.0)?))?;
    let before = watched.usage()?;
    let heard =
        listen(&mut callers, &mut epoll, clock::now() + clock::seconds(args.get("seconds", 2.0)?))?;
    let usage = watched.usage()?.since(before);
    let ended = callers.iter().filter(|connection| !connection.open).count();
    Ok(Object::default()
        .number("heard", heard as f64)
        .number("ended", ended as f64)
        .object("usage", usage))
}

/// How many frames come until then.
fn listen(callers: &mut [Connection], epoll: &mut Epoll, until: u64) -> Result<u64, Failure> {
    let mut buffer = vec![0; READ_BUFFER];
    let mut frames = 0;
    while clock::now() < until {
        for index in 0..epoll.wait(Some(until))? {
            let connection = &mut callers[epoll.token(index)];
            connection.read(&mut buffer, |_, _, _| frames += 1);
            if !connection.open {
                epoll.remove(connection)?;
            }
        }
    }
    Ok(frames)
}
