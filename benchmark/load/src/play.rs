//! Callers who listen to what the server plays: when each frame comes, and which are missing.

use std::io;

use crate::Failure;
use crate::args::Args;
use crate::clock::{self, MICROSECOND, MILLISECOND, SECOND};
use crate::connection::{Connection, Door};
use crate::ear::{Ear, Heard};
use crate::epoll::{Epoll, Interest};
use crate::frames::AUDIO;
use crate::json::Object;
use crate::process::{Usage, Watched};

const READ_BUFFER: usize = 64 * 1024;
const FRAME: u64 = 20 * MILLISECOND;

/// Between looks at what has come.
const NAP: u64 = 200 * MICROSECOND;

/// How many times its length a play may take.
const PATIENCE: u64 = 2;

/// After the last call has begun, before processor time counts.
const WARM_UP: u64 = 200 * MILLISECOND;

/// Steps of this share of the whole fall evenly wherever one stops: the golden ratio's.
const EVEN: f64 = 0.618_034;

/// The `Door`, `--calls` that begin within `--over` seconds, `--frames` of the play, `--numbered` 1 where
/// the frames carry their numbers (see `Ear`), `--pid`.
pub fn run(args: &Args) -> Result<Object, Failure> {
    let watched = Watched::new(args)?;
    let frames: u32 = args.get("frames", 500)?;
    let over = clock::seconds(args.get("over", 1.0)?);
    let begin = clock::now();
    let length = u64::from(frames) * FRAME;
    let window = begin + over + WARM_UP..begin + length;
    let mut play = Play {
        door: Door::new(args)?,
        dials: dials(begin, over, args.get("calls", 100)?),
        ears: Vec::new(),
        epoll: Epoll::new()?,
        frames,
        numbered: args.get("numbered", 1)? == 1,
    };
    play.drive(window.start)?;
    let before = watched.usage()?;
    play.drive(window.end)?;
    let seconds = window.end.saturating_sub(window.start) as f64 / SECOND as f64;
    let usage = watched.usage()?;
    play.drive(begin + over + length * PATIENCE + SECOND)?;
    Ok(play.result(usage, before).number("seconds", seconds))
}

/// When each call is dialled: spread over the time, and over the 20 ms of a frame.
fn dials(begin: u64, over: u64, calls: u64) -> Vec<u64> {
    let phase = |call: u64| ((call as f64 * EVEN).fract() * FRAME as f64) as u64;
    let mut dials: Vec<u64> =
        (0..calls).map(|call| begin + call * over / calls + phase(call)).collect();
    dials.sort_unstable_by(|a, b| b.cmp(a));
    dials
}

struct Play {
    door: Door,
    /// When the calls to come are dialled, the soonest last.
    dials: Vec<u64>,
    ears: Vec<(Connection, Ear)>,
    epoll: Epoll,
    frames: u32,
    numbered: bool,
}

impl Play {
    /// Until then, or until all has been heard.
    fn drive(&mut self, until: u64) -> io::Result<()> {
        let mut buffer = vec![0; READ_BUFFER];
        while clock::now() < until && !self.is_over() {
            if let Some(dial) = self.dials.pop_if(|dial| *dial <= clock::now()) {
                self.dial(dial)?;
            }
            let next = self.dials.last().map_or(u64::MAX, |&dial| dial);
            clock::sleep_until(0, NAP.min(next.saturating_sub(clock::now())));
            for index in 0..self.epoll.wait(Some(0))? {
                let (connection, ear) = &mut self.ears[self.epoll.token(index)];
                connection.read(&mut buffer, |arrival, kind, payload| {
                    if kind == AUDIO {
                        ear.hear(arrival.at, payload);
                    }
                });
                if !connection.open {
                    self.epoll.remove(connection)?;
                }
            }
        }
        Ok(())
    }

    fn dial(&mut self, due: u64) -> io::Result<()> {
        let connection = Connection::dial(self.door, self.ears.len())?;
        self.epoll.add(&connection, self.ears.len(), Interest::Read)?;
        self.ears.push((connection, Ear::new(due, self.frames, self.numbered)));
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.dials.is_empty()
            && self.ears.iter().all(|(connection, ear)| ear.done || !connection.open)
    }

    fn result(self, usage: Usage, before: Usage) -> Object {
        let mut heard = Heard::default();
        for (_, ear) in self.ears {
            heard.add(ear);
        }
        heard.result().object("usage", usage.since(before))
    }
}
