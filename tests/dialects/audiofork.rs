use callstreams::dialects::{Channels, Dialect, Format, Outgoing, SessionOptions};

use crate::support::{Script, code, rate};

fn sender() -> Script {
    Script::new(SessionOptions { offered: vec!["echo".into()], ..SessionOptions::default() })
}

#[test]
fn a_call_begins_with_the_connection_and_has_8_khz_mono() {
    let mut sender = sender();
    assert_eq!(sender.session.dialect(), Some(Dialect::Audiofork));
    assert!(sender.session.begins_at_once());
    assert_eq!(sender.open(), ["begun ", "format 8000 1"]);
    assert_eq!(sender.binary(&[1; 320]), ["audio 320"]);
    assert_eq!(sender.binary(&[2; 320]), ["audio 320"]);
    assert_eq!(sender.closed(), ["hung up"]);
}

#[test]
fn a_fork_of_both_voices_has_the_channels_that_are_assumed() {
    let mut sender = Script::new(SessionOptions {
        dialect: Some(Dialect::Audiofork),
        assumed: Format { rate: rate(16_000), channels: Channels::Stereo },
        ..SessionOptions::default()
    });
    assert_eq!(sender.open(), ["begun ", "format 8000 2"]);
    assert_eq!(sender.binary(&[1; 642]), ["audio 640"]);
}

#[test]
fn nothing_can_be_said_to_it_and_each_refusal_tells_so() {
    let mut sender = sender();
    sender.open();
    assert_eq!(code(sender.audio(8_000, &[0; 320])), "ERR_NOT_SUPPORTED");
    assert_eq!(code(sender.session.handle_mark(1)), "ERR_NOT_SUPPORTED");
    assert_eq!(code(sender.session.handle_answer()), "ERR_NOT_SUPPORTED");
    assert_eq!(code(sender.session.handle_clear(&mut |_| ())), "ERR_NOT_SUPPORTED");
    let refused = sender.session.handle_message("hello").expect_err("a refusal");
    assert_eq!(refused.to_string(), "audiofork takes no text");
    assert_eq!(sender.sent(), []);
}

#[test]
fn a_hangup_closes_the_connection_and_ends_what_is_heard() {
    let mut sender = sender();
    sender.open();
    assert_eq!(sender.session.handle_hangup(), Ok(()));
    assert_eq!(sender.sent(), [Outgoing::Close(1000)]);
    assert_eq!(sender.binary(&[1; 320]), [""; 0]);
    assert_eq!(code(sender.session.handle_hangup()), "ERR_CALL_OVER");
    assert_eq!(sender.closed(), [""; 0]);
}
