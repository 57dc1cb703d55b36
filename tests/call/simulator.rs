//! A call, its app, its transport and its peer, on invented time.

use std::time::{Duration, Instant};

use callstreams::call::{
    Finished, Outbound, Passed, Play, Role, Settings, Silence, Slot, Transmit,
};
use callstreams::protocol::{Digit, Frame, HEADER_LEN, SampleRate};

/// How a call begins.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub role: Role,
    pub silence: Silence,
    /// The rate that the app keeps.
    pub app: Option<SampleRate>,
}

/// Something that happens to a call. Plays are meant by how many began after them.
#[derive(Clone, Debug)]
pub enum Step {
    Write(usize),
    Play {
        slot: usize,
        keeps_rate: bool,
        fade: u64,
    },
    Feed {
        play: usize,
        bytes: usize,
    },
    FeedEnd(usize),
    Stop(usize),
    StopAll,
    Clear,
    Mark,
    Dtmf,
    Pause(bool),
    /// The peer has no room, or has some again.
    Hold(bool),
    /// The transport takes nothing, or takes something again.
    Block(bool),
    WireRate(SampleRate),
    AppRate(SampleRate),
    Hangup(bool),
    /// So many milliseconds, in which the call is woken when it asks for it.
    Run(u64),
    /// So many milliseconds in which nobody wakes it.
    Stall(u64),
}

#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub at: Instant,
    pub rate: SampleRate,
    pub bytes: usize,
}

pub struct Simulator {
    pub start: Instant,
    pub now: Instant,
    pub outbound: Outbound,
    pub audio: Vec<Sent>,
    pub pcm: Vec<u8>,
    pub written: Vec<u8>,
    pub finished: Vec<Finished>,
    pub passed: Vec<Passed>,
    /// Plays and marks are numbered from 0.
    pub plays: u32,
    pub marks: u32,
    pub said_goodbye: bool,
    pub sent_after_goodbye: bool,
    blocked: bool,
}

impl Simulator {
    pub fn new(setup: Setup) -> Self {
        let start = Instant::now() + Duration::from_secs(3600);
        let settings = Settings {
            role: setup.role,
            rate: setup.app.unwrap_or(SampleRate::NARROWBAND),
            keeps_rate: setup.app.is_some(),
            silence: setup.silence,
            high_water: Duration::from_secs(1),
            limit: Duration::from_secs(120),
        };
        Self {
            start,
            now: start,
            outbound: Outbound::new(start, settings),
            audio: Vec::new(),
            pcm: Vec::new(),
            written: Vec::new(),
            finished: Vec::new(),
            passed: Vec::new(),
            plays: 0,
            marks: 0,
            said_goodbye: false,
            sent_after_goodbye: false,
            blocked: false,
        }
    }

    /// Does it, and drains the call as its contract says.
    pub fn run(&mut self, step: &Step) {
        let now = self.now;
        match *step {
            Step::Write(bytes) => self.write(bytes),
            Step::Play { slot, keeps_rate, fade } => self.play(slot, keeps_rate, fade),
            Step::Feed { play, bytes } => {
                self.outbound.handle_feed(now, self.play_before(play), &vec![2; bytes & !1]);
            }
            Step::FeedEnd(play) => self.outbound.handle_feed_end(self.play_before(play), None),
            Step::Stop(play) => self.outbound.handle_stop(self.play_before(play)),
            Step::StopAll => self.outbound.handle_stop_all(),
            Step::Clear => self.outbound.handle_clear(),
            Step::Mark => {
                self.outbound.handle_mark(self.marks);
                self.marks += 1;
            }
            Step::Dtmf => self.dtmf(),
            Step::Pause(paused) => self.outbound.handle_pause(now, paused),
            Step::Hold(full) => self.outbound.handle_hold(now, full),
            Step::Block(blocked) => {
                self.blocked = blocked;
                self.outbound.handle_blocked(now, blocked);
            }
            // Too many changes are the driver's to end the call for.
            Step::WireRate(rate) => drop(self.outbound.handle_wire_rate(now, rate)),
            Step::AppRate(rate) => self.outbound.handle_app_rate(now, rate),
            Step::Hangup(drain) => self.outbound.handle_hangup(now, drain),
            Step::Run(ms) => self.run_for(Duration::from_millis(ms)),
            Step::Stall(ms) => self.now += Duration::from_millis(ms),
        }
        self.drain();
    }

    /// The connection is gone.
    pub fn end(&mut self) {
        self.outbound.handle_end();
        self.outbound.handle_clear();
        self.drain();
    }

    /// No source brings any more.
    pub fn end_feeds(&mut self) {
        (0..self.plays).for_each(|play| self.outbound.handle_feed_end(play, None));
        self.drain();
    }

    /// Nothing is due that has not left, unless the transport takes nothing.
    pub fn is_at_rest(&self) -> bool {
        self.blocked || self.outbound.poll_timeout().is_none_or(|at| at > self.now)
    }

    fn write(&mut self, bytes: usize) {
        let pcm: Vec<u8> = (0..bytes).map(|index| (index % 255) as u8 + 1).collect();
        if self.outbound.handle_write(self.now, &pcm).is_ok() {
            self.written.extend(pcm);
        }
    }

    fn play(&mut self, slot: usize, keeps_rate: bool, fade: u64) {
        self.outbound.handle_play(Play {
            play: self.plays,
            slot: Slot::ALL[slot],
            fade_out: Duration::from_millis(fade),
            keeps_rate,
        });
        self.plays += 1;
    }

    fn dtmf(&mut self) {
        if let Some(digit) = Digit::new(b'5') {
            // Where there is no room it is refused.
            let _ = self.outbound.handle_control(Frame::Dtmf(digit));
        }
    }

    fn play_before(&self, back: usize) -> u32 {
        self.plays.wrapping_sub(1).wrapping_sub(back as u32)
    }

    fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.outbound.poll_timeout().filter(|at| *at <= end)
            && !self.blocked
        {
            self.now = self.now.max(at);
            self.drain();
        }
        self.now = end;
    }

    fn drain(&mut self) {
        let mut out = Vec::new();
        while !self.blocked
            && let Some(transmit) = self.outbound.poll_transmit(self.now, &mut out)
        {
            self.sent_after_goodbye |= self.said_goodbye;
            self.said_goodbye |= transmit == Transmit::Goodbye;
            if let Some(rate) = out.first().copied().and_then(SampleRate::from_kind) {
                self.audio.push(Sent { at: self.now, rate, bytes: out.len() - HEADER_LEN });
                self.pcm.extend(&out[HEADER_LEN..]);
            }
        }
        self.finished.extend(std::iter::from_fn(|| self.outbound.poll_finished()));
        self.passed.extend(std::iter::from_fn(|| self.outbound.poll_passed()));
    }
}
