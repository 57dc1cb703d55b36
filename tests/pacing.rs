//! When a call's frames leave, on invented time.

use std::time::{Duration, Instant};

use callstreams::call::{
    Finished, Full, Outbound, Passed, Play, Role, Settings, Silence, Slot, Transmit,
};
use callstreams::protocol::{Digit, Frame, SampleRate};

const FRAME: usize = 320;

struct Bench {
    start: Instant,
    now: Instant,
    outbound: Outbound,
    /// Milliseconds since the start, and the frame's bytes.
    sent: Vec<(u64, Vec<u8>)>,
    over: bool,
}

impl Bench {
    fn new(silence: Silence) -> Self {
        Self::with(Role::Server, silence)
    }

    fn with(role: Role, silence: Silence) -> Self {
        Self::at(role, silence, None)
    }

    /// With an app that keeps a rate of its own.
    fn at(role: Role, silence: Silence, app: Option<SampleRate>) -> Self {
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

    fn pump(&mut self) {
        let mut out = Vec::new();
        while let Some(transmit) = self.outbound.poll_transmit(self.now, &mut out) {
            let at = (self.now - self.start).as_millis() as u64;
            self.sent.push((at, out.clone()));
            self.over |= transmit == Transmit::Goodbye;
        }
    }

    /// Runs to `ms`, waking when the call asks for it.
    fn run_to(&mut self, ms: u64) {
        let end = self.start + Duration::from_millis(ms);
        self.pump();
        while let Some(due) = self.outbound.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.pump();
        }
        self.now = end;
    }

    fn stall_to(&mut self, ms: u64) {
        self.now = self.start + Duration::from_millis(ms);
    }

    fn write(&mut self, bytes: usize) {
        let written = self.outbound.handle_write(self.now, &vec![1; bytes]);
        assert!(written.is_ok());
    }

    fn play(&mut self, play: u32, bytes: usize) {
        self.play_in(Slot::Play, play, bytes, 0);
    }

    fn play_in(&mut self, slot: Slot, play: u32, bytes: usize, fade_out_ms: u64) {
        self.begin(slot, play, fade_out_ms);
        self.outbound.handle_feed(self.now, play, &vec![2; bytes]);
        self.outbound.handle_feed_end(play, None);
    }

    fn begin(&mut self, slot: Slot, play: u32, fade_out_ms: u64) {
        let fade_out = Duration::from_millis(fade_out_ms);
        self.outbound.handle_play(Play { play, slot, fade_out, keeps_rate: false });
    }

    fn passed(&mut self) -> Option<u32> {
        let passed = self.outbound.poll_passed()?;
        assert!(!passed.cleared);
        Some(passed.mark)
    }

    fn finished(&mut self) -> Option<Finished> {
        self.outbound.poll_finished()
    }

    fn times(&self) -> Vec<u64> {
        self.sent.iter().map(|(at, _)| *at).collect()
    }

    fn payload(&self) -> Vec<u8> {
        self.sent.iter().flat_map(|(_, frame)| frame[3..].to_vec()).collect()
    }
}

#[test]
fn what_is_written_up_to_sixty_milliseconds_ahead_leaves_at_once_and_the_rest_is_paced() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    bench.write(6 * FRAME);
    bench.run_to(1000);
    assert_eq!(bench.times(), [500, 500, 500, 520, 540, 560]);
    assert!(bench.sent.iter().all(|(_, frame)| frame[..3] == [0x10, 1, 64]));
}

#[test]
fn an_echo_of_a_bursty_network_is_not_held_back() {
    let mut bench = Bench::new(Silence::Never);
    for at in [100, 100, 140, 140, 180, 180, 180] {
        bench.run_to(at);
        bench.write(FRAME);
        bench.pump();
    }
    assert_eq!(bench.times(), [100, 100, 140, 140, 180, 180, 180]);
}

#[test]
fn a_long_written_passage_neither_drifts_nor_piles_up() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(100);
    bench.write(500 * FRAME);
    bench.run_to(20_000);
    let times = bench.times();
    assert_eq!(times.len(), 500);
    assert_eq!(times[499], 100 + 499 * 20 - 40);
}

#[test]
fn a_piece_shorter_than_a_frame_waits_twenty_milliseconds_and_leaves_as_it_is() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(100);
    bench.write(100);
    bench.run_to(200);
    assert_eq!(bench.sent[0].0, 120);
    assert_eq!(bench.sent[0].1.len(), 3 + 100);
}

#[test]
fn pieces_are_joined_to_whole_frames() {
    let mut bench = Bench::new(Silence::Never);
    for at in [100, 110, 115, 118] {
        bench.run_to(at);
        bench.write(80);
        bench.pump();
    }
    assert_eq!(bench.times(), [118]);
    assert_eq!(bench.sent[0].1.len(), 3 + FRAME);
}

#[test]
fn half_a_sample_waits_for_its_other_half() {
    let mut bench = Bench::new(Silence::Never);
    bench.write(FRAME + 1);
    bench.run_to(300);
    assert_eq!(bench.payload().len(), FRAME);
    bench.write(1);
    bench.run_to(600);
    assert_eq!(bench.payload().len(), FRAME + 2);
}

#[test]
fn a_play_leaves_on_an_exact_grid_and_settles_when_its_last_frame_has_left() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    bench.play(1, 30_000 * FRAME + 10);
    bench.run_to(500 + 29_999 * 20);
    assert_eq!(bench.finished(), None);
    bench.run_to(700_000);
    let expected: Vec<u64> = (0..=30_000).map(|frame| 500 + frame * 20).collect();
    assert_eq!(bench.times(), expected);
    let finished = bench.finished().expect("settled");
    assert!(finished.completed);
    assert_eq!(finished.played, Duration::from_micros(600_000_625));
}

#[test]
fn the_first_play_of_a_call_begins_at_once_and_later_ones_keep_its_grid() {
    let mut bench = Bench::new(Silence::UntilAudio);
    bench.run_to(3);
    bench.play(1, 2 * FRAME);
    bench.run_to(30);
    bench.play(2, FRAME);
    bench.run_to(50);
    assert_eq!(bench.times(), [3, 23, 43]);
}

#[test]
fn after_a_stall_a_play_skips_what_is_over_two_frames_late_and_keeps_its_grid() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    bench.play(1, 100 * FRAME);
    bench.run_to(580);
    bench.stall_to(790);
    bench.run_to(900);
    assert_eq!(bench.times()[5..10], [790, 790, 800, 820, 840]);
    assert_eq!(bench.outbound.stats.late_frames, 8);
}

#[test]
fn after_a_stall_written_audio_is_kept_and_no_more_than_sixty_milliseconds_burst() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    bench.write(20 * FRAME);
    bench.run_to(520);
    bench.stall_to(1000);
    bench.run_to(2000);
    assert_eq!(bench.times()[4..8], [1000, 1000, 1000, 1020]);
    assert_eq!(bench.payload().len(), 20 * FRAME);
}

#[test]
fn a_play_and_what_is_written_are_mixed() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    bench.play(1, 3 * FRAME);
    bench.write(2 * FRAME);
    bench.run_to(700);
    assert_eq!(bench.times(), [500, 520, 540]);
    assert_eq!(bench.payload(), [vec![3; 2 * FRAME], vec![2; FRAME]].concat());
}

#[test]
fn a_second_play_replaces_the_first() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    bench.play(1, 10 * FRAME);
    bench.run_to(530);
    bench.play(2, FRAME);
    let first = bench.finished().expect("settled");
    assert_eq!((first.play, first.completed), (1, false));
    assert_eq!(first.played, Duration::from_millis(40));
    bench.run_to(800);
    assert_eq!(bench.times(), [500, 520, 540]);
    assert_eq!(bench.finished().map(|finished| finished.play), Some(2));
}

#[test]
fn an_empty_source_settles_at_once() {
    let mut bench = Bench::new(Silence::Never);
    bench.play(1, 0);
    assert!(bench.finished().is_some_and(|finished| finished.completed));
}

#[test]
fn a_source_that_runs_dry_is_counted_and_resumes_without_a_burst() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    bench.begin(Slot::Play, 1, 0);
    bench.outbound.handle_feed(bench.now, 1, &[2; 2 * FRAME]);
    bench.run_to(700);
    bench.outbound.handle_feed(bench.now, 1, &[2; 3 * FRAME]);
    bench.run_to(900);
    assert_eq!(bench.times(), [500, 520, 700, 720, 740]);
    assert_eq!(bench.outbound.stats.underruns, 1);
    assert_eq!(bench.outbound.stats.late_frames, 0);
}

#[test]
fn silence_is_sent_until_the_peer_is_heard() {
    let mut bench = Bench::new(Silence::UntilAudio);
    bench.run_to(70);
    assert_eq!(bench.times(), [20, 40, 60]);
    assert_eq!(bench.payload(), vec![0; 3 * FRAME]);
    bench.outbound.handle_heard(SampleRate::NARROWBAND);
    bench.run_to(500);
    assert_eq!(bench.sent.len(), 3);
}

#[test]
fn constant_silence_gives_way_to_sound_and_returns() {
    let mut bench = Bench::new(Silence::Always);
    bench.run_to(50);
    bench.write(2 * FRAME);
    bench.run_to(130);
    let sounds: Vec<u8> = bench.sent.iter().map(|(_, frame)| frame[3]).collect();
    assert_eq!(sounds, [0, 0, 1, 1, 0, 0]);
    assert_eq!(bench.times(), [20, 40, 50, 50, 100, 120]);
}

#[test]
fn a_writer_is_asked_to_wait_above_the_high_water_mark_and_told_when_to_go_on() {
    let mut bench = Bench::new(Silence::Never);
    assert_eq!(bench.outbound.handle_write(bench.now, &[1; 16_000]), Ok((16_000, false)));
    assert_eq!(bench.outbound.handle_write(bench.now, &[1; 2]), Ok((16_002, true)));
    bench.run_to(200);
    assert!(!bench.outbound.poll_drained());
    bench.run_to(700);
    assert!(bench.outbound.poll_drained());
    assert!(!bench.outbound.poll_drained());
}

#[test]
fn a_write_beyond_the_bound_is_refused_whole_and_loses_nothing() {
    let mut bench = Bench::new(Silence::Never);
    bench.write(160_000 - 2);
    assert_eq!(bench.outbound.handle_write(bench.now, &[1; 4]), Err(Full));
    bench.write(2);
    bench.run_to(20_000);
    assert_eq!(bench.payload().len(), 160_000);
}

#[test]
fn hanging_up_drops_what_has_not_left() {
    let mut bench = Bench::new(Silence::Never);
    bench.play(1, 10 * FRAME);
    bench.write(10 * FRAME);
    bench.run_to(30);
    let before = bench.sent.len();
    bench.outbound.handle_hangup(bench.now, false);
    bench.run_to(500);
    assert!(bench.over);
    assert_eq!(bench.sent[before..], [(30, vec![0, 0, 0])]);
    assert!(bench.finished().is_some_and(|finished| !finished.completed));
}

#[test]
fn hanging_up_after_draining_says_goodbye_when_the_last_frame_has_sounded() {
    let mut bench = Bench::new(Silence::UntilAudio);
    bench.run_to(10);
    bench.write(5 * FRAME + 100);
    bench.outbound.handle_hangup(bench.now, true);
    bench.outbound.handle_hangup(bench.now, true);
    bench.write(FRAME);
    bench.run_to(1000);
    assert!(bench.over);
    assert_eq!(bench.payload().len(), 5 * FRAME + 100);
    let (at, goodbye) = bench.sent.last().expect("sent");
    assert_eq!(goodbye, &[0, 0, 0]);
    assert_eq!(*at, 20 + 100 + 6);
}

#[test]
fn the_rate_of_the_peer_is_the_rate_that_leaves() {
    let mut bench = Bench::new(Silence::Never);
    let rate = SampleRate::from_hz(16_000).expect("a wire rate");
    bench.outbound.handle_heard(rate);
    bench.write(640);
    bench.run_to(100);
    assert_eq!(bench.sent[0].1[..3], [0x12, 2, 128]);
}

#[test]
fn a_client_sends_its_keys_at_once_and_ends_without_a_frame() {
    let mut bench = Bench::with(Role::Client, Silence::Never);
    let digit = Digit::new(b'7').expect("a digit");
    bench.outbound.handle_control(Frame::Dtmf(digit));
    bench.pump();
    assert_eq!(bench.sent, [(0, vec![0x03, 0, 1, b'7'])]);
    bench.outbound.handle_hangup(bench.now, false);
    bench.pump();
    assert!(bench.over);
    assert!(bench.sent[1].1.is_empty());
}

#[test]
fn the_slots_are_mixed_and_each_settles_for_itself() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    bench.play(1, 3 * FRAME);
    bench.play_in(Slot::Stream, 2, 2 * FRAME, 0);
    bench.write(FRAME);
    bench.run_to(700);
    assert_eq!(bench.times(), [500, 520, 540]);
    assert_eq!(bench.payload(), [[5; FRAME], [4; FRAME], [2; FRAME]].concat());
    assert_eq!(bench.finished().map(|finished| finished.play), Some(2));
    assert_eq!(bench.finished().map(|finished| finished.play), Some(1));
}

#[test]
fn what_joins_a_play_keeps_its_grid() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    bench.play(1, 5 * FRAME);
    bench.run_to(547);
    bench.play_in(Slot::Stream, 2, FRAME, 0);
    bench.run_to(700);
    assert_eq!(bench.times(), [500, 520, 540, 560, 580]);
    assert_eq!(bench.sent[3].1[3], 4);
    assert_eq!(bench.outbound.stats.underruns, 0);
}

#[test]
fn clearing_takes_effect_on_the_next_frame_however_much_is_queued() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    bench.play(1, 400 * FRAME);
    bench.write(400 * FRAME);
    bench.outbound.handle_mark(7);
    bench.run_to(605);
    bench.outbound.handle_clear();
    bench.run_to(2000);
    assert_eq!(bench.times(), [500, 520, 540, 560, 580, 600]);
    assert!(bench.finished().is_some_and(|finished| !finished.completed));
    assert_eq!(bench.outbound.poll_passed(), Some(Passed { mark: 7, cleared: true }));
    bench.write(FRAME);
    bench.run_to(2100);
    assert_eq!(bench.times().last(), Some(&2000));
}

#[test]
fn pausing_holds_everything_back_and_resuming_goes_on_without_loss_or_burst() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    bench.play(1, 4 * FRAME);
    bench.run_to(525);
    bench.outbound.handle_pause(bench.now, true);
    bench.write(FRAME);
    bench.run_to(1000);
    assert_eq!(bench.times(), [500, 520]);
    bench.outbound.handle_pause(bench.now, false);
    bench.run_to(1200);
    assert_eq!(bench.times(), [500, 520, 1000, 1020]);
    assert_eq!(bench.payload(), [[2; FRAME], [2; FRAME], [3; FRAME], [2; FRAME]].concat());
    assert_eq!(bench.outbound.stats.late_frames, 0);
}

#[test]
fn a_paused_call_can_be_kept_up_by_silence() {
    let mut bench = Bench::new(Silence::Always);
    bench.write(20 * FRAME);
    bench.outbound.handle_pause(bench.now, true);
    bench.run_to(100);
    assert_eq!(bench.payload(), vec![0; 5 * FRAME]);
}

#[test]
fn a_mark_is_passed_when_all_that_was_written_before_it_has_left() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    bench.outbound.handle_mark(1);
    assert_eq!(bench.passed(), Some(1));
    bench.write(10 * FRAME);
    bench.outbound.handle_mark(2);
    bench.write(FRAME);
    bench.outbound.handle_mark(3);
    bench.run_to(639);
    assert_eq!(bench.passed(), None);
    bench.run_to(640);
    assert_eq!(bench.passed(), Some(2));
    bench.run_to(660);
    assert_eq!(bench.passed(), Some(3));
}

#[test]
fn a_mark_does_not_wait_for_half_a_sample() {
    let mut bench = Bench::new(Silence::Never);
    bench.write(FRAME + 1);
    bench.outbound.handle_mark(1);
    bench.run_to(100);
    assert_eq!(bench.passed(), Some(1));
}

#[test]
fn a_mark_waits_for_what_plays_and_not_for_what_is_played_later() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    bench.play(1, 5 * FRAME);
    bench.outbound.handle_mark(1);
    bench.play_in(Slot::Stream, 2, 50 * FRAME, 0);
    bench.run_to(579);
    assert_eq!(bench.passed(), None);
    bench.run_to(580);
    assert_eq!(bench.passed(), Some(1));
}

#[test]
fn a_stopped_play_fades_out_and_settles_behind_its_fade() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    bench.play_in(Slot::Play, 1, 100 * FRAME, 40);
    bench.run_to(525);
    bench.outbound.handle_stop(1);
    assert_eq!(bench.finished(), None);
    bench.run_to(800);
    assert_eq!(bench.times(), [500, 520, 540, 560]);
    let payload = bench.payload();
    let sample = |at: usize| i16::from_le_bytes([payload[at], payload[at + 1]]);
    assert_eq!(sample(2 * FRAME), 0x0202);
    assert_eq!(sample(3 * FRAME), 0x0101);
    assert!(sample(4 * FRAME - 2) < 0x0010);
    let finished = bench.finished().expect("settled");
    assert!(!finished.completed);
    assert_eq!(finished.played, Duration::from_millis(80));
}

#[test]
fn stopping_all_ends_plays_and_leaves_what_was_written() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    bench.play(1, 100 * FRAME);
    bench.play_in(Slot::Stream, 2, 100 * FRAME, 0);
    bench.write(3 * FRAME);
    bench.run_to(505);
    bench.outbound.handle_stop_all();
    assert!(bench.finished().is_some() && bench.finished().is_some());
    bench.run_to(1000);
    assert_eq!(bench.payload(), [vec![5; FRAME], vec![1; 2 * FRAME]].concat());
}

#[test]
fn what_was_played_is_counted_without_silence() {
    let mut bench = Bench::new(Silence::Always);
    bench.run_to(500);
    bench.write(3 * FRAME);
    bench.play(1, 2 * FRAME);
    bench.run_to(1000);
    assert_eq!(bench.outbound.played(), Duration::from_millis(60));
}

fn rate(hz: u32) -> SampleRate {
    SampleRate::from_hz(hz).expect("a wire rate")
}

#[test]
fn an_app_that_keeps_its_rate_is_converted_to_the_wires_frame_by_frame() {
    for wire in SampleRate::all() {
        let app = rate(24_000);
        let mut bench = Bench::at(Role::Server, Silence::Never, Some(app));
        bench.outbound.handle_heard(wire);
        assert_eq!(bench.outbound.rate(), app);
        bench.run_to(500);
        bench.play(1, 10 * app.frame_bytes());
        bench.run_to(1000);
        let expected: Vec<u64> = (0..10).map(|frame| 500 + frame * 20).collect();
        assert_eq!(bench.times(), expected);
        for (_, frame) in &bench.sent {
            assert_eq!(frame[0], wire.kind());
            assert_eq!(frame.len(), 3 + wire.frame_bytes(), "{wire:?}");
        }
    }
}

#[test]
fn what_is_decoded_is_converted_when_the_calls_rate_turns_out_to_be_another() {
    let mut bench = Bench::new(Silence::Never);
    bench.run_to(500);
    let play = Play { play: 1, slot: Slot::Play, fade_out: Duration::ZERO, keeps_rate: true };
    bench.outbound.handle_play(play);
    bench.outbound.handle_feed(bench.now, 1, &[0; 10 * FRAME]);
    bench.run_to(510);
    bench.outbound.handle_heard(rate(16_000));
    bench.outbound.handle_feed(bench.now, 1, &[0; 10 * FRAME]);
    bench.outbound.handle_feed_end(1, None);
    bench.run_to(2000);
    assert_eq!(bench.sent[0].1.len(), 3 + FRAME);
    let finished = bench.finished().expect("settled");
    let off = finished.played.as_millis().abs_diff(400);
    assert!(off <= 5, "{finished:?}");
}

#[test]
fn an_app_with_a_rate_of_its_own_waits_a_moment_for_the_wires() {
    let mut bench = Bench::at(Role::Server, Silence::UntilAudio, Some(rate(24_000)));
    bench.write(960);
    bench.play(1, 3 * 960);
    bench.run_to(50);
    assert!(bench.payload().iter().all(|byte| *byte == 0));
    let silent = bench.sent.len();
    bench.outbound.handle_heard(SampleRate::NARROWBAND);
    bench.run_to(500);
    let kinds: Vec<u8> = bench.sent[silent..].iter().map(|(_, frame)| frame[0]).collect();
    assert_eq!(kinds, [0x10; 3]);
    assert_eq!(bench.outbound.stats.late_frames, 0);
}

#[test]
fn a_peer_that_says_nothing_is_spoken_to_after_that_moment() {
    let mut bench = Bench::at(Role::Server, Silence::Never, Some(rate(24_000)));
    bench.play(1, 3 * 960);
    bench.run_to(500);
    assert_eq!(bench.times(), [100, 120, 140]);
    assert!(bench.sent.iter().all(|(_, frame)| frame[0] == 0x13));
}
