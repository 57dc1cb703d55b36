//! A scripted sender, and what a session makes of it.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use callstreams::dialects::{Dialect, DialectEvent, Outgoing, Refusal, Session, SessionOptions};
use callstreams::protocol::SampleRate;
use serde_json::Value;

pub struct Script {
    pub session: Session,
    pub now: Instant,
    said: Vec<String>,
    pub pcm: Vec<u8>,
}

impl Script {
    pub fn new(options: SessionOptions) -> Self {
        let session = Session::new(options);
        Self { session, now: Instant::now(), said: Vec::new(), pcm: Vec::new() }
    }

    pub fn of(dialect: Dialect) -> Self {
        Self::new(SessionOptions { dialect: Some(dialect), ..SessionOptions::default() })
    }

    pub fn open(&mut self) -> Vec<String> {
        self.tell(|session, said| session.handle_open(&mut |item| said(item)))
    }

    pub fn text(&mut self, text: &str) -> Vec<String> {
        self.tell(|session, said| session.handle_text(text, &mut |item| said(item)))
    }

    pub fn binary(&mut self, bytes: &[u8]) -> Vec<String> {
        self.tell(|session, said| session.handle_binary(bytes, &mut |item| said(item)))
    }

    pub fn patience_over(&mut self) -> Vec<String> {
        self.tell(|session, said| session.handle_patience_over(&mut |item| said(item)))
    }

    pub fn closed(&mut self) -> Vec<String> {
        self.tell(|session, said| session.handle_closed(&mut |item| said(item)))
    }

    pub fn clear(&mut self) -> Vec<String> {
        self.tell(|session, said| {
            session.handle_clear(&mut |item| said(item)).expect("it can be cleared");
        })
    }

    pub fn audio(&mut self, hz: u32, pcm: &[u8]) -> Result<(), Refusal> {
        self.session.handle_audio(self.now, rate(hz), pcm)
    }

    pub fn wait(&mut self, ms: u64) {
        self.now += Duration::from_millis(ms);
    }

    /// Everything that is to be sent now.
    pub fn sent(&mut self) -> Vec<Outgoing> {
        std::iter::from_fn(|| self.session.poll_transmit(self.now)).collect()
    }

    fn tell(
        &mut self,
        act: impl FnOnce(&mut Session, &mut dyn FnMut(DialectEvent<'_>)),
    ) -> Vec<String> {
        let (said, pcm) = (&mut self.said, &mut self.pcm);
        act(&mut self.session, &mut |item| {
            if let DialectEvent::Audio(bytes) = &item {
                pcm.extend_from_slice(bytes);
            }
            said.push(word(&item));
        });
        std::mem::take(&mut self.said)
    }
}

pub fn rate(hz: u32) -> SampleRate {
    SampleRate::from_hz(hz).expect("a rate")
}

pub fn text(text: &str) -> Outgoing {
    Outgoing::Text(text.to_owned())
}

pub fn code(result: Result<(), Refusal>) -> &'static str {
    result.expect_err("a refusal").code().as_str()
}

/// The JSON of a message, and its audio decoded.
pub fn json(message: &Outgoing, audio: &str) -> (Value, Vec<u8>) {
    let Outgoing::Text(text) = message else { panic!("no text: {message:?}") };
    let mut json: Value = serde_json::from_str(text).expect("JSON");
    let content = json["data"].as_object_mut().and_then(|data| data.remove(audio));
    let content = content.expect("audio");
    (json, STANDARD.decode(content.as_str().expect("a text")).expect("base64"))
}

fn word(item: &DialectEvent<'_>) -> String {
    match item {
        DialectEvent::Begun(begun) => {
            let parts = [begun.reference, begun.channel, begun.channel_id];
            let known: Vec<_> = parts.into_iter().flatten().collect();
            let variables = begun.variables.iter().map(|(name, value)| format!(" {name}={value}"));
            let metadata = begun.metadata.map_or(String::new(), |text| format!(" <{text}>"));
            let variables: String = variables.collect();
            format!("begun {}{variables}{metadata}", known.join(" ")).replace("begun  ", "begun ")
        }
        DialectEvent::Format(format) => {
            format!("format {} {}", format.rate.hz(), format.channels.count())
        }
        DialectEvent::Audio(pcm) => format!("audio {}", pcm.len()),
        DialectEvent::Message(text) => format!("message {text}"),
        DialectEvent::Dtmf { digit, duration } => {
            format!("dtmf {} {:?}", char::from(digit.ascii()), duration.map(|d| d.as_millis()))
        }
        DialectEvent::Hold(on) => format!("hold {on}"),
        DialectEvent::MarkPassed(mark) => format!("passed {mark}"),
        DialectEvent::MarkCleared(mark) => format!("cleared {mark}"),
        DialectEvent::Warning(warning) => format!("warning {}", warning.code),
        DialectEvent::Refused { code, .. } => format!("refused {code}"),
        DialectEvent::HungUp => "hung up".to_owned(),
    }
}
