use callstreams::dialects::{Dialect, SessionOptions, capabilities};

use crate::support::{Script, code};

#[test]
fn a_first_text_is_mod_audio_streams_metadata_as_given() {
    let mut sender = Script::new(SessionOptions::default());
    assert_eq!(sender.session.dialect(), None);
    assert!(!sender.session.begins_at_once());
    assert_eq!(sender.open(), [""; 0]);
    assert_eq!(
        sender.text(r#"{ "from": "1000" }"#),
        [r#"begun <{ "from": "1000" }>"#, "format 8000 1"]
    );
    assert_eq!(sender.session.dialect(), Some(Dialect::ModAudioStream));
}

#[test]
fn audio_first_is_mod_audio_stream_without_metadata() {
    let mut sender = Script::new(SessionOptions::default());
    assert_eq!(sender.binary(&[0; 320]), [""; 0]);
    assert_eq!(sender.session.dialect(), Some(Dialect::ModAudioStream));
    assert_eq!(sender.patience_over(), ["begun ", "format 8000 1", "audio 320"]);
    assert_eq!(sender.text("late"), ["message late"]);
}

#[test]
fn a_sender_that_says_nothing_is_mod_audio_stream_when_patience_is_over() {
    let mut sender = Script::new(SessionOptions::default());
    assert_eq!(sender.patience_over(), ["begun ", "format 8000 1"]);
    assert_eq!(sender.patience_over(), [""; 0]);
    assert_eq!(sender.text("late"), ["message late"]);
}

#[test]
fn media_start_first_is_chan_websocket_plain_or_json() {
    for start in
        ["MEDIA_START format:slin", r#"{"event":"MEDIA_START","format":"slin","ptime":20}"#]
    {
        let mut sender = Script::new(SessionOptions::default());
        assert_eq!(sender.text(start)[1], "format 8000 1");
        assert_eq!(sender.session.dialect(), Some(Dialect::ChanWebsocket));
    }
}

#[test]
fn nothing_can_be_said_before_the_call_has_begun() {
    for dialect in [None, Some(Dialect::ModAudioFork), Some(Dialect::ChanWebsocket)] {
        let mut sender = Script::new(SessionOptions { dialect, ..SessionOptions::default() });
        assert_eq!(code(sender.audio(8_000, &[0; 320])), "ERR_NOT_BEGUN");
        assert_eq!(code(sender.session.handle_answer()), "ERR_NOT_BEGUN");
        assert_eq!(sender.session.format(), None);
    }
}

#[test]
fn what_the_capabilities_deny_is_refused_and_nothing_else() {
    for dialect in Dialect::ALL {
        let can = capabilities(dialect, Default::default());
        let mut sender = Script::of(dialect);
        sender.open();
        sender.text("MEDIA_START format:slin");
        assert!(sender.session.has_begun(), "{dialect}");
        assert_eq!(sender.audio(8_000, &[0; 320]).is_ok(), can.audio, "{dialect}");
        assert_eq!(sender.session.handle_message("x").is_ok(), can.text, "{dialect}");
        assert_eq!(sender.session.handle_mark(1).is_ok(), can.mark, "{dialect}");
        assert_eq!(sender.session.handle_answer().is_ok(), can.answer, "{dialect}");
        assert_eq!(sender.session.handle_clear(&mut |_| ()).is_ok(), can.clear, "{dialect}");
    }
}
