//! Callers who each send a frame every 20 ms and wait for its echo.

use std::io;
use std::ops::Range;

use crate::Failure;
use crate::args::Args;
use crate::clock::{self, MICROSECOND, MILLISECOND, SECOND};
use crate::connection::{Arrival, Connection, Door};
use crate::epoll::{Epoll, Interest};
use crate::forks::Forks;
use crate::frames::{AUDIO, AUDIO_BYTES, HANG_UP};
use crate::json::Object;
use crate::process::Watched;
use crate::samples::Samples;
use crate::schedule::Schedule;
use crate::stamp::{Stamp, is_silence};
use crate::wire::Wire;

const FRAME: u64 = 20 * MILLISECOND;
const READ_BUFFER: usize = 64 * 1024;

/// A frame with the longest header there is.
const FRAME_ROOM: usize = AUDIO_BYTES + 14;

/// Frames that leave before what has come is looked at.
const SENDS_IN_A_ROW: usize = 32;

/// The shortest sleep: shorter ones cost more than they are worth.
const NAP: u64 = 50 * MICROSECOND;

/// How long the last echoes may take.
const SETTLE: u64 = SECOND;

/// The `Door`, `--calls`, `--seconds` (the window) after `--warm-up`, `--coalesce` (frames a write),
/// `--split` (writes a frame), `--pid` (whose processor time is read), `--forks` (the port at which
/// what is said is to come back over WebSocket, where the server forks its calls).
pub fn run(args: &Args) -> Result<Object, Failure> {
    let watched = Watched::new(args)?;
    let mut echo = Echo::dial(args)?;
    echo.drive(clock::now() + clock::seconds(args.get("warm-up", 1.0)?))?;
    let before = watched.usage()?;
    echo.open_window();
    echo.drive(clock::now() + clock::seconds(args.get("seconds", 5.0)?))?;
    let usage = watched.usage()?.since(before);
    echo.settle(clock::now() + SETTLE)?;
    Ok(echo.result().object("usage", usage))
}

struct Echo {
    callers: Vec<Caller>,
    forks: Option<Forks>,
    wire: Wire,
    epoll: Epoll,
    schedule: Schedule,
    coalesce: u32,
    split: usize,
    buffer: Vec<u8>,
    counts: Counts,
}

struct Caller {
    connection: Connection,
    /// The number of the next frame.
    sending: u32,
    returns: Returns,
}

/// What one caller's echoes must be.
struct Returns {
    call: u32,
    /// The number of the next echo.
    expected: u32,
    /// The numbers that were sent in the window.
    window: Range<u32>,
}

#[derive(Default)]
struct Counts {
    window: bool,
    sent: u64,
    returned: u64,
    /// Frames that came back other than they were sent, or out of order.
    corrupt: u64,
    /// Frames that were not sent, because the server took no more.
    refused: u64,
    silence: u64,
    timed_by_clock: u64,
    trips: Samples,
    late: Samples,
}

impl Echo {
    fn dial(args: &Args) -> Result<Self, Failure> {
        let (door, calls) = (Door::new(args)?, args.get("calls", 100)?);
        let coalesce: u32 = args.get("coalesce", 1)?;
        let epoll = Epoll::new()?;
        let forks = args.all("forks")?.pop();
        let forks = forks.map(|port| Forks::listen(port, calls, &epoll)).transpose()?;
        let callers =
            Connection::dial_all(door, calls, &epoll, Interest::Read)?.into_iter().enumerate();
        let callers = callers.map(|(number, connection)| Caller {
            connection,
            sending: 0,
            returns: Returns::new(number),
        });
        let frames = (calls as f64 * 50.0 * args.get("seconds", 5.0)? * 1.1) as usize;
        Ok(Self {
            callers: callers.collect(),
            forks,
            wire: door.wire,
            epoll,
            schedule: Schedule::new(clock::now(), FRAME * u64::from(coalesce), calls),
            coalesce,
            split: args.get("split", 1)?,
            buffer: vec![0; READ_BUFFER],
            counts: Counts {
                trips: Samples::with_capacity(frames),
                late: Samples::with_capacity(frames),
                ..Counts::default()
            },
        })
    }

    /// From here on it counts.
    fn open_window(&mut self) {
        self.counts.window = true;
        for caller in &mut self.callers {
            caller.returns.window = caller.sending..caller.sending;
        }
    }

    /// Sends when it is due and takes what comes, until `until`.
    fn drive(&mut self, until: u64) -> io::Result<()> {
        while clock::now() < until {
            for _ in 0..SENDS_IN_A_ROW {
                let Some((caller, late)) = self.schedule.due(clock::now()) else { break };
                self.send(caller, late);
            }
            if self.schedule.deadline() > clock::now() {
                clock::sleep_until(self.schedule.deadline().min(until), NAP);
            }
            self.take()?;
        }
        Ok(())
    }

    /// Waits for the last echoes, without sending more.
    fn settle(&mut self, until: u64) -> io::Result<()> {
        while clock::now() < until && self.counts.returned < self.counts.sent {
            self.callers.iter_mut().for_each(|caller| caller.connection.flush());
            clock::sleep_until(0, MILLISECOND);
            self.take()?;
        }
        Ok(())
    }

    fn send(&mut self, number: usize, late: u64) {
        let caller = &mut self.callers[number];
        let mut bytes = Vec::with_capacity(self.coalesce as usize * FRAME_ROOM);
        for ahead in 0..self.coalesce {
            let stamp =
                Stamp { call: number as u32, number: caller.sending + ahead, at: clock::now() };
            self.wire.push_audio(&mut bytes, &stamp.payload());
        }
        let taken = caller.connection.send(&bytes, self.split);
        if taken {
            caller.sending += self.coalesce;
        }
        if self.counts.window {
            self.counts.late.push(late);
            caller.returns.window.end = caller.sending;
            *(if taken { &mut self.counts.sent } else { &mut self.counts.refused }) +=
                u64::from(self.coalesce);
        }
    }

    fn take(&mut self) -> io::Result<()> {
        for index in 0..self.epoll.wait(Some(0))? {
            let token = self.epoll.token(index);
            if token < self.callers.len() { self.hear(token)? } else { self.overhear(token)? }
        }
        Ok(())
    }

    /// What comes back to a caller.
    fn hear(&mut self, number: usize) -> io::Result<()> {
        let Caller { connection, returns, .. } = &mut self.callers[number];
        let counts = &mut self.counts;
        connection.read(&mut self.buffer, |arrival, kind, payload| match kind {
            AUDIO => match Stamp::read(payload) {
                Some(stamp) => returns.take(arrival, stamp, counts),
                None if is_silence(payload) => counts.silence += 1,
                None => counts.corrupt += 1,
            },
            HANG_UP => {}
            _ => counts.corrupt += 1,
        });
        if connection.open { Ok(()) } else { self.epoll.remove(connection) }
    }

    /// What comes on a fork, whose caller its stamps tell.
    fn overhear(&mut self, token: usize) -> io::Result<()> {
        let Self { callers, forks: Some(forks), counts, epoll, buffer, .. } = self else {
            return Ok(());
        };
        forks.serve(token, epoll, buffer, |arrival, stamp| {
            let said = stamp.and_then(|it| Some((callers.get_mut(it.call as usize)?, it)));
            match said {
                Some((caller, stamp)) => caller.returns.take(arrival, stamp, counts),
                None => counts.corrupt += 1,
            }
        })
    }

    fn result(self) -> Object {
        let ended = self.callers.iter().filter(|caller| !caller.connection.open).count()
            + self.forks.as_ref().map_or(0, Forks::ended);
        let counts = self.counts;
        Object::default()
            .number("calls", self.callers.len() as f64)
            .number("sent", counts.sent as f64)
            .number("returned", counts.returned as f64)
            .number("lost", (counts.sent + counts.refused - counts.returned) as f64)
            .number("corrupt", counts.corrupt as f64)
            .number("ended", ended as f64)
            .number("silence", counts.silence as f64)
            .number("timedByClock", counts.timed_by_clock as f64)
            .object("trip", counts.trips.summary())
            .object("late", counts.late.summary())
    }
}

impl Returns {
    fn new(call: usize) -> Self {
        Self { call: call as u32, expected: 0, window: 0..0 }
    }

    fn take(&mut self, arrival: &Arrival, stamp: Stamp, counts: &mut Counts) {
        if stamp.call != self.call || stamp.number < self.expected {
            counts.corrupt += 1;
            return;
        }
        self.expected = stamp.number + 1;
        if self.window.contains(&stamp.number) {
            counts.returned += 1;
            counts.timed_by_clock += u64::from(!arrival.by_kernel);
            counts.trips.push(arrival.at.saturating_sub(stamp.at));
        }
    }
}
