//! What a WebSocket server answers to whom a call of ours is forked, as it would answer
//! mod_audio_stream or mod_audio_fork; and what it is replied.
//!
//! [`parse`] reads one text message. What is none of the modules' is the app's
//! ([`Command::Other`]); what is one of theirs and broken is a [`Warning`], after which the fork
//! goes on. Playing it is left to others.

mod sound;

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::call::Warning;
use crate::error::ErrorCode;
pub use sound::{Sound, SoundKind};

/// A mark's name may have as many bytes.
const MOST_NAME: usize = 1_024;

/// Characters of a warning.
const MOST_WORDS: usize = 200;

/// What a far end wants.
#[derive(Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// mod_audio_stream's way to play.
    StreamAudio(Sound),
    /// mod_audio_fork's way to play.
    PlayAudio(Sound),
    /// What plays is to stop.
    KillAudio,
    /// It is to be told when what came before was heard.
    Mark { name: Cow<'a, str> },
    /// Marks that wait are to be told of as cleared.
    ClearMarks,
    /// It wants no more of the call.
    Disconnect,
    /// Text for the app.
    Other(&'a str),
}

/// How a mark came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MarkEvent {
    Playout,
    Cleared,
}

/// Reads a text message of the far end's. A sound may have `most_bytes`, once decoded.
///
/// # Errors
/// What is wrong with a message that is one of the modules', or that begins as JSON and is none. The
/// app may see its text all the same.
pub fn parse(text: &str, most_bytes: usize) -> Result<Command<'_>, Warning> {
    if !text.trim_start().starts_with('{') {
        return Ok(Command::Other(text));
    }
    let envelope: Envelope<'_> = match serde_json::from_str(text) {
        Ok(envelope) => envelope,
        // Its type may be no text, and then it is nobody's but the app's.
        Err(_) if serde_json::from_str::<IgnoredAny>(text).is_ok() => {
            return Ok(Command::Other(text));
        }
        Err(fault) => return Err(warning(ErrorCode::BadJson, format!("bad JSON: {fault}"))),
    };
    let data = envelope.data.map_or("{}", RawValue::get);
    match envelope.kind.as_deref() {
        Some("streamAudio") => sound::stream_audio(data, most_bytes).map(Command::StreamAudio),
        Some("playAudio") => sound::play_audio(data, most_bytes).map(Command::PlayAudio),
        Some("killAudio") => Ok(Command::KillAudio),
        Some("mark") => mark(data),
        Some("clearMarks") => Ok(Command::ClearMarks),
        Some("disconnect") => Ok(Command::Disconnect),
        _ => Ok(Command::Other(text)),
    }
}

/// What a far end is told of its mark.
pub fn mark_reply(name: &str, event: MarkEvent) -> String {
    let reply = Reply { kind: "mark", data: ReplyData { name, event } };
    serde_json::to_string(&reply).unwrap_or_default()
}

fn mark(data: &str) -> Result<Command<'_>, Warning> {
    let MarkData { name } = serde_json::from_str(data)
        .map_err(|fault| warning(ErrorCode::BadMark, format!("a mark without a name: {fault}")))?;
    if name.len() > MOST_NAME {
        let message = format!("a mark's name has {} bytes, over {MOST_NAME}", name.len());
        return Err(warning(ErrorCode::BadMark, message));
    }
    Ok(Command::Mark { name })
}

/// A warning that repeats no more of the far end's words than is needed to find them.
fn warning(code: ErrorCode, message: String) -> Warning {
    Warning { code, message: message.chars().take(MOST_WORDS).collect() }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct MarkData<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Serialize)]
struct Reply<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    data: ReplyData<'a>,
}

#[derive(Serialize)]
struct ReplyData<'a> {
    name: &'a str,
    event: MarkEvent,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> ErrorCode {
        parse(text, 1_000).expect_err("a warning").code
    }

    #[test]
    fn stream_audio_is_read_with_its_kind_rate_and_bytes() {
        let text = r#"{"type":"streamAudio","data":{"audioDataType":"raw","sampleRate":8000,"audioData":"AQIDBA=="}}"#;
        let Ok(Command::StreamAudio(sound)) = parse(text, 4) else { panic!("no sound") };
        assert_eq!(sound.kind, SoundKind::Raw);
        assert_eq!(sound.rate.map(|rate| rate.hz()), Some(8_000));
        assert_eq!(sound.bytes, [1, 2, 3, 4]);
        for (name, kind) in [
            ("wav", SoundKind::Wav),
            ("mp3", SoundKind::Mp3),
            ("ogg", SoundKind::Ogg),
            ("pcmu", SoundKind::Pcmu),
            ("pcma", SoundKind::Pcma),
        ] {
            let text = format!(
                r#"{{"data":{{"audioData":"AQ","audioDataType":"{name}"}},"type":"streamAudio"}}"#
            );
            let sound = Sound { kind, rate: None, bytes: vec![1] };
            assert_eq!(parse(&text, 4), Ok(Command::StreamAudio(sound)));
        }
    }

    #[test]
    fn play_audio_is_read_with_either_name_of_a_wav_and_16_khz_where_raw_tells_none() {
        for name in ["wav", "wave"] {
            let text = format!(
                r#"{{"type":"playAudio","data":{{"audioContentType":"{name}","audioContent":"\/+8=","textContent":"Hi"}}}}"#
            );
            let sound = Sound { kind: SoundKind::Wav, rate: None, bytes: vec![0xff, 0xef] };
            assert_eq!(parse(&text, 4), Ok(Command::PlayAudio(sound)));
        }
        let text =
            r#"{"type":"playAudio","data":{"audioContentType":"raw","audioContent":"AQI="}}"#;
        let Ok(Command::PlayAudio(sound)) = parse(text, 4) else { panic!("no sound") };
        assert_eq!(sound.rate.map(|rate| rate.hz()), Some(16_000));
    }

    #[test]
    fn orders_are_read() {
        assert_eq!(parse(r#"{"type":"killAudio"}"#, 0), Ok(Command::KillAudio));
        assert_eq!(parse(r#" {"type":"clearMarks"}"#, 0), Ok(Command::ClearMarks));
        assert_eq!(parse(r#"{"type":"disconnect","data":null}"#, 0), Ok(Command::Disconnect));
        assert_eq!(
            parse(r#"{"type":"mark","data":{"name":"a\"b"}}"#, 0),
            Ok(Command::Mark { name: "a\"b".into() })
        );
    }

    #[test]
    fn what_is_no_order_is_the_apps() {
        for text in ["", "hello", "[1]", "7", r#"{"type":7}"#, r#"{"a":1}"#, r#"{"type":"x"}"#] {
            assert_eq!(parse(text, 0), Ok(Command::Other(text)));
        }
    }

    #[test]
    fn what_is_broken_is_warned_of_with_a_code() {
        assert_eq!(code("{not json"), "ERR_BAD_JSON");
        assert_eq!(code(r#"{"type":"mark"}"#), "ERR_BAD_MARK");
        assert_eq!(code(r#"{"type":"mark","data":{"name":7}}"#), "ERR_BAD_MARK");
        assert_eq!(code(r#"{"type":"streamAudio"}"#), "ERR_BAD_SOUND");
        let sound = |kind: &str, rate: &str, data: &str| {
            format!(
                r#"{{"type":"streamAudio","data":{{"audioDataType":"{kind}","sampleRate":{rate},"audioData":"{data}"}}}}"#
            )
        };
        assert_eq!(code(&sound("flac", "8000", "AQI=")), "ERR_BAD_SOUND");
        assert_eq!(code(&sound("raw", "8001", "AQI=")), "ERR_BAD_SOUND");
        assert_eq!(code(&sound("raw", "-1", "AQI=")), "ERR_BAD_SOUND");
        assert_eq!(code(&sound("raw", "\"8000\"", "AQI=")), "ERR_BAD_SOUND");
        assert_eq!(code(&sound("raw", "8000", "?")), "ERR_BAD_BASE64");
        assert_eq!(code(&sound("raw", "8000", &"A".repeat(1_400))), "ERR_SOUND_TOO_LARGE");
    }

    #[test]
    fn a_sound_of_just_the_bound_is_taken() {
        let text = |bytes: usize| {
            let data = "A".repeat(bytes / 3 * 4);
            format!(
                r#"{{"type":"streamAudio","data":{{"audioDataType":"mp3","audioData":"{data}"}}}}"#
            )
        };
        assert!(matches!(parse(&text(300), 300), Ok(Command::StreamAudio(_))));
        assert!(parse(&text(303), 300).is_err());
    }

    #[test]
    fn a_mark_is_replied_to_as_the_modules_do() {
        assert_eq!(
            mark_reply("a\"b", MarkEvent::Playout),
            r#"{"type":"mark","data":{"name":"a\"b","event":"playout"}}"#
        );
        assert_eq!(
            mark_reply("x", MarkEvent::Cleared),
            r#"{"type":"mark","data":{"name":"x","event":"cleared"}}"#
        );
    }
}
