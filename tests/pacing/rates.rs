//! An app and a wire with rates of their own.

use crate::support::{Bench, FRAME};
use callstreams::call::{Play, Role, Silence, Slot};
use callstreams::protocol::SampleRate;
use std::time::Duration;

#[test]
fn the_rate_of_the_peer_is_the_rate_that_leaves() {
    let mut bench = Bench::new(Silence::Never);
    let rate = SampleRate::from_hz(16_000).expect("a wire rate");
    bench.hear(rate);
    bench.write(640);
    bench.run_to(100);
    assert_eq!(bench.sent[0].1[..3], [0x12, 2, 128]);
}

fn rate(hz: u32) -> SampleRate {
    SampleRate::from_hz(hz).expect("a wire rate")
}

#[test]
fn an_app_that_keeps_its_rate_is_converted_to_the_wires_frame_by_frame() {
    for wire in SampleRate::all() {
        let app = rate(24_000);
        let mut bench = Bench::at(Role::Server, Silence::Never, Some(app));
        bench.hear(wire);
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
    bench.hear(rate(16_000));
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
    bench.hear(SampleRate::NARROWBAND);
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

/// Every pair of rates, and tails of one to nine samples behind a frame.
#[test]
fn no_frame_without_samples_leaves_whatever_is_left_of_it_at_the_wires_rate() {
    for app in SampleRate::all() {
        for wire in SampleRate::all() {
            for tail in 1..10 {
                let mut bench = Bench::at(Role::Server, Silence::Never, Some(app));
                bench.hear(wire);
                bench.write(app.frame_bytes() + 2 * tail);
                bench.run_to(500);
                bench.play(1, app.frame_bytes() + 2 * tail);
                bench.run_to(1000);
                assert!(bench.finished().expect("settled").completed);
                let empty = bench.sent.iter().filter(|(_, frame)| frame.len() < 5).count();
                assert_eq!(empty, 0, "{app:?} to {wire:?}, {tail} samples");
            }
        }
    }
}

#[test]
fn a_peer_that_changes_its_rate_all_the_time_is_told_apart_and_costs_nothing_more() {
    let mut bench = Bench::new(Silence::Never);
    let rates = [SampleRate::NARROWBAND, rate(192_000)];
    let refused = (0..1000)
        .filter(|flip| bench.outbound.handle_wire_rate(bench.now, rates[flip % 2]).is_err())
        .count();
    assert!(refused > 400, "{refused}");
    bench.run_to(1000);
    bench.hear(rates[0]);
    bench.hear(rates[1]);
}
