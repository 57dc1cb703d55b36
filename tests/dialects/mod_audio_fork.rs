use callstreams::dialects::{Dialect, Outgoing, Playback, SessionOptions, capabilities};
use serde_json::json;

use crate::support::{Script, code, json, text};

fn sender(playback: Playback) -> Script {
    let offered = vec!["audio.drachtio.org".into()];
    let mut script = Script::new(SessionOptions { offered, playback, ..Default::default() });
    assert_eq!(script.session.dialect(), Some(Dialect::ModAudioFork));
    assert_eq!(script.text(r#"{"callSid":"x"}"#), [r#"begun <{"callSid":"x"}>"#, "format 8000 1"]);
    script
}

fn mark(name: &str, event: &str) -> String {
    json!({ "type": "mark", "data": { "name": name, "event": event } }).to_string()
}

#[test]
fn a_sender_without_metadata_begins_when_patience_is_over() {
    let mut script = Script::of(Dialect::ModAudioFork);
    assert_eq!(script.binary(&[0; 320]), [""; 0]);
    assert_eq!(script.patience_over(), ["begun ", "format 8000 1", "audio 320"]);
    let mut script = Script::of(Dialect::ModAudioFork);
    assert_eq!(script.patience_over(), ["begun ", "format 8000 1"]);
}

#[test]
fn texts_that_were_joined_into_one_message_are_told_apart() {
    let mut sender = sender(Playback::Binary);
    assert_eq!(sender.text(r#"{"p":1}{"p":2}"#), [r#"message {"p":1}"#, r#"message {"p":2}"#]);
    let digit = r#"{"event":"dtmf","dtmf":"2"}"#;
    assert_eq!(
        sender.text(&format!("{digit}\n {{\"a\":\"}}{{\"}}")),
        ["dtmf 2 None", r#"message {"a":"}{"}"#]
    );
    for whole in [r#"{"p":1}{"p":"#, r#"{"p":1} 2"#, r#"{"p":1} and more"#] {
        assert_eq!(sender.text(whole), [format!("message {whole}")]);
    }
}

#[test]
fn metadata_that_was_joined_with_a_later_text_is_metadata_still() {
    let mut script = Script::of(Dialect::ModAudioFork);
    assert_eq!(
        script.text(r#"{"callSid":"x"}{"p":1}"#),
        [r#"begun <{"callSid":"x"}>"#, "format 8000 1", r#"message {"p":1}"#]
    );
}

fn binary_bytes(sent: &[Outgoing]) -> usize {
    let bytes = sent.iter().map(|message| match message {
        Outgoing::Binary(bytes) => bytes.len(),
        _ => 0,
    });
    bytes.sum()
}

#[test]
fn the_last_block_of_speech_is_filled_with_silence_when_it_ends() {
    let mut sender = sender(Playback::Binary);
    for _ in 0..5 {
        assert_eq!(sender.audio(8_000, &[5; 320]), Ok(()));
        sender.wait(20);
    }
    assert_eq!(binary_bytes(&sender.sent()), 1_600);
    sender.wait(20);
    assert_eq!(sender.sent(), [Outgoing::Binary(vec![0; 960])]);
    sender.wait(1_000);
    assert_eq!(sender.sent(), []);
    assert_eq!(sender.session.poll_timeout(), None);
}

#[test]
fn whole_blocks_need_no_silence_but_where_a_mark_waits_for_audio() {
    let mut sender = sender(Playback::Binary);
    assert_eq!(sender.audio(8_000, &[5; 1_280]), Ok(()));
    sender.wait(40);
    assert_eq!(binary_bytes(&sender.sent()), 1_280);
    assert_eq!(sender.session.poll_timeout(), None);
    assert_eq!(sender.session.handle_mark(1), Ok(()));
    assert_eq!(binary_bytes(&sender.sent()), 0);
    sender.wait(40);
    assert_eq!(sender.sent(), [Outgoing::Binary(vec![0; 1_280])]);
}

#[test]
fn a_hangup_fills_the_last_block_too() {
    let mut sender = sender(Playback::Binary);
    assert_eq!(sender.audio(8_000, &[5; 320]), Ok(()));
    assert_eq!(sender.session.handle_hangup(), Ok(()));
    assert_eq!(binary_bytes(&sender.sent()), 1_280);
}

#[test]
fn samples_that_would_be_taken_for_marks_are_not_sent() {
    let mut sender = sender(Playback::Binary);
    assert_eq!(sender.audio(8_000, &[0xff, 0xff, 0xfe, 0xff, 0, 0xff, 0xff, 0]), Ok(()));
    assert_eq!(sender.sent(), [Outgoing::Binary(vec![0, 0, 0xfe, 0xff, 0, 0xff, 0xff, 0])]);
}

#[test]
fn audio_goes_as_play_audio() {
    let mut sender = sender(Playback::Json);
    assert_eq!(sender.audio(8_000, &[5; 3_200]), Ok(()));
    let sent = sender.sent();
    let (message, pcm) = json(&sent[0], "audioContent");
    let data = json!({ "audioContentType": "raw", "sampleRate": 8000 });
    assert_eq!(message, json!({ "type": "playAudio", "data": data }));
    assert_eq!(pcm, [5; 3_200]);
}

#[test]
fn a_mark_goes_behind_the_audio_before_it_and_its_reply_is_told() {
    let mut sender = sender(Playback::Binary);
    assert_eq!(sender.audio(8_000, &[5; 320]), Ok(()));
    assert_eq!(sender.session.handle_mark(7), Ok(()));
    assert_eq!(sender.session.handle_mark(8), Ok(()));
    let sent = sender.sent();
    assert_eq!(sent[0], Outgoing::Binary(vec![5; 320]));
    let name = |name: &str| json!({ "type": "mark", "data": { "name": name } }).to_string();
    assert_eq!(sent[1..], [text(&name("7")), text(&name("8"))]);
    assert_eq!(sender.text(&mark("7", "playout")), ["passed 7"]);
    assert_eq!(sender.text(&mark("7", "playout")), [""; 0]);
    assert_eq!(sender.text(&mark("8", "cleared")), ["cleared 8"]);
}

#[test]
fn a_build_that_plays_json_is_asked_for_no_mark() {
    for playback in [Playback::Json, Playback::Wav] {
        let mut sender = sender(playback);
        assert_eq!(code(sender.session.handle_mark(7)), "ERR_NOT_SUPPORTED");
        assert_eq!(sender.sent(), []);
        assert!(!capabilities(Dialect::ModAudioFork, playback).mark);
    }
    assert!(capabilities(Dialect::ModAudioFork, Playback::Binary).mark);
}

#[test]
fn clear_kills_the_audio_and_tells_the_marks_once() {
    let mut sender = sender(Playback::Binary);
    assert_eq!(sender.session.handle_mark(7), Ok(()));
    sender.sent();
    assert_eq!(sender.clear(), ["cleared 7"]);
    assert_eq!(sender.sent(), [text(r#"{"type":"killAudio"}"#), text(r#"{"type":"clearMarks"}"#)]);
    assert_eq!(sender.text(&mark("7", "cleared")), [""; 0]);
    assert_eq!(sender.clear(), [""; 0]);
    assert_eq!(sender.sent(), [text(r#"{"type":"killAudio"}"#)]);
}

#[test]
fn no_more_marks_are_set_than_the_far_end_keeps() {
    let mut sender = sender(Playback::Binary);
    (0..30).for_each(|number| assert_eq!(sender.session.handle_mark(number), Ok(())));
    assert_eq!(code(sender.session.handle_mark(30)), "ERR_TOO_MANY_MARKS");
    sender.text(&mark("0", "playout"));
    assert_eq!(sender.session.handle_mark(30), Ok(()));
    assert_eq!(sender.closed().len(), 31);
}

#[test]
fn digits_are_told_and_other_text_is_the_apps() {
    let mut sender = sender(Playback::Json);
    assert_eq!(
        sender.text(r#"{"event":"dtmf","dtmf":"2","duration":"1600"}"#),
        ["dtmf 2 Some(200)"]
    );
    assert_eq!(sender.text(r#"{"event":"dtmf","dtmf":"*"}"#), ["dtmf * None"]);
    for text in ["hello", r#"{"event":"dtmf","dtmf":"22"}"#, "{", r#"{"type":"mark"}"#] {
        assert_eq!(sender.text(text), [format!("message {text}")]);
    }
    let other = mark("another's", "playout");
    assert_eq!(sender.text(&other), [format!("message {other}")]);
}

#[test]
fn a_hangup_says_disconnect_and_closes() {
    let mut sender = sender(Playback::Json);
    assert_eq!(sender.session.handle_hangup(), Ok(()));
    assert_eq!(sender.sent(), [text(r#"{"type":"disconnect"}"#), Outgoing::Close(1000)]);
}
