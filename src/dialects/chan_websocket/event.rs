//! What Asterisk tells, plain or as JSON.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::command::Form;
use crate::protocol::Digit;

/// Keys of plain events. A value ends where the next of them begins.
const KEYS: [&str; 8] = [
    "connection_id:",
    "channel:",
    "channel_id:",
    "format:",
    "optimal_frame_size:",
    "ptime:",
    "digit:",
    "error_text:",
];

/// A text message of Asterisk's.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    Start(Start),
    Xon,
    Xoff,
    MarkProcessed(String),
    Dtmf(Digit),
    Error(String),
    /// What GET_STATUS is answered: frames that are queued.
    Status(Option<u64>),
    /// Of no meaning here.
    Other,
}

/// MEDIA_START.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub form: Form,
    pub connection_id: Option<String>,
    pub channel: Option<String>,
    pub channel_id: Option<String>,
    pub format: Option<String>,
    pub optimal_frame_size: Option<usize>,
    pub variables: Vec<(String, String)>,
}

/// The text is a MEDIA_START.
pub fn is_start(text: &str) -> bool {
    matches!(Event::parse(text), Event::Start(_))
}

impl Event {
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if text.starts_with('{') {
            return serde_json::from_str::<Json<'_>>(text).map_or(Self::Other, Json::event);
        }
        let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
        match name {
            "MEDIA_START" => Self::Start(Start::plain(rest)),
            "MEDIA_XON" => Self::Xon,
            "MEDIA_XOFF" => Self::Xoff,
            "MEDIA_MARK_PROCESSED" => Self::MarkProcessed(rest.to_owned()),
            "DTMF_END" => dtmf(field(rest, "digit:")),
            "ERROR" => Self::Error(error_text(rest).to_owned()),
            "STATUS" => Self::Status(number(rest, "queue_length:")),
            _ => Self::Other,
        }
    }
}

impl Start {
    fn plain(rest: &str) -> Self {
        Self {
            form: Form::Plain,
            connection_id: field(rest, "connection_id:"),
            channel: field(rest, "channel:"),
            channel_id: field(rest, "channel_id:"),
            format: field(rest, "format:"),
            optimal_frame_size: field(rest, "optimal_frame_size:").and_then(|s| s.parse().ok()),
            variables: Vec::new(),
        }
    }
}

/// The fields of all events; those of other events are passed over.
#[derive(Deserialize)]
struct Json<'a> {
    event: String,
    connection_id: Option<String>,
    channel: Option<String>,
    channel_id: Option<String>,
    format: Option<String>,
    optimal_frame_size: Option<i64>,
    #[serde(borrow)]
    channel_variables: Option<&'a RawValue>,
    correlation_id: Option<String>,
    digit: Option<String>,
    error_text: Option<String>,
    queue_length: Option<i64>,
}

impl Json<'_> {
    fn event(self) -> Event {
        match self.event.as_str() {
            "MEDIA_START" => Event::Start(self.start()),
            "MEDIA_XON" => Event::Xon,
            "MEDIA_XOFF" => Event::Xoff,
            "MEDIA_MARK_PROCESSED" => Event::MarkProcessed(self.correlation_id.unwrap_or_default()),
            "DTMF_END" => dtmf(self.digit),
            "ERROR" => Event::Error(self.error_text.unwrap_or_default()),
            "STATUS" => Event::Status(self.queue_length.and_then(|length| length.try_into().ok())),
            _ => Event::Other,
        }
    }

    fn start(self) -> Start {
        Start {
            form: Form::Json,
            variables: self.channel_variables.map(variables).unwrap_or_default(),
            connection_id: self.connection_id,
            channel: self.channel,
            channel_id: self.channel_id,
            format: self.format,
            optimal_frame_size: self.optimal_frame_size.and_then(|size| size.try_into().ok()),
        }
    }
}

fn variables(json: &RawValue) -> Vec<(String, String)> {
    let map: Map<String, Value> = serde_json::from_str(json.get()).unwrap_or_default();
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    map.into_iter().map(|(name, value)| (name, text(value))).collect()
}

fn dtmf(digit: Option<String>) -> Event {
    match digit.as_deref().map(str::as_bytes) {
        Some([byte]) => Digit::new(*byte).map_or(Event::Other, Event::Dtmf),
        _ => Event::Other,
    }
}

/// The number of a key among `key:value` pairs.
fn number(pairs: &str, key: &str) -> Option<u64> {
    pairs.split(' ').find_map(|word| word.strip_prefix(key))?.parse().ok()
}

/// The value of a key among `key:value` pairs. A value may have spaces, as a channel's name may.
fn field(pairs: &str, key: &str) -> Option<String> {
    let mut words = pairs.split(' ');
    let first = words.find_map(|word| word.strip_prefix(key))?;
    let rest = words.take_while(|word| !KEYS.iter().any(|key| word.starts_with(key)));
    let value: Vec<&str> = std::iter::once(first).chain(rest).collect();
    Some(value.join(" "))
}

/// The text of an error, which is the event's last field.
fn error_text(rest: &str) -> &str {
    rest.split_once("error_text:").map_or(rest, |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_media_start_tells_all_its_fields() {
        let text = "MEDIA_START connection_id:m1 channel:WebSocket/a b/0x7f:1 channel_id:17.2 \
                    format:slin16 optimal_frame_size:640 ptime:20";
        let Event::Start(start) = Event::parse(text) else { panic!("no start") };
        assert_eq!(start.form, Form::Plain);
        assert_eq!(start.connection_id.as_deref(), Some("m1"));
        assert_eq!(start.channel.as_deref(), Some("WebSocket/a b/0x7f:1"));
        assert_eq!(start.channel_id.as_deref(), Some("17.2"));
        assert_eq!(start.format.as_deref(), Some("slin16"));
        assert_eq!(start.optimal_frame_size, Some(640));
    }

    #[test]
    fn a_json_media_start_tells_the_channels_variables_too() {
        let text = r#"{"event":"MEDIA_START","connection_id":"m1","channel":"WebSocket/x",
            "channel_id":"17.2","format":"ulaw","optimal_frame_size":160,"ptime":20,
            "channel_variables":{"DIALSTATUS":"","N":7}}"#;
        let Event::Start(start) = Event::parse(text) else { panic!("no start") };
        assert_eq!(start.form, Form::Json);
        assert_eq!(start.connection_id.as_deref(), Some("m1"));
        assert_eq!(start.optimal_frame_size, Some(160));
        let pairs: Vec<_> = start.variables.iter().map(|(k, v)| (&**k, &**v)).collect();
        assert_eq!(pairs, [("DIALSTATUS", ""), ("N", "7")]);
    }

    #[test]
    fn events_are_read_in_either_form() {
        let pound = Digit::new(b'#').expect("a digit");
        for (text, event) in [
            ("MEDIA_XOFF", Event::Xoff),
            (r#"{"event":"MEDIA_XON","channel_id":"1"}"#, Event::Xon),
            ("DTMF_END digit:# channel_id:17.2", Event::Dtmf(pound)),
            (r##"{"event":"DTMF_END","channel_id":"1","digit":"#"}"##, Event::Dtmf(pound)),
            ("MEDIA_MARK_PROCESSED 7", Event::MarkProcessed("7".into())),
            (
                r#"{"event":"MEDIA_MARK_PROCESSED","correlation_id":"7"}"#,
                Event::MarkProcessed("7".into()),
            ),
            (
                "ERROR channel_id:1 error_text:format: bad one",
                Event::Error("format: bad one".into()),
            ),
            ("STATUS channel_id:1 queue_length:7 xon_level:800", Event::Status(Some(7))),
            (r#"{"event":"STATUS","queue_length":7}"#, Event::Status(Some(7))),
            ("STATUS channel_id:1", Event::Status(None)),
            ("DTMF_END digit:xx", Event::Other),
            (r#"{"event":7}"#, Event::Other),
            ("{", Event::Other),
            ("", Event::Other),
        ] {
            assert_eq!(Event::parse(text), event, "{text}");
        }
    }
}
