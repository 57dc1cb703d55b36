//! What holds for a call whatever happens to it, in whatever order, on invented time.

mod simulator;

use std::collections::HashMap;
use std::time::Duration;

use callstreams::call::{Role, Silence};
use callstreams::protocol::SampleRate;
use proptest::collection::vec;
use proptest::prelude::*;

use simulator::{Setup, Simulator, Step};

/// How much more audio than real time has room for a peer is ever sent.
const MOST_AHEAD: Duration = Duration::from_millis(60);

/// The longest that a hang-up waits for a peer that has no room, behind the last that moved.
const DRAIN_STALL: Duration = Duration::from_secs(5);

fn rates() -> impl Strategy<Value = SampleRate> {
    prop::sample::select(SampleRate::all().collect::<Vec<_>>())
}

fn setups() -> impl Strategy<Value = Setup> {
    let silences = prop::sample::select(vec![Silence::UntilAudio, Silence::Always, Silence::Never]);
    let roles = prop::sample::select(vec![Role::Server, Role::Client]);
    (roles, silences, prop::option::of(rates())).prop_map(|(role, silence, app)| Setup {
        role,
        silence,
        app,
    })
}

fn steps() -> impl Strategy<Value = Step> {
    let slots = 0..3_usize;
    prop_oneof![
        4 => prop_oneof![0..2000_usize, 1..12_usize].prop_map(Step::Write),
        2 => (slots, any::<bool>(), 0..100_u64)
            .prop_map(|(slot, keeps_rate, fade)| Step::Play { slot, keeps_rate, fade }),
        4 => (0..9_usize, prop_oneof![0..5000_usize, 1..12_usize]).prop_map(|(play, bytes)| Step::Feed { play, bytes }),
        2 => (0..9_usize).prop_map(Step::FeedEnd),
        1 => (0..9_usize).prop_map(Step::Stop),
        1 => Just(Step::StopAll),
        1 => Just(Step::Clear),
        2 => Just(Step::Mark),
        1 => Just(Step::Dtmf),
        1 => any::<bool>().prop_map(Step::Pause),
        1 => any::<bool>().prop_map(Step::Hold),
        1 => any::<bool>().prop_map(Step::Block),
        1 => rates().prop_map(Step::WireRate),
        1 => rates().prop_map(Step::AppRate),
        6 => (0..120_u64).prop_map(Step::Run),
        1 => (0..900_u64).prop_map(Step::Stall),
        1 => prop_oneof![Just(Step::Run(1)), any::<bool>().prop_map(Step::Hangup)],
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_frame_has_whole_samples_of_a_rate_and_nothing_follows_the_last(
        setup in setups(), steps in vec(steps(), 1..80)
    ) {
        let mut call = Simulator::new(setup);
        steps.iter().for_each(|step| call.run(step));
        for frame in &call.audio {
            prop_assert!(frame.bytes > 0 && frame.bytes % 2 == 0, "{frame:?}");
            // A converter may give a sample more now and then.
            prop_assert!(frame.bytes <= frame.rate.frame_bytes() + 2, "{frame:?}");
        }
        prop_assert!(!call.sent_after_goodbye);
    }

    #[test]
    fn a_peer_is_never_sent_more_than_real_time_and_the_lead(
        setup in setups(), steps in vec(steps(), 1..80)
    ) {
        let mut call = Simulator::new(setup);
        let mut sent = Duration::ZERO;
        let mut seen = 0;
        for step in &steps {
            call.run(step);
            for frame in &call.audio[seen..] {
                sent += frame.rate.duration_of(frame.bytes);
                let elapsed = frame.at - call.start;
                prop_assert!(sent <= elapsed + MOST_AHEAD, "{sent:?} in {elapsed:?}");
            }
            seen = call.audio.len();
        }
    }

    #[test]
    fn nothing_that_is_due_is_left_behind(setup in setups(), steps in vec(steps(), 1..80)) {
        let mut call = Simulator::new(setup);
        for step in &steps {
            call.run(step);
            prop_assert!(call.is_at_rest(), "after {step:?}");
        }
    }

    #[test]
    fn every_play_settles_once_and_every_mark_passes_once_and_in_order(
        setup in setups(), steps in vec(steps(), 1..80)
    ) {
        let mut call = Simulator::new(setup);
        steps.iter().for_each(|step| call.run(step));
        call.end();
        let mut settled: HashMap<u32, usize> = HashMap::new();
        call.finished.iter().for_each(|finished| *settled.entry(finished.play).or_default() += 1);
        for play in 0..call.plays {
            prop_assert_eq!(settled.get(&play), Some(&1), "play {}", play);
        }
        let marks: Vec<u32> = call.passed.iter().map(|passed| passed.mark).collect();
        prop_assert!(marks.is_sorted_by(|a, b| a < b), "{marks:?}");
        prop_assert_eq!(marks.len(), call.marks as usize);
    }

    #[test]
    fn a_call_that_drains_comes_to_its_end_though_its_peer_or_its_transport_stands_still(
        setup in setups(), steps in vec(steps(), 1..60), blocked in any::<bool>()
    ) {
        let mut call = Simulator::new(setup);
        steps.iter().for_each(|step| call.run(step));
        call.run(&Step::Pause(false));
        call.run(&if blocked { Step::Block(true) } else { Step::Hold(true) });
        call.run(&Step::Hangup(true));
        call.end_feeds();
        call.run(&Step::Run(DRAIN_STALL.as_millis() as u64 + 1));
        prop_assert!(call.outbound.is_hung_up(call.now));
    }

    #[test]
    fn what_is_written_is_heard_whole_and_in_its_order(
        silence in any::<bool>(), steps in vec((1..900_usize, 0..90_u64, 0..6_u8), 1..60)
    ) {
        let silence = if silence { Silence::Always } else { Silence::Never };
        let mut call = Simulator::new(Setup { role: Role::Server, silence, app: None });
        for (bytes, ms, what) in steps {
            call.run(&Step::Write(2 * bytes));
            match what {
                0 => call.run(&Step::Stall(10 * ms)),
                1 => {
                    call.run(&Step::Hold(true));
                    call.run(&Step::Run(ms));
                    call.run(&Step::Hold(false));
                }
                2 => {
                    call.run(&Step::Block(true));
                    call.run(&Step::Run(ms));
                    call.run(&Step::Block(false));
                }
                _ => call.run(&Step::Run(ms)),
            }
        }
        call.run(&Step::Hangup(true));
        call.run(&Step::Run(60_000));
        prop_assert!(call.said_goodbye);
        let heard: Vec<u8> = call.pcm.iter().copied().filter(|byte| *byte != 0).collect();
        prop_assert_eq!(heard, call.written);
    }
}
