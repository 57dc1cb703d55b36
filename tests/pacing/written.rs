//! What is written.

use crate::support::{Bench, FRAME};
use callstreams::call::{Full, Silence};

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
fn a_write_beyond_the_bound_is_refused_whole_and_loses_nothing() {
    let mut bench = Bench::new(Silence::Never);
    bench.write(160_000 - 2);
    assert_eq!(bench.outbound.handle_write(bench.now, &[1; 4]), Err(Full));
    bench.write(2);
    bench.run_to(20_000);
    assert_eq!(bench.payload().len(), 160_000);
}
