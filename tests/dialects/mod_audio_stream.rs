use std::time::Duration;

use callstreams::dialects::{Channels, Dialect, Format, Outgoing, Playback, SessionOptions};
use serde_json::json;

use crate::support::{Script, code, json, rate, text};

fn sender(playback: Playback) -> Script {
    Script::new(SessionOptions {
        dialect: Some(Dialect::ModAudioStream),
        playback,
        ..SessionOptions::default()
    })
}

#[test]
fn metadata_then_stereo_audio_then_text() {
    let mut sender = Script::new(SessionOptions {
        dialect: Some(Dialect::ModAudioStream),
        assumed: Format { rate: rate(16_000), channels: Channels::Stereo },
        ..SessionOptions::default()
    });
    assert_eq!(sender.text("call 7"), ["begun <call 7>", "format 16000 2"]);
    assert_eq!(sender.binary(&[1; 1280]), ["audio 1280"]);
    // Resampled chunks vary in size, and need not end with a whole sample.
    assert_eq!(sender.binary(&[2; 1278]), ["audio 1276"]);
    assert_eq!(sender.binary(&[2; 1282]), ["audio 1284"]);
    assert_eq!(sender.text("press 1"), ["message press 1"]);
    assert_eq!(sender.closed(), ["hung up"]);
}

#[test]
fn metadata_behind_a_burst_of_audio_is_metadata_and_the_audio_is_kept() {
    let mut sender = sender(Playback::Json);
    for index in 0..36 {
        assert_eq!(sender.binary(&[index; 320]), [""; 0]);
    }
    assert!(sender.session.holds_audio());
    let metadata = r#"{"tenant":7,"callId":"c1"}"#;
    assert_eq!(
        sender.text(metadata),
        [&format!("begun <{metadata}>"), "format 8000 1", "audio 11520"]
    );
    assert!(!sender.session.holds_audio());
    assert_eq!(sender.pcm, (0..36).flat_map(|index| [index; 320]).collect::<Vec<u8>>());
    assert_eq!(sender.binary(&[1; 320]), ["audio 320"]);
}

#[test]
fn of_audio_that_waits_for_metadata_the_last_second_is_kept_and_the_rest_told() {
    let mut sender = sender(Playback::Json);
    (0..60).for_each(|_| drop(sender.binary(&[1; 320])));
    assert_eq!(
        sender.patience_over(),
        ["begun ", "format 8000 1", "warning ERR_EARLY_AUDIO", "audio 16000"]
    );
    assert_eq!(sender.session.stats().held_bytes_dropped, 3_200);
}

#[test]
fn audio_does_not_wait_where_no_metadata_is_waited_for() {
    let mut sender = Script::new(SessionOptions {
        dialect: Some(Dialect::ModAudioStream),
        waits_for_metadata: false,
        ..SessionOptions::default()
    });
    assert_eq!(sender.binary(&[1; 320]), ["begun ", "format 8000 1", "audio 320"]);
    assert_eq!(sender.text("late"), ["message late"]);
}

#[test]
fn frames_are_gathered_to_one_stream_audio_of_200_ms() {
    let mut sender = sender(Playback::Json);
    sender.text("");
    for index in 0..10 {
        assert_eq!(sender.sent(), []);
        assert_eq!(sender.audio(8_000, &[index; 320]), Ok(()));
        sender.wait(20);
    }
    let sent = sender.sent();
    assert_eq!(sent.len(), 1);
    let (message, pcm) = json(&sent[0], "audioData");
    let data = json!({ "audioDataType": "raw", "sampleRate": 8000 });
    assert_eq!(message, json!({ "type": "streamAudio", "data": data }));
    assert_eq!(pcm, (0..10).flat_map(|index| [index; 320]).collect::<Vec<u8>>());
    assert_eq!(sender.session.poll_timeout(), None);
}

#[test]
fn what_is_left_goes_out_when_no_frame_came_for_40_ms() {
    let mut sender = sender(Playback::Json);
    sender.text("");
    assert_eq!(sender.audio(16_000, &[1; 640]), Ok(()));
    sender.wait(20);
    assert_eq!(sender.audio(16_000, &[2; 640]), Ok(()));
    assert_eq!(sender.session.poll_timeout(), Some(sender.now + Duration::from_millis(40)));
    sender.wait(39);
    assert_eq!(sender.sent(), []);
    sender.wait(1);
    let sent = sender.sent();
    let (message, pcm) = json(&sent[0], "audioData");
    assert_eq!(message["data"]["sampleRate"], 16_000);
    assert_eq!(pcm.len(), 1280);
    assert_eq!(sender.session.poll_timeout(), None);
}

#[test]
fn a_wav_carries_its_own_rate() {
    let mut sender = sender(Playback::Wav);
    sender.text("");
    assert_eq!(sender.audio(44_100, &[3; 1764]), Ok(()));
    sender.wait(40);
    let (message, wav) = json(&sender.sent()[0], "audioData");
    assert_eq!(message["data"]["audioDataType"], "wav");
    assert_eq!(&wav[..16], b"RIFF\x08\x07\x00\x00WAVEfmt ");
    assert_eq!(wav[16..24], [16, 0, 0, 0, 1, 0, 1, 0]);
    assert_eq!(wav[24..28], 44_100_u32.to_le_bytes());
    assert_eq!(wav[28..36], [0x88, 0x58, 0x01, 0x00, 2, 0, 16, 0]);
    assert_eq!(&wav[36..44], b"data\xe4\x06\x00\x00");
    assert_eq!(wav[44..], [3; 1764]);
}

#[test]
fn raw_audio_of_a_rate_unknown_at_the_far_end_is_refused() {
    let mut sender = sender(Playback::Json);
    sender.text("");
    assert_eq!(code(sender.audio(44_100, &[3; 1764])), "ERR_SAMPLE_RATE");
}

#[test]
fn another_rate_begins_another_message() {
    let mut sender = sender(Playback::Json);
    sender.text("");
    assert_eq!(sender.audio(8_000, &[1; 320]), Ok(()));
    assert_eq!(sender.audio(16_000, &[2; 640]), Ok(()));
    let sent = sender.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(json(&sent[0], "audioData").1, [1; 320]);
}

#[test]
fn newer_builds_take_each_frame_as_binary() {
    let mut sender = sender(Playback::Binary);
    sender.text("");
    assert_eq!(sender.audio(8_000, &[1; 320]), Ok(()));
    assert_eq!(sender.sent(), [Outgoing::Binary(vec![1; 320])]);
    assert_eq!(code(sender.audio(16_000, &[1; 640])), "ERR_SAMPLE_RATE");
}

#[test]
fn text_goes_as_given_and_a_hangup_sends_what_is_left_first() {
    let mut sender = sender(Playback::Json);
    sender.text("");
    assert_eq!(sender.session.handle_message(r#"{"a":1}"#), Ok(()));
    assert_eq!(sender.audio(8_000, &[1; 320]), Ok(()));
    assert_eq!(sender.session.handle_hangup(), Ok(()));
    let sent = sender.sent();
    assert_eq!(sent[0], text(r#"{"a":1}"#));
    assert_eq!(json(&sent[1], "audioData").1, [1; 320]);
    assert_eq!(sent[2..], [Outgoing::Close(1000)]);
}

#[test]
fn clear_forgets_what_is_gathered() {
    let mut sender = sender(Playback::Json);
    sender.text("");
    assert_eq!(sender.audio(8_000, &[1; 320]), Ok(()));
    sender.clear();
    sender.wait(100);
    assert_eq!(sender.sent(), []);
    assert_eq!(sender.session.poll_timeout(), None);
    assert_eq!(code(sender.session.handle_mark(1)), "ERR_NOT_SUPPORTED");
}
