//! Where frames end up in a recording.

use std::f64::consts::TAU;
use std::time::Duration;

use callstreams::align::{Aligner, Side, Sides, resample};
use callstreams::protocol::SampleRate;

use crate::support::{FRAME, OpenFile, delays, ms, pcm, runs, samples, stamped, tone};

const TEN_MINUTES: u64 = 600_000;

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % below
    }
}

/// Frames of one side: when each comes, in milliseconds, and when it was spoken. In order.
type Arrivals = Vec<(f64, u64)>;

fn arrivals(until_ms: u64, mut delay: impl FnMut(u64) -> f64) -> Arrivals {
    let mut last = 0.0_f64;
    let frames = (0..until_ms).step_by(20);
    frames
        .map(|spoken| {
            last = last.max(spoken as f64 + delay(spoken));
            (last, spoken)
        })
        .collect()
}

/// Records both sides in stereo. Gives the delay of each sample of the caller, and of the app.
fn record(caller: &Arrivals, app: &Arrivals, end_ms: u64) -> [Vec<Option<f64>>; 2] {
    let mut all: Vec<_> = caller.iter().map(|frame| (Side::Caller, frame)).collect();
    all.extend(app.iter().map(|frame| (Side::App, frame)));
    all.sort_by(|(_, a), (_, b)| a.0.total_cmp(&b.0));
    let mut tape = OpenFile::new(Sides::Both);
    for (side, (came, spoken)) in all {
        let came = Duration::from_secs_f64(came / 1000.0);
        tape.frame(came.min(ms(end_ms)), side, &stamped(*spoken));
    }
    let mut out = tape.end(ms(end_ms));
    let length = out.len() as u64 / 16;
    assert!((end_ms..=end_ms + 20).contains(&length), "the recording is as long as the call");
    out.truncate(end_ms as usize * 16);
    let channel = |side: usize| delays(out.iter().skip(side).step_by(2).copied());
    [channel(0), channel(1)]
}

fn after_ms(delays: &[Option<f64>], ms: usize) -> &[Option<f64>] {
    &delays[ms * 8..]
}

/// Nothing is missing, and all is within so many milliseconds of a delay.
#[track_caller]
fn assert_whole(delays: &[Option<f64>], delay: f64, within: f64) {
    let worst = delays.iter().map(|late| (late.expect("a hole") - delay).abs());
    let worst = worst.fold(0.0, f64::max);
    assert!(worst <= within, "{worst} ms off");
}

#[test]
fn ten_minutes_of_jitter_leave_both_sides_within_a_frame_and_whole() {
    let mut dice = Dice(1);
    let (mut sent_again, mut losses) = (0, 0);
    // Any may be 50 ms late; one in a hundred is lost, and what follows waits until it is sent again.
    let caller = arrivals(TEN_MINUTES, |spoken| {
        let lost = spoken > sent_again + 1000 && dice.roll(100) == 0;
        if lost {
            (sent_again, losses) = (spoken + 300, losses + 1);
        }
        dice.roll(50) as f64 + if lost { 300.0 } else { 0.0 }
    });
    let app = arrivals(TEN_MINUTES, |_| dice.roll(3) as f64);
    let [caller, app] = record(&caller, &app, TEN_MINUTES);
    assert!(losses > 100);
    assert_whole(&caller, 0.0, 20.0);
    assert_whole(after_ms(&app, 20), 0.0, 20.0);
}

#[test]
fn of_a_peer_whose_clock_is_off_every_sample_is_there_and_no_more_silence_than_its_clock_is_off() {
    const THREE_MINUTES: u64 = 180_000;
    for off in [-0.001, 0.001] {
        let caller = arrivals(THREE_MINUTES, |spoken| spoken as f64 * off);
        let mut tape = OpenFile::new(Sides::Caller);
        for (came, spoken) in &caller {
            let came = Duration::from_secs_f64(came.max(0.0) / 1000.0);
            assert!(tape.frame(came, Side::Caller, &stamped(*spoken)));
        }
        let out = tape.end(ms(THREE_MINUTES));
        let silence = out.iter().filter(|sample| **sample == 0).count();
        assert_eq!(out.len() - silence, caller.len() * FRAME);
        assert!(silence <= (180 + 60) * 8, "{silence} samples of silence");
    }
}

#[test]
fn what_the_network_held_up_for_a_third_of_a_second_falls_into_its_place() {
    let stalled = |spoken: u64| if (3000..3340).contains(&spoken) { 3340 - spoken } else { 0 };
    let caller = arrivals(10_000, |spoken| stalled(spoken) as f64);
    let [caller, _] = record(&caller, &Vec::new(), 10_000);
    assert_whole(&caller, 0.0, 20.0);
}

#[test]
fn what_comes_two_seconds_late_goes_behind_what_is_out_and_the_sides_silence_brings_it_back() {
    let stalled = |spoken: u64| if (3000..5000).contains(&spoken) { 5000 - spoken } else { 0 };
    let caller = arrivals(20_000, |spoken| stalled(spoken) as f64);
    let caller: Vec<_> =
        caller.into_iter().filter(|(_, spoken)| !(8000..11_000).contains(spoken)).collect();
    let app = arrivals(20_000, |_| 0.0);
    let spoken = caller.len() * FRAME;
    let [caller, app] = record(&caller, &app, 20_000);
    assert_eq!(caller.iter().flatten().count(), spoken, "every sample is there");
    assert_whole(after_ms(&caller, 11_000), 0.0, 0.0);
    assert_whole(&app, 0.0, 0.0);
}

#[test]
fn a_side_that_is_late_goes_on_in_time_as_soon_as_the_other_is_silent() {
    let mut tape = OpenFile::new(Sides::Both).with_look_ahead(ms(60));
    for at in (0..1000).step_by(20) {
        tape.frame(ms(at), Side::Caller, &tone(1, FRAME));
    }
    // What was held up for 600 ms.
    for _ in 0..30 {
        tape.frame(ms(1600), Side::Caller, &tone(2, FRAME));
    }
    for at in (1620..2000).step_by(20) {
        tape.frame(ms(at), Side::Caller, &tone(3, FRAME));
        tape.frame(ms(at), Side::App, &tone(4, FRAME));
    }
    let out = tape.end(ms(2000));
    let pairs: Vec<_> = out.chunks(2).map(|pair| (pair[0], pair[1])).collect();
    assert_eq!(pairs.iter().filter(|(caller, _)| *caller == 2).count(), 30 * FRAME);
    let together = pairs.iter().filter(|pair| **pair == (3, 4)).count();
    assert!(together >= 17 * FRAME, "{together} samples of both are together again");
}

#[test]
fn a_pause_of_a_side_is_silence_as_long_as_it_was() {
    let mut tape = OpenFile::new(Sides::Caller);
    for at in [0, 20, 1040, 1060] {
        assert!(tape.frame(ms(at), Side::Caller, &tone(7, FRAME)));
    }
    assert_eq!(runs(&tape.end(ms(1100))), [(7, 320), (0, 8000), (7, 320), (0, 160)]);
}

#[test]
fn frames_that_are_late_by_no_more_than_jitter_are_not_torn_apart() {
    let mut tape = OpenFile::new(Sides::Caller);
    for at in [0, 75, 75, 118, 80, 100, 120] {
        assert!(tape.frame(ms(at), Side::Caller, &tone(7, FRAME)));
    }
    assert_eq!(runs(&tape.end(ms(140))), [(7, 1120)]);
}

#[test]
fn frames_that_the_app_sends_ahead_follow_each_other_bit_by_bit() {
    let mut tape = OpenFile::new(Sides::App);
    let frame = |index: u64| (0..160).map(|n| (index * 160 + n) as i16).collect::<Vec<_>>();
    for index in 0..200_u64 {
        let sent = (index * 20).saturating_sub(40);
        assert!(tape.frame(ms(sent), Side::App, &pcm(&frame(index))));
    }
    let expected: Vec<_> = (0..32_000).map(|n| n as i16).collect();
    assert!(tape.end(ms(4000)) == expected);
}

#[test]
fn what_the_app_sends_ahead_after_a_silence_begins_when_it_was_sent() {
    let mut tape = OpenFile::new(Sides::App);
    for sent in [1000, 1000, 1000, 1020, 1040] {
        assert!(tape.frame(ms(sent), Side::App, &tone(7, FRAME)));
    }
    assert_eq!(runs(&tape.end(ms(1100))), [(0, 8000), (7, 800)]);
}

#[test]
fn a_run_that_began_late_is_put_where_its_most_punctual_frame_belongs() {
    let mut tape = OpenFile::new(Sides::Caller);
    for came in [1050, 1060, 1060, 1060, 1080] {
        assert!(tape.frame(ms(came), Side::Caller, &tone(7, FRAME)));
    }
    assert_eq!(runs(&tape.end(ms(1100))), [(0, 8000), (7, 800)]);
}

#[test]
fn a_frame_that_was_lost_is_silence_whatever_comes_after_it() {
    let mut tape = OpenFile::new(Sides::Caller);
    tape.frame(ms(0), Side::Caller, &tone(7, FRAME));
    tape.aligner.handle_loss(Side::Caller);
    for came in [40, 55, 80] {
        tape.frame(ms(came), Side::Caller, &tone(7, FRAME));
    }
    assert_eq!(runs(&tape.end(ms(100))), [(7, 160), (0, 160), (7, 480)]);
}

#[test]
fn more_audio_than_time_makes_the_recording_longer() {
    let mut tape = OpenFile::new(Sides::Caller);
    assert!((0..500).all(|_| tape.frame(ms(1000), Side::Caller, &tone(7, FRAME))));
    assert_eq!(runs(&tape.end(ms(1020)))[..], [(0, 600 * 8), (7, 500 * FRAME)]);
}

#[test]
fn a_side_that_never_speaks_is_silence() {
    let caller = arrivals(5000, |_| 0.0);
    let [caller, app] = record(&caller, &Vec::new(), 5000);
    assert_whole(&caller, 0.0, 0.0);
    assert!(app.iter().all(Option::is_none));
}

#[test]
fn a_call_in_which_nothing_is_heard_is_as_long_as_it_was() {
    assert_eq!(runs(&OpenFile::new(Sides::Both).end(ms(12_345))), [(0, 12_345 * 8 * 2)]);
}

#[test]
fn the_caller_is_left_and_the_app_right_and_a_mix_saturates() {
    let record = |sides| {
        let mut tape = OpenFile::new(sides);
        tape.frame(ms(0), Side::Caller, &pcm(&[1, 20_000, -20_000]));
        tape.frame(ms(0), Side::App, &pcm(&[2, 20_000, -20_000]));
        let mut out = tape.end(ms(1));
        out.truncate(6);
        out
    };
    assert_eq!(record(Sides::Both), [1, 2, 20_000, 20_000, -20_000, -20_000]);
    assert_eq!(record(Sides::Mix)[..3], [3, i16::MAX, i16::MIN]);
    assert_eq!(record(Sides::Caller)[..3], [1, 20_000, -20_000]);
    assert_eq!(record(Sides::App)[..3], [2, 20_000, -20_000]);
}

#[test]
fn a_rate_that_changes_in_mid_call_moves_nothing() {
    let mut tape = OpenFile::new(Sides::Caller);
    let wideband = SampleRate::from_hz(16_000).unwrap();
    for frame in 0..150 {
        let (at, value) = (ms(frame * 20), (frame / 50) as i16 + 1);
        tape.poll(at);
        let (rate, length) =
            if value == 2 { (wideband, 320) } else { (SampleRate::NARROWBAND, 160) };
        tape.aligner.handle_frame(at, Side::Caller, rate, &tone(value, length));
    }
    assert_eq!(runs(&tape.end(ms(3000))), [(1, 8000), (2, 8000), (3, 8000)]);
}

#[test]
fn resampled_audio_is_where_it_would_be_without() {
    let wideband = SampleRate::from_hz(16_000).unwrap();
    let mut aligner = Aligner::new(Sides::Both, wideband, resample);
    let mut out = Vec::new();
    let sine = |hz: f64, n: usize| (8000.0 * (n as f64 * 1000.0 * TAU / hz).sin()).round() as i16;
    for frame in 0..50 {
        let at = ms(frame as u64 * 20);
        out.extend_from_slice(aligner.poll_output(at));
        let narrow: Vec<_> = (0..160).map(|n| sine(8000.0, frame * 160 + n)).collect();
        let wide: Vec<_> = (0..320).map(|n| sine(16_000.0, frame * 320 + n)).collect();
        assert!(aligner.handle_frame(at, Side::Caller, SampleRate::NARROWBAND, &pcm(&narrow)));
        assert!(aligner.handle_frame(at, Side::App, wideband, &pcm(&wide)));
    }
    out.extend_from_slice(aligner.poll_output(ms(1000)));
    let out = samples(&out);
    assert_eq!(out.len(), 600 * 16 * 2);
    // But for where the tone sets in.
    let off = out[1600..].chunks(2).map(|pair| (pair[0] - pair[1]).abs()).max();
    assert!(off < Some(20), "{off:?} of 8000 off");
}

#[test]
fn what_a_converter_holds_back_is_heard_before_the_silence_that_follows() {
    let wideband = SampleRate::from_hz(16_000).unwrap();
    let mut tape = OpenFile::new(Sides::Caller);
    for (at, value) in [(0, 7), (20, 7), (1000, 8)] {
        tape.poll(ms(at));
        tape.aligner.handle_frame(ms(at), Side::Caller, wideband, &tone(value, 320));
    }
    assert_eq!(runs(&tape.end(ms(1020))), [(7, 320), (0, 7680), (8, 160)]);
}

#[test]
fn an_interruption_comes_after_all_that_came_before_it() {
    let mut tape = OpenFile::new(Sides::Both);
    tape.frame(ms(0), Side::Caller, &tone(1, 800));
    tape.frame(ms(0), Side::App, &tone(2, 80));
    tape.pause(ms(20));
    tape.frame(ms(30), Side::Caller, &tone(3, 80));
    let out = tape.end(ms(40));
    let (left, right): (Vec<_>, Vec<_>) = out.chunks(2).map(|pair| (pair[0], pair[1])).unzip();
    assert_eq!(runs(&left), [(1, 800), (0, 80), (3, 80)]);
    assert_eq!(runs(&right), [(2, 80), (0, 880)]);
}

#[test]
fn what_is_a_look_ahead_old_is_out() {
    let mut tape = OpenFile::new(Sides::Caller);
    tape.frame(ms(0), Side::Caller, &tone(7, 8000));
    tape.poll(ms(400));
    assert!(tape.out.is_empty());
    tape.poll(ms(700));
    assert_eq!(runs(&samples(&tape.out)), [(7, 2400)]);
}
