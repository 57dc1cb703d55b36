//! Plays.

use crate::support::{Bench, FRAME};
use callstreams::call::{Silence, Slot};
use std::time::Duration;

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
