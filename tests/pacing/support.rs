//! A call on invented time, and what it sent.

use std::time::{Duration, Instant};

use callstreams::call::{Finished, Outbound, Play, Role, Settings, Silence, Slot, Transmit};
use callstreams::protocol::SampleRate;

pub const FRAME: usize = 320;

pub struct Bench {
    pub start: Instant,
    pub now: Instant,
    pub outbound: Outbound,
    /// Milliseconds since the start, and the frame's bytes.
    pub sent: Vec<(u64, Vec<u8>)>,
    pub over: bool,
}

impl Bench {
    pub fn new(silence: Silence) -> Self {
        Self::with(Role::Server, silence)
    }

    pub fn with(role: Role, silence: Silence) -> Self {
        Self::at(role, silence, None)
    }

    /// With an app that keeps a rate of its own.
    pub fn at(role: Role, silence: Silence, app: Option<SampleRate>) -> Self {
        let start = Instant::now() + Duration::from_secs(3600);
        let settings = Settings {
            role,
            rate: app.unwrap_or(SampleRate::NARROWBAND),
            keeps_rate: app.is_some(),
            silence,
            high_water: Duration::from_secs(1),
            limit: Duration::from_secs(10),
        };
        Self {
            start,
            now: start,
            outbound: Outbound::new(start, settings),
            sent: Vec::new(),
            over: false,
        }
    }

    /// The peer's audio comes at this rate.
    pub fn hear(&mut self, rate: SampleRate) {
        let changed = self.outbound.handle_wire_rate(self.now, rate);
        changed.expect("not too often");
    }

    pub fn pump(&mut self) {
        let mut out = Vec::new();
        while let Some(transmit) = self.outbound.poll_transmit(self.now, &mut out) {
            let at = (self.now - self.start).as_millis() as u64;
            self.sent.push((at, out.clone()));
            self.over |= transmit == Transmit::Goodbye;
        }
    }

    /// Runs to `ms`, waking when the call asks for it.
    pub fn run_to(&mut self, ms: u64) {
        let end = self.start + Duration::from_millis(ms);
        self.pump();
        while let Some(due) = self.outbound.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.pump();
        }
        self.now = end;
    }

    pub fn stall_to(&mut self, ms: u64) {
        self.now = self.start + Duration::from_millis(ms);
    }

    pub fn write(&mut self, bytes: usize) {
        let written = self.outbound.handle_write(self.now, &vec![1; bytes]);
        assert!(written.is_ok());
    }

    pub fn play(&mut self, play: u32, bytes: usize) {
        self.play_in(Slot::Play, play, bytes, 0);
    }

    pub fn play_in(&mut self, slot: Slot, play: u32, bytes: usize, fade_out_ms: u64) {
        self.begin(slot, play, fade_out_ms);
        self.outbound.handle_feed(self.now, play, &vec![2; bytes]);
        self.outbound.handle_feed_end(play, None);
    }

    pub fn begin(&mut self, slot: Slot, play: u32, fade_out_ms: u64) {
        let fade_out = Duration::from_millis(fade_out_ms);
        self.outbound.handle_play(Play { play, slot, fade_out, keeps_rate: false });
    }

    pub fn passed(&mut self) -> Option<u32> {
        let passed = self.outbound.poll_passed()?;
        assert!(!passed.cleared);
        Some(passed.mark)
    }

    pub fn finished(&mut self) -> Option<Finished> {
        self.outbound.poll_finished()
    }

    pub fn times(&self) -> Vec<u64> {
        self.sent.iter().map(|(at, _)| *at).collect()
    }

    pub fn payload(&self) -> Vec<u8> {
        self.sent.iter().flat_map(|(_, frame)| frame[3..].to_vec()).collect()
    }
}
