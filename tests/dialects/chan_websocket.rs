//! What Asterisk says.

use callstreams::audio::g711::{alaw_to_linear, ulaw_to_linear};
use callstreams::dialects::{Dialect, Outgoing, SessionOptions};

use crate::support::Script;

const START: &str = "MEDIA_START connection_id:c1 channel:WebSocket/c1/0x5 channel_id:17.2 \
                     format:slin16 optimal_frame_size:640 ptime:20";

fn sender() -> Script {
    let offered = vec!["media".into()];
    Script::new(SessionOptions { offered, ..Default::default() })
}

#[test]
fn a_plain_media_start_begins_the_call() {
    let mut sender = sender();
    assert_eq!(sender.session.dialect(), Some(Dialect::ChanWebsocket));
    assert_eq!(sender.open(), [""; 0]);
    assert_eq!(sender.patience_over(), [""; 0]);
    assert_eq!(
        sender.text(START),
        [&format!("begun c1 WebSocket/c1/0x5 17.2 <{START}>"), "format 16000 1"]
    );
    assert_eq!(sender.binary(&[1; 640]), ["audio 640"]);
}

#[test]
fn a_json_media_start_tells_variables() {
    let start = r#"{"event":"MEDIA_START","connection_id":"c1","channel":"WebSocket/c1/0x5","channel_id":"17.2","format":"slin","optimal_frame_size":320,"ptime":20,"channel_variables":{"A":"1","B":"x y"}}"#;
    assert_eq!(
        sender().text(start),
        [&format!("begun c1 WebSocket/c1/0x5 17.2 A=1 B=x y <{start}>"), "format 8000 1"]
    );
}

#[test]
fn audio_before_media_start_is_held_and_comes_after_it() {
    let mut sender = sender();
    assert_eq!(sender.binary(&[1; 640]), [""; 0]);
    assert_eq!(sender.binary(&[2; 641]), [""; 0]);
    assert_eq!(sender.text(START)[1..], ["format 16000 1", "audio 1280"]);
    assert_eq!(sender.binary(&[3; 1]), ["audio 2"]);
    assert_eq!(sender.pcm, [vec![1; 640], vec![2; 641], vec![3; 1]].concat());
    assert_eq!(sender.session.stats().held_bytes_dropped, 0);
}

#[test]
fn of_what_is_held_the_last_second_is_kept_and_the_rest_counted() {
    let mut sender = sender();
    (0..60).for_each(|index| drop(sender.binary(&[index; 640])));
    assert_eq!(
        sender.text(START)[1..],
        ["format 16000 1", "warning ERR_EARLY_AUDIO", "audio 32000"]
    );
    assert_eq!(sender.pcm[0], 10);
    assert_eq!(sender.session.stats().held_bytes_dropped, 6_400);
}

#[test]
fn g711_is_expanded() {
    for (format, law) in [("ulaw", ulaw_to_linear as fn(u8) -> i16), ("alaw", alaw_to_linear)] {
        let mut sender = sender();
        let bytes: Vec<u8> = (0..=255).collect();
        sender.binary(&bytes[..7]);
        let start = format!("MEDIA_START format:{format} optimal_frame_size:160 ptime:20");
        assert_eq!(sender.text(&start)[1..], ["format 8000 1", "audio 14"]);
        assert_eq!(sender.binary(&bytes[7..]), ["audio 498"]);
        let linear: Vec<u8> = bytes.iter().flat_map(|byte| law(*byte).to_le_bytes()).collect();
        assert_eq!(sender.pcm, linear);
    }
}

#[test]
fn every_rate_of_linear_audio_is_known() {
    for (format, hz) in [
        ("slin", 8_000),
        ("slin12", 12_000),
        ("slin16", 16_000),
        ("slin24", 24_000),
        ("slin32", 32_000),
        ("slin44", 44_100),
        ("slin48", 48_000),
        ("slin96", 96_000),
        ("slin192", 192_000),
    ] {
        let said = sender().text(&format!("MEDIA_START format:{format}"));
        assert_eq!(said[1], format!("format {hz} 1"));
    }
}

#[test]
fn a_format_that_is_not_understood_is_refused_and_the_connection_closed() {
    for start in ["MEDIA_START format:opus", "MEDIA_START", r#"{"event":"MEDIA_START"}"#] {
        let mut sender = sender();
        assert_eq!(sender.text(start), ["refused ERR_UNSUPPORTED_FORMAT"]);
        assert!(sender.session.is_over());
        assert_eq!(sender.sent(), [Outgoing::Close(1003)]);
        assert_eq!(sender.binary(&[0; 640]), [""; 0]);
        assert_eq!(sender.closed(), [""; 0]);
    }
}

#[test]
fn another_text_first_is_refused() {
    assert_eq!(sender().text("hello"), ["refused ERR_FIRST_MESSAGE"]);
}

#[test]
fn events_are_told_in_either_form() {
    let mut sender = sender();
    sender.text(START);
    assert_eq!(sender.text("MEDIA_XOFF"), ["hold true"]);
    assert_eq!(sender.text(r#"{"event":"MEDIA_XON","channel_id":"17.2"}"#), ["hold false"]);
    assert_eq!(sender.text("DTMF_END digit:5 channel_id:17.2"), ["dtmf 5 None"]);
    for text in [
        "MEDIA_BUFFERING_COMPLETED 7",
        "QUEUE_DRAINED",
        "STATUS channel_id:17.2 queue_length:43 xon_level:800 xoff_level:900 queue_full:false \
         bulk_media:true media_paused:false",
    ] {
        assert_eq!(sender.text(text), [format!("message {text}")]);
    }
    assert_eq!(sender.closed(), ["hung up"]);
}

#[test]
fn an_error_is_warned_of_once_and_told_each_time() {
    let mut sender = sender();
    sender.text(START);
    let error = "ERROR channel_id:17.2 error_text:Unable to parse JSON command";
    assert_eq!(sender.text(error), ["warning ERR_FAR_END", &format!("message {error}")]);
    assert_eq!(sender.text(error), [format!("message {error}")]);
    assert_eq!(sender.text(START), ["warning ERR_REPEATED_START"]);
    assert_eq!(sender.text(START), [""; 0]);
}
