//! What a call over WebSocket is told: from what its peer said to the call's line.

use std::sync::Arc;

use serde_json::{Value, json};

use super::options::Terms;
use super::playout_drain::{LAST, PlayoutDrain};
use crate::call::{Companding, Passed, Warning};
use crate::dialects::{Begun, Capabilities, DialectEvent, Format, Refusal};
use crate::error::ErrorCode;
use crate::events::Event;
use crate::net::call_handle::CallHandle;
use crate::net::end_reason::EndReason;
use crate::net::listener::Listener;

/// What is known of the peer.
pub(super) struct State {
    listener: Listener,
    pub format: Format,
    /// What the peer told of the call at its beginning.
    told: Value,
    pub over: Option<EndReason>,
    pub playout_drain: PlayoutDrain,
    /// The peer has said that it has no room.
    pub is_held: bool,
    /// Codes of what was refused the app, and told.
    warned: Vec<ErrorCode>,
}

impl State {
    pub fn new(terms: &Terms) -> Self {
        Self {
            listener: Listener::new(Companding::Linear, &terms.call),
            format: terms.format,
            told: Value::Null,
            over: None,
            playout_drain: PlayoutDrain::default(),
            is_held: false,
            warned: Vec::new(),
        }
    }

    /// What the peer told of the call, and what it can do, as JSON.
    pub fn details(&mut self, can: Capabilities) -> String {
        let mut details = std::mem::take(&mut self.told);
        details["capabilities"] = json!({
            "audio": can.audio,
            "text": can.text,
            "dtmf": can.dtmf,
            "sendDtmf": false,
            "clear": can.clear,
            "clearAtFarEnd": can.clear_at_far_end,
            "mark": can.mark,
            "answer": can.answer,
        });
        details.to_string()
    }

    /// The app asked for what cannot be done, which it is told once per cause.
    pub fn handle_refusal(&mut self, line: &CallHandle, refusal: Refusal) {
        let code = refusal.code();
        if !self.warned.contains(&code) {
            self.warned.push(code);
            line.push(Event::Warning { code, message: refusal.to_string() });
        }
    }

    /// The peer said something.
    pub fn handle(&mut self, line: &Arc<CallHandle>, said: DialectEvent<'_>) {
        match said {
            DialectEvent::Begun(begun) => self.told = told(&begun),
            DialectEvent::Format(format) => {
                self.format = format;
                if let Err(over) = line.handle_format(format) {
                    self.over = Some(over);
                }
            }
            DialectEvent::Audio(pcm) => self.listener.hear_message(line, self.format, pcm),
            DialectEvent::Message(text) => line.push(Event::Message(text.to_owned())),
            DialectEvent::Dtmf { digit, .. } => line.push(Event::Dtmf(digit.ascii())),
            DialectEvent::Hold(full) => {
                self.is_held = full;
                line.change(|outbound, now| outbound.handle_hold(now, full))
            }
            DialectEvent::MarkPassed(LAST) | DialectEvent::MarkCleared(LAST) => {
                self.playout_drain.is_heard = true
            }
            DialectEvent::MarkPassed(mark) => {
                line.push(Event::Mark(Passed { mark, cleared: false }))
            }
            DialectEvent::MarkCleared(mark) => {
                line.push(Event::Mark(Passed { mark, cleared: true }))
            }
            DialectEvent::Warning(Warning { code, message }) => {
                line.push(Event::Warning { code, message })
            }
            DialectEvent::Refused { code, message } => {
                self.over = Some(EndReason::Refused(code, message))
            }
            DialectEvent::HungUp => self.over = Some(EndReason::HungUp),
        }
    }
}

fn told(begun: &Begun<'_>) -> Value {
    let Begun { reference, channel, channel_id, variables, metadata } = begun;
    let variables: serde_json::Map<_, _> =
        variables.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({
        "reference": reference,
        "channel": channel,
        "channelId": channel_id,
        "variables": variables,
        "metadata": metadata,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::call::Silence;
    use crate::dialects::Playback;
    use crate::net::options::CallOptions;
    use crate::protocol::SampleRate;

    pub fn terms() -> Terms {
        let second = Duration::from_secs(1);
        Terms {
            call: CallOptions {
                rate: SampleRate::NARROWBAND,
                keeps_rate: false,
                frame: None,
                silence: Silence::Never,
                companding: Companding::Linear,
                speech: None,
                high_water: second,
                outbound_limit: second,
                inbound_limit: second,
                hold: second,
                media_timeout: None,
                max_duration: None,
            },
            dialect: None,
            format: Format::NARROWBAND,
            playback: Playback::Json,
            chunk: second / 5,
            metadata_wait: second / 5,
            ping: second,
            idle: None,
            max_message: 65_536,
            max_text: 65_536,
            max_rate: 1000,
        }
    }

    #[test]
    fn what_a_peer_tells_of_its_call_is_json() {
        let variables = [("A".to_owned(), "1".to_owned())];
        let begun = Begun {
            reference: Some("id"),
            variables: &variables,
            metadata: Some("{\"a\":1}"),
            ..Begun::default()
        };
        let told = told(&begun);
        assert_eq!(told["reference"], "id");
        assert_eq!(told["variables"]["A"], "1");
        assert_eq!(told["metadata"], "{\"a\":1}");
        assert_eq!(told["channel"], serde_json::Value::Null);
    }
}
