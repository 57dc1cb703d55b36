use callstreams::dialects::{Channels, Dialect, Format, Outgoing, SessionOptions};

use crate::support::{Script, code, rate, text};

fn peer() -> Script {
    Script::new(SessionOptions {
        dialect: Some(Dialect::Raw),
        assumed: Format { rate: rate(16_000), channels: Channels::Stereo },
        ..SessionOptions::default()
    })
}

#[test]
fn audio_and_text_go_both_ways() {
    let mut peer = peer();
    assert_eq!(peer.open(), ["begun ", "format 16000 2"]);
    assert_eq!(peer.binary(&[1; 1280]), ["audio 1280"]);
    assert_eq!(peer.text("hello"), ["message hello"]);
    assert_eq!(peer.audio(16_000, &[7; 640]), Ok(()));
    assert_eq!(peer.session.handle_message("there"), Ok(()));
    assert_eq!(peer.sent(), [Outgoing::Binary(vec![7; 640]), text("there")]);
}

#[test]
fn audio_of_another_rate_is_refused() {
    let mut peer = peer();
    peer.open();
    assert_eq!(code(peer.audio(8_000, &[7; 320])), "ERR_SAMPLE_RATE");
}

#[test]
fn what_has_not_left_can_be_cleared() {
    let mut peer = peer();
    peer.open();
    assert_eq!(peer.audio(16_000, &[7; 640]), Ok(()));
    assert_eq!(peer.session.handle_message("kept"), Ok(()));
    assert_eq!(peer.clear(), [""; 0]);
    assert_eq!(peer.sent(), [text("kept")]);
}

#[test]
fn audio_that_nobody_polls_is_bounded_and_counted() {
    let mut peer = peer();
    peer.open();
    for _ in 0..400 {
        assert_eq!(peer.audio(16_000, &[7; 640]), Ok(()));
    }
    assert_eq!(peer.sent().len(), 250);
    assert_eq!(peer.session.stats().audio_messages_dropped, 150);
}
