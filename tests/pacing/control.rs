//! Silence, marks, pausing, clearing and hanging up.

use crate::support::{Bench, FRAME};
use callstreams::call::{Passed, Role, Silence, Slot};
use callstreams::protocol::{Digit, Frame, SampleRate};
use std::time::Duration;

#[test]
fn silence_is_sent_until_the_peer_is_heard() {
    let mut bench = Bench::new(Silence::UntilAudio);
    bench.run_to(70);
    assert_eq!(bench.times(), [20, 40, 60]);
    assert_eq!(bench.payload(), vec![0; 3 * FRAME]);
    bench.hear(SampleRate::NARROWBAND);
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
fn a_client_sends_its_keys_at_once_and_ends_without_a_frame() {
    let mut bench = Bench::with(Role::Client, Silence::Never);
    let digit = Digit::new(b'7').expect("a digit");
    bench.outbound.handle_control(Frame::Dtmf(digit)).expect("room");
    bench.pump();
    assert_eq!(bench.sent, [(0, vec![0x03, 0, 1, b'7'])]);
    bench.outbound.handle_hangup(bench.now, false);
    bench.pump();
    assert!(bench.over);
    assert!(bench.sent[1].1.is_empty());
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
fn a_peer_without_room_is_sent_nothing_not_even_silence_until_it_has_some() {
    let mut bench = Bench::new(Silence::Always);
    bench.run_to(15);
    bench.outbound.handle_hold(bench.now, true);
    bench.write(2 * FRAME);
    bench.run_to(500);
    assert_eq!(bench.times(), Vec::<u64>::new());
    bench.outbound.handle_hold(bench.now, false);
    bench.run_to(530);
    assert_eq!(bench.times(), [500, 500]);
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
fn what_was_played_is_counted_without_silence() {
    let mut bench = Bench::new(Silence::Always);
    bench.run_to(500);
    bench.write(3 * FRAME);
    bench.play(1, 2 * FRAME);
    bench.run_to(1000);
    assert_eq!(bench.outbound.played(), Duration::from_millis(60));
}

#[test]
fn a_call_that_drains_waits_five_seconds_for_a_peer_without_room() {
    for room_again_at in [None, Some(4000)] {
        let mut bench = Bench::new(Silence::Never);
        bench.play(1, 10 * FRAME);
        bench.outbound.handle_hold(bench.now, true);
        bench.run_to(1000);
        bench.outbound.handle_hangup(bench.now, true);
        if let Some(at) = room_again_at {
            bench.run_to(at);
            bench.outbound.handle_hold(bench.now, false);
        }
        bench.run_to(5999);
        assert_eq!(bench.over, room_again_at.is_some());
        bench.run_to(6000);
        assert!(bench.over);
        let finished = bench.finished().expect("settled");
        assert_eq!(finished.completed, room_again_at.is_some());
    }
}

#[test]
fn a_call_that_drains_gives_up_on_a_transport_that_takes_nothing() {
    let mut bench = Bench::new(Silence::Never);
    bench.outbound.handle_blocked(bench.now, true);
    bench.play(1, 10 * FRAME);
    bench.run_to(1000);
    bench.outbound.handle_hangup(bench.now, true);
    bench.outbound.handle_blocked(bench.now, false);
    bench.outbound.handle_blocked(bench.now, true);
    let ends = bench.outbound.drain_ends().expect("a bound");
    assert_eq!(ends - bench.now, std::time::Duration::from_secs(5));
    assert!(!bench.outbound.is_hung_up(ends - std::time::Duration::from_nanos(1)));
    assert!(bench.outbound.is_hung_up(ends));
}

#[test]
fn a_thousand_keys_wait_for_a_transport_that_takes_nothing_and_no_more() {
    let mut bench = Bench::new(Silence::Never);
    let digit = Digit::new(b'1').expect("a digit");
    let taken = (0..5000).filter(|_| bench.outbound.handle_control(Frame::Dtmf(digit)).is_ok());
    assert_eq!(taken.count(), 1024);
    bench.run_to(20);
    assert_eq!(bench.sent[0].1.len(), 4096);
    assert!(bench.outbound.handle_control(Frame::Dtmf(digit)).is_ok());
}

#[test]
fn of_marks_that_never_pass_the_oldest_are_told_as_cleared() {
    let mut bench = Bench::new(Silence::Never);
    bench.write(FRAME);
    (0..1030).for_each(|mark| bench.outbound.handle_mark(mark));
    let cleared = std::iter::from_fn(|| bench.outbound.poll_passed());
    let cleared: Vec<u32> = cleared.map(|passed| passed.mark).collect();
    assert_eq!(cleared, [0, 1, 2, 3, 4, 5]);
}
