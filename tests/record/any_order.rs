//! Whatever comes, whenever: a recording is as long as its time.

use callstreams::protocol::SampleRate;
use callstreams::record::{Side, Sides};
use proptest::prelude::*;

use crate::support::{OpenFile, ms};

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
    fn a_recording_is_as_long_as_its_time(
        steps in prop::collection::vec(step(), 0..200),
        sides in prop::sample::select(vec![Sides::Caller, Sides::App, Sides::Both, Sides::Mix]),
    ) {
        let mut tape = OpenFile::new(sides);
        let (mut now, mut latest) = (0_i64, 0);
        for step in steps {
            match step {
                Step::Wait(by) => now = (now + by).max(0),
                Step::Frame(side, rate, pcm) => {
                    tape.poll(ms(now as u64));
                    tape.aligner.handle_frame(ms(now as u64), side, rate, &pcm);
                }
                Step::Loss(side) => tape.aligner.handle_loss(side),
                Step::Break => tape.pause(ms(now as u64)),
            }
            latest = latest.max(now);
            let length = tape.out.len() / 16 / usize::from(sides.channels());
            prop_assert!(length as i64 <= latest);
        }
        let out = tape.end(ms(latest as u64));
        prop_assert_eq!(out.len(), latest as usize * 8 * usize::from(sides.channels()));
    }
}
