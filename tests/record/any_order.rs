//! Whatever comes, whenever: a recording is as long as its time, or as what came in it.

use callstreams::align::{Side, Sides};
use callstreams::protocol::SampleRate;
use proptest::prelude::*;

use crate::support::{FRAME, OpenFile, ms, pcm, samples};

#[derive(Clone, Debug)]
enum Step {
    /// Milliseconds later, or earlier.
    Wait(i64),
    Frame(Side, SampleRate, Vec<u8>),
    Loss(Side),
    Break,
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Caller), Just(Side::App)]
}

fn step() -> impl Strategy<Value = Step> {
    let rate = prop::sample::select(SampleRate::all().collect::<Vec<_>>());
    let pcm = prop_oneof![
        4 => Just(vec![1; 320]),
        1 => prop::collection::vec(any::<u8>(), 0..2000),
        1 => (0..20_000_usize).prop_map(|length| vec![1; length]),
    ];
    prop_oneof![
        4 => (0..40_i64).prop_map(Step::Wait),
        1 => (-500..2000_i64).prop_map(Step::Wait),
        8 => (side(), rate, pcm).prop_map(|(side, rate, pcm)| Step::Frame(side, rate, pcm)),
        1 => side().prop_map(Step::Loss),
        1 => Just(Step::Break),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_recording_is_as_long_as_its_time_or_as_what_came_in_it(
        steps in prop::collection::vec(step(), 0..200),
        sides in prop::sample::select(vec![Sides::Caller, Sides::App, Sides::Both, Sides::Mix]),
    ) {
        let mut tape = OpenFile::new(sides);
        let (mut now, mut latest, mut came_ms) = (0_i64, 0, 0.0);
        for step in steps {
            match step {
                Step::Wait(by) => now = (now + by).max(0),
                Step::Frame(side, rate, pcm) => {
                    tape.poll(ms(now as u64));
                    came_ms += rate.duration_of(pcm.len()).as_secs_f64() * 1000.0 + 1.0;
                    tape.aligner.handle_frame(ms(now as u64), side, rate, &pcm);
                }
                Step::Loss(side) => tape.aligner.handle_loss(side),
                Step::Break => tape.pause(ms(now as u64)),
            }
            latest = latest.max(now);
        }
        let out = tape.end(ms(latest as u64));
        let length = out.len() as f64 / 8.0 / f64::from(sides.channels());
        prop_assert!(length >= latest as f64);
        prop_assert!(length <= latest as f64 + came_ms, "{} ms in {} ms", length, latest);
    }

    #[test]
    fn every_sample_is_there_once_and_in_order_however_the_network_delivers_it(
        caller in arrivals(),
        app in arrivals(),
        sides in prop::sample::select(vec![Sides::Caller, Sides::Both]),
        look_ahead in prop::sample::select(vec![60, 400]),
    ) {
        let mut tape = OpenFile::new(sides).with_look_ahead(ms(look_ahead));
        let mut all: Vec<_> = caller.iter().map(|at| (*at, Side::Caller)).collect();
        all.extend(app.iter().map(|at| (*at, Side::App)));
        all.sort_by_key(|(at, _)| *at);
        let mut counts = [0_u64; 2];
        for (at, side) in all {
            let index = &mut counts[side as usize];
            prop_assert!(tape.frame(ms(at), side, &numbered(*index)));
            *index += 1;
        }
        let end = caller.iter().chain(&app).max().map_or(0, |at| at + 20);
        let out = tape.end(ms(end));
        let channels = usize::from(sides.channels());
        for (channel, frames) in [&caller, &app].into_iter().enumerate().take(channels) {
            let heard = out.iter().skip(channel).step_by(channels).filter(|sample| **sample != 0);
            let spoken = (0..frames.len() as u64).flat_map(|index| samples(&numbered(index)));
            prop_assert!(heard.copied().eq(spoken), "side {} is not what came", channel);
        }
    }
}

/// When frames that were spoken every 20 ms come: on time, or held up for so long and then all at once.
fn arrivals() -> impl Strategy<Value = Vec<u64>> {
    let jitter = prop_oneof![8 => 0..40_u64, 1 => 200..1500_u64];
    let pause = prop_oneof![20 => Just(0), 1 => 100..2000_u64];
    prop::collection::vec((jitter, pause), 0..200).prop_map(|frames| {
        let (mut last, mut spoken) = (0, 0);
        let arrive = |(delay, pause): (u64, u64)| {
            spoken += 20 + pause;
            last = u64::max(last, spoken + delay);
            last
        };
        frames.into_iter().map(arrive).collect()
    })
}

/// A frame that says which it is: no sample of it is silence.
fn numbered(index: u64) -> Vec<u8> {
    pcm(&(0..FRAME as u64).map(|n| ((index * 160 + n) % 30_000 + 1) as i16).collect::<Vec<_>>())
}
