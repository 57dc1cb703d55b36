//! What holds for any sender.

use callstreams::dialects::{Channels, Dialect, Format, Playback, SessionOptions, far_end};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{Script, rate};

fn dialects() -> impl Strategy<Value = Option<Dialect>> {
    prop::sample::select([Dialect::ALL.map(Some).as_slice(), &[None]].concat())
}

fn playbacks() -> impl Strategy<Value = Playback> {
    prop::sample::select(vec![Playback::Json, Playback::Wav, Playback::Binary])
}

/// Text that comes near to what is understood.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        ".*",
        "MEDIA_START( (format|channel|optimal_frame_size|x):[a-z0-9]{0,8}){0,4}",
        "MEDIA_START format:(slin|slin16|ulaw|alaw)( optimal_frame_size:[0-9]{1,7})?",
        "(MEDIA_XOFF|MEDIA_XON|DTMF_END digit:.|MEDIA_MARK_PROCESSED [0-9]|ERROR .*)",
        r#"\{"(event|type)":"(MEDIA_START|mark|streamAudio|playAudio|dtmf|.*)"(,"(format|data|digit|dtmf|name)":("[a-z0-9]*"|[0-9]{1,20}|null|\{"name":"[0-9]","event":"playout"\})){0,3}\}"#,
    ]
}

#[derive(Clone, Debug)]
enum Step {
    Text(String),
    Binary(Vec<u8>),
    Audio(u32, Vec<u8>),
    Mark(u32),
    Message(String),
    Clear,
    Answer,
    Hangup,
    Patience,
    Close,
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => texts().prop_map(Step::Text),
        6 => vec(any::<u8>(), 0..700).prop_map(Step::Binary),
        6 => (prop::sample::select(vec![8_000, 16_000, 44_100]), vec(any::<u8>(), 0..700))
            .prop_map(|(hz, pcm)| Step::Audio(hz, pcm)),
        3 => (0..5_u32).prop_map(Step::Mark),
        1 => ".*".prop_map(Step::Message),
        2 => Just(Step::Clear),
        1 => Just(Step::Answer),
        1 => Just(Step::Patience),
        3 => (0..60_u64).prop_map(Step::Wait),
        1 => prop_oneof![Just(Step::Hangup), Just(Step::Close)],
    ]
}

/// What a sender does and what it makes the session say; refusals must have a code.
fn run(script: &mut Script, step: Step) -> Vec<String> {
    let mut refused = Ok(());
    let said = match step {
        Step::Text(text) => script.text(&text),
        Step::Binary(bytes) => script.binary(&bytes),
        Step::Patience => script.patience_over(),
        Step::Close => script.closed(),
        other => {
            refused = match other {
                Step::Audio(hz, pcm) => script.audio(hz, &pcm),
                Step::Mark(mark) => script.session.handle_mark(mark),
                Step::Message(text) => script.session.handle_message(&text),
                Step::Clear => script.session.handle_clear(&mut |_| ()),
                Step::Answer => script.session.handle_answer(),
                Step::Hangup => script.session.handle_hangup(),
                Step::Wait(ms) => {
                    script.wait(ms);
                    Ok(())
                }
                _ => Ok(()),
            };
            Vec::new()
        }
    };
    if let Err(refusal) = refused {
        assert!(refusal.code().as_str().starts_with("ERR_") && !refusal.to_string().is_empty());
    }
    said
}

proptest! {
    #[test]
    fn any_split_of_the_audio_gives_the_same_audio(
        audio in vec(any::<u8>(), 0..3_000),
        cuts in vec(1..400_usize, 1..40),
        dialect in dialects(),
        channels in prop::sample::select(vec![Channels::Mono, Channels::Stereo]),
        early in 0..10_usize,
    ) {
        let assumed = Format { rate: rate(16_000), channels };
        let hear = |pieces: Vec<&[u8]>| {
            let options = SessionOptions { dialect, assumed, ..SessionOptions::default() };
            let mut script = Script::new(options);
            script.open();
            for (index, piece) in pieces.into_iter().enumerate() {
                if index == early && dialect == Some(Dialect::ChanWebsocket) {
                    script.text("MEDIA_START format:slin16");
                }
                if index == early {
                    script.patience_over();
                }
                script.binary(piece);
            }
            script.patience_over();
            if dialect == Some(Dialect::ChanWebsocket) {
                script.text("MEDIA_START format:slin16");
            }
            script.pcm
        };
        let mut pieces = Vec::new();
        let mut rest = &audio[..];
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at(rest.len().min(*cut));
            pieces.push(piece);
            rest = after;
        }
        let block = match dialect {
            Some(Dialect::ChanWebsocket) => 2,
            _ => assumed.block_bytes(),
        };
        let whole = &audio[..audio.len() / block * block];
        prop_assert_eq!(hear(pieces), whole);
        prop_assert_eq!(hear(vec![&audio]), whole);
    }

    #[test]
    fn nothing_a_sender_or_an_app_does_breaks_the_order_of_a_call(
        dialect in dialects(),
        playback in playbacks(),
        steps in vec(steps(), 0..40),
    ) {
        let mut script = Script::new(SessionOptions { dialect, playback, ..Default::default() });
        let mut all = script.open();
        let mut sent = Vec::new();
        for step in steps {
            all.extend(run(&mut script, step));
            sent.extend(script.sent());
            prop_assert!(script.session.poll_timeout().is_none_or(|due| due > script.now));
        }
        let count = |start: &str| all.iter().filter(|word| word.starts_with(start)).count();
        prop_assert!(count("begun") <= 1 && count("format") <= 1);
        prop_assert!(count("refused") + count("hung up") <= 1);
        if let Some(first) = all.first() {
            let may_be = ["begun", "refused", "hung up"];
            prop_assert!(may_be.iter().any(|start| first.starts_with(start)), "{}", first);
        }
        let close = sent.iter().position(|message| matches!(message, callstreams::dialects::Outgoing::Close(_)));
        prop_assert!(close.is_none_or(|index| index + 1 == sent.len()));
    }

    #[test]
    fn all_that_is_said_reaches_the_far_end_in_order(
        frames in vec((vec(any::<u8>(), 1..400), 0..60_u64), 1..40),
    ) {
        let mut script = Script::of(Dialect::ModAudioStream);
        script.text("");
        let (mut sent, mut said) = (Vec::new(), Vec::new());
        for (pcm, pause) in frames {
            let pcm = &pcm[..pcm.len() & !1];
            prop_assert_eq!(script.audio(8_000, pcm), Ok(()));
            said.extend_from_slice(pcm);
            sent.extend(script.sent());
            script.wait(pause);
        }
        script.wait(40);
        sent.extend(script.sent());
        let heard: Vec<u8> =
            sent.iter().flat_map(|message| crate::support::json(message, "audioData").1).collect();
        prop_assert_eq!(heard, said);
    }

    #[test]
    fn any_text_of_a_far_end_is_a_command_or_a_warning(text in texts(), most in 0..100_usize) {
        match far_end::parse(&text, most) {
            Ok(_) => {}
            Err(warning) => {
                prop_assert!(warning.code.as_str().starts_with("ERR_"));
                prop_assert!(warning.message.chars().count() <= 200);
            }
        }
    }

    #[test]
    fn a_replied_mark_is_read_as_json_whatever_its_name(name in ".*") {
        let reply = far_end::mark_reply(&name, far_end::MarkEvent::Cleared);
        let json: serde_json::Value = serde_json::from_str(&reply).expect("JSON");
        prop_assert_eq!(json["data"]["name"].as_str(), Some(&*name));
    }
}
