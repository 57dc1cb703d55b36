//! What Asterisk is told.

use std::time::Duration;

use callstreams::audio::g711::linear_to_ulaw;
use callstreams::dialects::{Dialect, Outgoing};

use crate::support::{Script, code, text};

fn sender(start: &str) -> Script {
    let mut script = Script::of(Dialect::ChanWebsocket);
    assert_eq!(script.text(start).len(), 2);
    script
}

fn plain() -> Script {
    sender("MEDIA_START format:slin16 optimal_frame_size:640 ptime:20")
}

#[test]
fn a_frame_leaves_as_it_is_and_at_once() {
    let mut sender = plain();
    assert_eq!(sender.audio(16_000, &[7; 640]), Ok(()));
    assert_eq!(sender.sent(), [Outgoing::Binary(vec![7; 640])]);
    assert_eq!(sender.session.poll_timeout(), None);
    assert_eq!(code(sender.audio(8_000, &[7; 320])), "ERR_SAMPLE_RATE");
}

#[test]
fn a_frame_of_a_g711_channel_is_companded() {
    let mut sender = sender("MEDIA_START format:ulaw optimal_frame_size:160 ptime:20");
    let samples: Vec<i16> = (0..160).map(|index| index * 200 - 16_000).collect();
    let pcm: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    assert_eq!(sender.audio(8_000, &pcm), Ok(()));
    let ulaw = samples.iter().map(|sample| linear_to_ulaw(*sample)).collect();
    assert_eq!(sender.sent(), [Outgoing::Binary(ulaw)]);
}

#[test]
fn less_than_a_frame_waits_for_the_rest_and_is_padded_after_40_ms() {
    let mut sender = plain();
    assert_eq!(sender.audio(16_000, &[7; 600]), Ok(()));
    sender.wait(20);
    assert_eq!(sender.audio(16_000, &[8; 100]), Ok(()));
    assert_eq!(sender.sent(), [Outgoing::Binary([vec![7; 600], vec![8; 40]].concat())]);
    assert_eq!(sender.session.poll_timeout(), Some(sender.now + Duration::from_millis(40)));
    sender.wait(40);
    assert_eq!(sender.sent(), [Outgoing::Binary([vec![8; 60], vec![0; 580]].concat())]);
}

#[test]
fn no_message_is_longer_than_asterisk_takes() {
    let mut sender = plain();
    assert_eq!(sender.audio(16_000, &[7; 200_000]), Ok(()));
    let lengths: Vec<usize> = sender
        .sent()
        .iter()
        .map(|message| match message {
            Outgoing::Binary(bytes) => bytes.len(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(lengths, [65_280, 65_280, 65_280, 3_840]);
}

#[test]
fn an_absurd_frame_size_is_taken_for_20_ms() {
    for size in ["0", "641", "100000", "-5", "x"] {
        let mut sender = sender(&format!("MEDIA_START format:slin16 optimal_frame_size:{size}"));
        assert_eq!(sender.audio(16_000, &[7; 640]), Ok(()));
        assert_eq!(sender.sent(), [Outgoing::Binary(vec![7; 640])], "{size}");
    }
}

#[test]
fn a_mark_stands_behind_the_audio_before_it_and_is_told_when_processed() {
    let mut sender = plain();
    assert_eq!(sender.audio(16_000, &[7; 320]), Ok(()));
    assert_eq!(sender.session.handle_mark(3), Ok(()));
    let padded = Outgoing::Binary([vec![7; 320], vec![0; 320]].concat());
    assert_eq!(sender.sent(), [padded, text("MARK_MEDIA 3")]);
    assert_eq!(sender.text("MEDIA_MARK_PROCESSED 3"), ["passed 3"]);
    assert_eq!(sender.text("MEDIA_MARK_PROCESSED 3"), [""; 0]);
    assert_eq!(sender.text("MEDIA_MARK_PROCESSED"), [""; 0]);
}

#[test]
fn clear_flushes_and_tells_of_the_marks_that_asterisk_forgets() {
    let mut sender = plain();
    assert_eq!(sender.session.handle_mark(1), Ok(()));
    assert_eq!(sender.session.handle_mark(2), Ok(()));
    assert_eq!(sender.audio(16_000, &[7; 900]), Ok(()));
    assert_eq!(sender.clear(), ["cleared 1", "cleared 2"]);
    assert_eq!(sender.sent(), [text("MARK_MEDIA 1"), text("MARK_MEDIA 2"), text("FLUSH_MEDIA")]);
    sender.wait(100);
    assert_eq!(sender.sent(), []);
    assert_eq!(sender.text("MEDIA_MARK_PROCESSED 1"), [""; 0]);
}

#[test]
fn marks_that_passthrough_mode_does_not_take_are_told_as_cleared() {
    let mut sender = plain();
    assert_eq!(sender.session.handle_mark(1), Ok(()));
    let error = "ERROR channel_id:1 error_text:MARK_MEDIA not supported in passthrough mode";
    assert_eq!(
        sender.text(error),
        ["cleared 1", "warning ERR_FAR_END", &format!("message {error}")]
    );
}

#[test]
fn commands_have_the_form_of_media_start() {
    let json = r#"{"event":"MEDIA_START","format":"slin","optimal_frame_size":320}"#;
    for (start, commands) in [
        ("MEDIA_START format:slin", ["ANSWER", "MARK_MEDIA 9", "HANGUP"]),
        (
            json,
            [
                r#"{"command":"ANSWER"}"#,
                r#"{"command":"MARK_MEDIA","correlation_id":"9"}"#,
                r#"{"command":"HANGUP"}"#,
            ],
        ),
    ] {
        let mut sender = sender(start);
        assert_eq!(sender.session.handle_answer(), Ok(()));
        assert_eq!(sender.session.handle_mark(9), Ok(()));
        assert_eq!(sender.session.handle_hangup(), Ok(()));
        let [answer, mark, hangup] = commands.map(text);
        assert_eq!(sender.sent(), [answer, mark, hangup, Outgoing::Close(1000)]);
    }
}

#[test]
fn a_hangup_before_media_start_only_closes() {
    let mut sender = Script::of(Dialect::ChanWebsocket);
    assert_eq!(sender.session.handle_hangup(), Ok(()));
    assert_eq!(sender.sent(), [Outgoing::Close(1000)]);
}

#[test]
fn text_of_the_app_is_not_taken() {
    assert_eq!(code(plain().session.handle_message("hello")), "ERR_NOT_SUPPORTED");
}

fn status(queued: u32) -> String {
    format!("STATUS channel_id:17.2 queue_length:{queued} xon_level:800 xoff_level:900")
}

#[test]
fn where_marks_have_no_answer_they_pass_by_the_length_of_the_queue() {
    let mut sender = plain();
    for mark in 0..3 {
        assert_eq!(sender.audio(16_000, &[7; 640 * 10]), Ok(()));
        assert_eq!(sender.session.handle_mark(mark), Ok(()));
    }
    sender.sent();
    assert_eq!(sender.session.poll_timeout(), Some(sender.now + Duration::from_millis(200)));
    sender.wait(200);
    assert_eq!(sender.sent(), [text("GET_STATUS")]);
    // What is sent after the question is not in the answer.
    assert_eq!(sender.audio(16_000, &[7; 640 * 10]), Ok(()));
    assert_eq!(sender.text(&status(20)), ["passed 0"]);
    sender.sent();
    sender.wait(200);
    assert_eq!(sender.sent(), [text("GET_STATUS")]);
    sender.wait(200);
    assert_eq!(sender.sent(), [], "one question at a time");
    assert_eq!(sender.text(&status(10)), ["passed 1", "passed 2"]);
    sender.wait(200);
    assert_eq!(sender.sent(), []);
    assert_eq!(sender.session.poll_timeout(), None);
    assert_eq!(sender.text(&status(0)), [format!("message {}", status(0))]);
}

#[test]
fn where_marks_are_answered_nothing_is_asked() {
    let json = r#"{"event":"MEDIA_START","format":"slin","optimal_frame_size":320}"#;
    for start in ["MEDIA_START format:slin", json] {
        let mut sender = sender(start);
        assert_eq!(sender.session.handle_mark(1), Ok(()));
        assert_eq!(sender.text("MEDIA_MARK_PROCESSED 1"), ["passed 1"]);
        assert_eq!(sender.session.handle_mark(2), Ok(()));
        sender.sent();
        sender.wait(1_000);
        assert_eq!(sender.sent(), []);
        assert_eq!(sender.session.poll_timeout(), None);
    }
}

#[test]
fn marks_that_were_cleared_are_not_asked_for() {
    let mut sender = plain();
    assert_eq!(sender.session.handle_mark(1), Ok(()));
    sender.sent();
    assert_eq!(sender.clear(), ["cleared 1"]);
    sender.sent();
    sender.wait(1_000);
    assert_eq!(sender.sent(), []);
}

#[test]
fn a_probe_asks_for_the_status_as_a_ping_would_hang_up() {
    let mut sender = plain();
    assert!(sender.session.handle_probe());
    assert_eq!(sender.sent(), [text("GET_STATUS")]);
    assert_eq!(sender.text(&status(0)), [""; 0]);
    let mut other = Script::of(Dialect::ModAudioStream);
    other.patience_over();
    assert!(!other.session.handle_probe());
}
