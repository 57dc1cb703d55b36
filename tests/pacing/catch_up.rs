//! Making up for a stall.

use callstreams::call::Silence;

use crate::support::{Bench, FRAME};

/// A call whose peer is echoed to for `ms`, a frame each 20 ms, from `from` on.
fn echo(bench: &mut Bench, from: u64, ms: u64) {
    for at in (from..from + ms).step_by(20) {
        bench.run_to(at);
        bench.write(FRAME);
    }
    bench.run_to(from + ms);
}

#[test]
fn an_echo_that_was_held_up_is_as_soon_as_before_some_seconds_later() {
    let mut bench = Bench::new(Silence::Never);
    echo(&mut bench, 0, 1000);
    bench.stall_to(1200);
    bench.write(10 * FRAME);
    echo(&mut bench, 1200, 10_000);
    let frames = bench.times().len();
    assert_eq!(frames, 560, "nothing waits any more, and nothing was left out");
    let on_time = bench.times().iter().rev().take(50).all(|at| at % 20 == 0);
    assert!(on_time, "each leaves as it is written");
}

#[test]
fn no_part_of_a_frame_is_held_back_for_good() {
    let mut bench = Bench::new(Silence::Never);
    echo(&mut bench, 0, 1000);
    bench.stall_to(1075);
    bench.write(3 * FRAME);
    echo(&mut bench, 1080, 80);
    let late = |bench: &Bench| bench.times().iter().rev().take(3).all(|at| at % 20 != 0);
    assert!(late(&bench), "the stall is longer than what may leave at once");
    echo(&mut bench, 1160, 2000);
    let on_time = bench.times().iter().rev().take(20).all(|at| at % 20 == 0);
    assert!(on_time);
}

#[test]
fn a_writer_who_is_a_little_early_now_and_then_does_not_wait_for_good_after_a_stall() {
    let mut bench = Bench::new(Silence::Never);
    echo(&mut bench, 0, 1000);
    bench.stall_to(1061);
    bench.write(3 * FRAME);
    let written: Vec<u64> = (0..100).map(|frame| 1081 + 20 * frame - frame % 2).collect();
    for at in &written {
        bench.run_to(*at);
        bench.write(FRAME);
    }
    bench.run_to(3200);
    assert_eq!(bench.times()[bench.times().len() - 50..], written[50..]);
}

#[test]
fn where_stalls_go_on_half_of_what_is_written_waits_a_frame_at_most() {
    let mut bench = Bench::new(Silence::Never);
    let mut written = Vec::new();
    for (count, stall) in [10, 80, 35, 100, 5, 60, 20, 90].into_iter().cycle().take(80).enumerate()
    {
        let begin = 300 * count as u64;
        for at in (begin..begin + 300).step_by(20).map(|at| at.max(begin + stall)) {
            bench.run_to(at);
            bench.write(FRAME);
            written.push(at);
        }
    }
    bench.run_to(25_000);
    let mut waits: Vec<u64> =
        bench.times().iter().zip(&written).map(|(left, written)| left - written).collect();
    waits.sort_unstable();
    assert_eq!(waits.len(), written.len());
    assert!(waits[waits.len() / 2] <= 20, "{} ms", waits[waits.len() / 2]);
}

#[test]
fn what_a_peer_said_before_its_call_was_taken_holds_nothing_up_for_good() {
    let echo_of = |backlog: usize| {
        let mut bench = Bench::new(Silence::Never);
        bench.outbound.handle_backlog(backlog);
        bench.write(10 * FRAME);
        echo(&mut bench, 20, 5000);
        bench.times().iter().rev().take(50).all(|at| at % 20 == 0) && bench.times().len() == 260
    };
    assert!(echo_of(10 * FRAME));
    assert!(!echo_of(0), "what was written ahead of time is to wait");
}

#[test]
fn silence_before_the_first_word_holds_nothing_up_for_good() {
    let mut bench = Bench::new(Silence::UntilAudio);
    bench.run_to(100);
    bench.write(8 * FRAME);
    echo(&mut bench, 120, 5000);
    assert_eq!(bench.outbound.queued_bytes(), 0);
    let mut seconds = Bench::new(Silence::Always);
    seconds.run_to(2000);
    seconds.write(10 * FRAME);
    echo(&mut seconds, 2020, 5000);
    assert_eq!(seconds.sent.len(), 353, "what was written ahead of time waits: that was a pause");
}

#[test]
fn what_is_caught_up_with_leaves_a_frame_sooner_each_eighth_of_a_second() {
    let mut bench = Bench::new(Silence::Never);
    echo(&mut bench, 0, 1000);
    bench.stall_to(1200);
    bench.write(10 * FRAME);
    echo(&mut bench, 1200, 3000);
    let in_second =
        |from: u64| bench.times().iter().filter(|at| (from..from + 1000).contains(at)).count();
    assert_eq!((in_second(1300), in_second(3000)), (58, 50));
}

#[test]
fn a_passage_in_one_piece_is_never_hurried_whatever_came_before() {
    let mut bench = Bench::new(Silence::Never);
    echo(&mut bench, 0, 1000);
    bench.run_to(1500);
    bench.write(200 * FRAME);
    bench.run_to(6000);
    let times = bench.times();
    assert_eq!(times[53..250].windows(2).filter(|two| two[1] - two[0] != 20).count(), 0);
}
