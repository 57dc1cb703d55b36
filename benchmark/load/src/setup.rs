//! Calls that are hung up as soon as they are there, one after the other.

use std::io;

use crate::Failure;
use crate::args::Args;
use crate::clock::{self, milliseconds};
use crate::connection::{Connection, Door};
use crate::epoll::{Epoll, Interest};
use crate::frames::HANG_UP;
use crate::json::Object;
use crate::process::Watched;
use crate::samples::Samples;

const READ_BUFFER: usize = 4096;

/// The `Door`, `--together` (calls at a time), `--seconds` at most and `--count` calls at most after
/// `--warm-up`, `--pid`. A call is over when the server has hung up.
pub fn run(args: &Args) -> Result<Object, Failure> {
    let watched = Watched::new(args)?;
    let (seconds, count) = (args.get("seconds", 2.0)?, args.get("count", u64::MAX)?);
    let mut setup = Setup::dial(Door::new(args)?, args.get("together", 32)?)?;
    setup.drive(clock::now() + clock::seconds(args.get("warm-up", 1.0)?), u64::MAX)?;
    let before = watched.usage()?;
    let begin = clock::now();
    setup.times = Samples::default();
    setup.over = 0;
    setup.drive(begin + clock::seconds(seconds), count)?;
    let usage = watched.usage()?.since(before);
    Ok(Object::default()
        .number("ms", milliseconds(clock::now() - begin))
        .number("calls", setup.over as f64)
        .object("time", setup.times.summary())
        .object("usage", usage))
}

struct Setup {
    door: Door,
    callers: Vec<(Connection, u64)>,
    epoll: Epoll,
    dialled: usize,
    over: u64,
    times: Samples,
}

impl Setup {
    fn dial(door: Door, together: usize) -> io::Result<Self> {
        let epoll = Epoll::new()?;
        let mut callers = Vec::with_capacity(together);
        for slot in 0..together {
            callers.push(call(door, slot, slot, &epoll)?);
        }
        Ok(Self { door, callers, epoll, dialled: together, over: 0, times: Samples::default() })
    }

    /// A new call for each that is over, until then or until so many are over.
    fn drive(&mut self, until: u64, count: u64) -> io::Result<()> {
        let mut buffer = vec![0; READ_BUFFER];
        while clock::now() < until && self.over < count {
            for index in 0..self.epoll.wait(Some(until))? {
                let slot = self.epoll.token(index);
                let (connection, begun) = &mut self.callers[slot];
                let mut hung_up = false;
                connection.read(&mut buffer, |_, kind, _| hung_up |= kind == HANG_UP);
                if hung_up || !connection.open {
                    self.times.push(clock::now() - *begun);
                    self.over += 1;
                    self.dialled += 1;
                    self.callers[slot] = call(self.door, self.dialled, slot, &self.epoll)?;
                }
            }
        }
        Ok(())
    }
}

fn call(door: Door, number: usize, slot: usize, epoll: &Epoll) -> io::Result<(Connection, u64)> {
    let begun = clock::now();
    let connection = Connection::dial(door, number)?;
    epoll.add(&connection, slot, Interest::Read)?;
    Ok((connection, begun))
}
