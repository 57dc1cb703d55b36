//! An app that chooses its rate in mid-call: what it hears and what it is heard to say.

use std::f64::consts::TAU;
use std::time::{Duration, Instant};

use callstreams::call::{
    InboundConverter, Outbound, Play, Role, Settings, Silence, Slot, Transmit,
};
use callstreams::protocol::{HEADER_LEN, SampleRate};

const AMPLITUDE: f64 = 10_000.0;

fn rate(hz: u32) -> SampleRate {
    SampleRate::from_hz(hz).expect("a wire rate")
}

fn tone(hz: f64, ms: u64, rate: SampleRate) -> Vec<u8> {
    let samples = u64::from(rate.hz()) * ms / 1000;
    let at = |index| AMPLITUDE * (TAU * hz * index as f64 / f64::from(rate.hz())).sin();
    (0..samples).flat_map(|index| (at(index) as i16).to_le_bytes()).collect()
}

fn samples(pcm: &[u8]) -> Vec<f64> {
    pcm.chunks_exact(2).map(|bytes| f64::from(i16::from_le_bytes([bytes[0], bytes[1]]))).collect()
}

/// Asserts that it is a tone of 1 kHz as loud as [`tone`] makes it.
fn assert_kilohertz(pcm: &[u8], rate: SampleRate) {
    let samples = samples(pcm);
    let step = TAU * 1000.0 / f64::from(rate.hz());
    let part = |wave: fn(f64) -> f64| -> f64 {
        samples.iter().enumerate().map(|(index, value)| value * wave(step * index as f64)).sum()
    };
    let level = part(f64::sin).hypot(part(f64::cos)) * 2.0 / samples.len() as f64;
    let energy: f64 = samples.iter().map(|value| value * value).sum();
    let rms = (energy / samples.len() as f64).sqrt();
    assert!((level / AMPLITUDE - 1.0).abs() < 0.02, "1 kHz at {level}");
    assert!((rms * 2f64.sqrt() / AMPLITUDE - 1.0).abs() < 0.02, "all of it at {rms}");
}

struct Bench {
    start: Instant,
    now: Instant,
    outbound: Outbound,
    /// Milliseconds since the start, the rate, and the audio.
    sent: Vec<(u64, SampleRate, Vec<u8>)>,
}

impl Bench {
    fn new(role: Role) -> Self {
        let start = Instant::now();
        let settings = Settings {
            role,
            rate: SampleRate::NARROWBAND,
            keeps_rate: false,
            silence: Silence::Never,
            high_water: Duration::from_secs(1),
            limit: Duration::from_secs(10),
        };
        Self { start, now: start, outbound: Outbound::new(start, settings), sent: Vec::new() }
    }

    /// The peer's audio comes at this rate.
    pub fn hear(&mut self, rate: SampleRate) {
        let changed = self.outbound.handle_wire_rate(self.now, rate);
        changed.expect("not too often");
    }

    fn run_to(&mut self, ms: u64) {
        let end = self.start + Duration::from_millis(ms);
        let mut out = Vec::new();
        loop {
            while self.outbound.poll_transmit(self.now, &mut out) == Some(Transmit::Frame) {
                let at = (self.now - self.start).as_millis() as u64;
                let rate = SampleRate::from_kind(out[0]).expect("audio");
                self.sent.push((at, rate, out[HEADER_LEN..].to_vec()));
            }
            let Some(due) = self.outbound.poll_timeout().filter(|due| *due <= end) else { break };
            self.now = self.now.max(due);
        }
        self.now = end;
    }

    fn choose(&mut self, hz: u32) {
        self.outbound.handle_app_rate(self.now, rate(hz));
    }

    fn write(&mut self, pcm: &[u8]) {
        self.outbound.handle_write(self.now, pcm).expect("room");
    }

    fn begin(&mut self, keeps_rate: bool) {
        let fade_out = Duration::ZERO;
        self.outbound.handle_play(Play { play: 1, slot: Slot::Stream, fade_out, keeps_rate });
    }

    fn heard(&self) -> Vec<u8> {
        self.sent.iter().flat_map(|(_, _, pcm)| pcm.clone()).collect()
    }
}

#[test]
fn what_was_written_before_and_after_is_the_same_tone_to_the_peer() {
    for (before, after) in [(8_000, 16_000), (16_000, 8_000), (8_000, 44_100), (48_000, 12_000)] {
        let mut bench = Bench::new(Role::Server);
        bench.hear(SampleRate::NARROWBAND);
        bench.choose(before);
        bench.write(&tone(1000.0, 500, rate(before)));
        bench.run_to(100);
        bench.choose(after);
        assert_eq!(bench.outbound.rate(), rate(after));
        bench.write(&tone(1000.0, 500, rate(after)));
        bench.run_to(2000);
        let heard = bench.heard();
        assert_eq!(heard.len(), 16_000, "{before} to {after}");
        // Around the seam there may be a click.
        assert_kilohertz(&heard[800..1_600], SampleRate::NARROWBAND);
        assert_kilohertz(&heard[4_000..7_200], SampleRate::NARROWBAND);
        assert_kilohertz(&heard[8_800..15_200], SampleRate::NARROWBAND);
    }
}

#[test]
fn half_a_sample_still_waits_for_its_other_half() {
    let mut bench = Bench::new(Role::Client);
    bench.outbound.handle_pause(bench.now, true);
    bench.write(&[1; 321]);
    bench.choose(16_000);
    assert_eq!(bench.outbound.queued_bytes(), 641);
}

/// When marks behind each 200 ms of audio are passed, with changes to these rates after 100 ms.
fn marks_passed(changes: &[u32]) -> Vec<u64> {
    let mut bench = Bench::new(Role::Server);
    bench.hear(SampleRate::NARROWBAND);
    for mark in 1..=4 {
        bench.write(&[0; 3200]);
        bench.outbound.handle_mark(mark);
    }
    bench.run_to(100);
    changes.iter().for_each(|hz| bench.choose(*hz));
    let mut passed = Vec::new();
    for ms in (100..1000).step_by(20) {
        bench.run_to(ms);
        passed.extend(std::iter::from_fn(|| bench.outbound.poll_passed()).map(|_| ms));
    }
    passed
}

#[test]
fn marks_stay_where_they_were_set() {
    let unchanged = marks_passed(&[]);
    assert_eq!(unchanged.len(), 4);
    for changes in [&[16_000][..], &[24_000, 16_000], &[44_100], &[192_000, 12_000]] {
        assert_eq!(marks_passed(changes), unchanged, "{changes:?}");
    }
}

#[test]
fn a_play_that_runs_goes_on_as_it_began() {
    for keeps_rate in [true, false] {
        let mut bench = Bench::new(Role::Server);
        bench.hear(SampleRate::NARROWBAND);
        bench.begin(keeps_rate);
        bench.outbound.handle_feed(bench.now, 1, &tone(1000.0, 500, SampleRate::NARROWBAND));
        bench.run_to(100);
        bench.choose(48_000);
        bench.outbound.handle_feed(bench.now, 1, &tone(1000.0, 500, SampleRate::NARROWBAND));
        bench.run_to(200);
        bench.choose(16_000);
        bench.outbound.handle_feed_end(1, None);
        bench.run_to(2000);
        let heard = bench.heard();
        assert_kilohertz(&heard[4_000..7_200], SampleRate::NARROWBAND);
        assert_kilohertz(&heard[9_600..14_400], SampleRate::NARROWBAND);
        let finished = bench.outbound.poll_finished().expect("settled");
        assert!(finished.completed);
        assert!(finished.played.as_millis().abs_diff(1000) <= 10, "{finished:?}");
    }
}

#[test]
fn the_wires_rate_may_change_later_and_the_apps_does_not() {
    let mut bench = Bench::new(Role::Server);
    bench.hear(SampleRate::NARROWBAND);
    bench.choose(24_000);
    bench.hear(rate(16_000));
    assert_eq!(bench.outbound.rate(), rate(24_000));
    bench.write(&tone(1000.0, 500, rate(24_000)));
    bench.run_to(1000);
    assert!(bench.sent.iter().all(|(_, wire, pcm)| *wire == rate(16_000) && pcm.len() == 640));
    assert_kilohertz(&bench.heard()[640..15_360], rate(16_000));
}

#[test]
fn before_the_peers_first_audio_it_is_as_if_the_call_had_begun_so() {
    let mut bench = Bench::new(Role::Server);
    bench.run_to(40);
    bench.choose(16_000);
    bench.write(&[0; 640]);
    bench.run_to(500);
    assert_eq!(bench.sent, [(100, rate(16_000), vec![0; 640])]);

    let mut bench = Bench::new(Role::Server);
    bench.choose(16_000);
    bench.write(&[0; 640]);
    bench.run_to(60);
    bench.hear(SampleRate::NARROWBAND);
    bench.run_to(500);
    assert_eq!(bench.sent, [(60, SampleRate::NARROWBAND, vec![0; 320])]);

    let mut bench = Bench::new(Role::Client);
    bench.choose(16_000);
    bench.write(&[0; 640]);
    bench.run_to(500);
    assert_eq!(bench.sent, [(0, rate(16_000), vec![0; 640])]);
}

#[test]
fn to_choose_the_same_rate_again_changes_nothing() {
    let mut once = Bench::new(Role::Server);
    let mut twice = Bench::new(Role::Server);
    for bench in [&mut once, &mut twice] {
        bench.hear(SampleRate::NARROWBAND);
        bench.choose(16_000);
        bench.write(&tone(1000.0, 300, rate(16_000)));
        bench.run_to(100);
    }
    twice.choose(16_000);
    once.run_to(1000);
    twice.run_to(1000);
    assert_eq!(once.sent, twice.sent);
}

/// What an ear that waits for 50 ms frames gives of a tone, with a change to 16 kHz after 90 ms.
fn hear_a_change(wire: SampleRate) -> Vec<u8> {
    let mut ear = InboundConverter::new(None, Some(Duration::from_millis(50)));
    let said = tone(1000.0, 500, wire);
    let mut held: Vec<(SampleRate, Vec<u8>)> = Vec::new();
    let mut heard = Vec::new();
    let split = wire.bytes_in(Duration::from_millis(90));
    ear.hear(wire, &said[..split], &mut |rate, pcm| held.push((rate, pcm.to_vec())));
    assert_eq!(held.len(), 1);
    ear.change_rate(rate(16_000), |ear| {
        for (from, pcm) in &held {
            assert_eq!(ear.convert(*from, pcm, &mut heard), rate(16_000));
        }
    });
    let mut take = |hz, pcm: &[u8]| {
        assert_eq!(hz, rate(16_000));
        heard.extend_from_slice(pcm);
    };
    ear.hear(wire, &said[split..], &mut take);
    ear.finish(wire, &mut take);
    heard
}

#[test]
fn what_waits_in_the_inbox_and_in_the_ear_and_what_comes_is_one_tone_without_a_seam() {
    for wire in SampleRate::all() {
        let heard = hear_a_change(wire);
        assert!(heard.len().abs_diff(16_000) <= 2, "{wire:?}: {}", heard.len());
        assert_kilohertz(&heard[640..15_360], rate(16_000));
    }
}
