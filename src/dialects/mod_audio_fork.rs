//! mod_audio_fork of drachtio and jambonz: a text of metadata, then linear audio. Back go
//! `playAudio` or binary audio, `killAudio`, `mark`, `clearMarks`, `disconnect`, and text.
//!
//! Only builds that play binary audio answer marks, and a mark goes with the audio that follows it.
//! A build silences `clearMarks`, so what is cleared is told here; what the far end says of it later
//! is passed over.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::beginning::Beginning;
use super::event::{Begun, DialectEvent, Format};
use super::marks::Marks;
use super::name::Dialect;
use super::outbox::Outbox;
use super::peer::{Peer, Sink};
use super::refusal::Refusal;
use super::session::SessionOptions;
use super::voice::{Playback, Voice, Wrapping};
use crate::protocol::{Digit, SampleRate};

/// jambonz discards marks beyond these without a word.
const MOST_MARKS: usize = 30;

/// A digit's length is told in samples of 8 kHz.
const DIGIT_HZ: u64 = 8_000;

#[derive(Debug)]
pub(super) struct ModAudioFork {
    beginning: Beginning,
    voice: Voice,
    marks: Marks,
    answers_marks: bool,
}

impl ModAudioFork {
    pub fn new(options: &SessionOptions) -> Self {
        let format = options.assumed;
        Self {
            beginning: Beginning::with_metadata(format, options.waits_for_metadata),
            voice: Voice::new(Wrapping::PlayAudio, options.playback, options.chunk, format.rate),
            marks: Marks::new(MOST_MARKS),
            answers_marks: options.playback == Playback::Binary,
        }
    }
}

impl ModAudioFork {
    fn handle_one_text(&mut self, text: &str, said: &mut Sink<'_>) {
        if !self.beginning.has_begun() {
            return self.beginning.handle_text(text, said);
        }
        match Word::parse(text) {
            Some(Word::Digit { digit, duration }) => said(DialectEvent::Dtmf { digit, duration }),
            Some(Word::Mark { name, cleared }) => match self.marks.named(&name) {
                Some(mark) => self.marks.handle_answer(mark, cleared, said),
                None => said(DialectEvent::Message(text)),
            },
            None => said(DialectEvent::Message(text)),
        }
    }
}

impl Peer for ModAudioFork {
    fn dialect(&self) -> Dialect {
        Dialect::ModAudioFork
    }

    fn has_begun(&self) -> bool {
        self.beginning.has_begun()
    }

    fn format(&self) -> Format {
        self.beginning.format()
    }

    fn handle_patience_over(&mut self, said: &mut Sink<'_>) {
        self.beginning.begin(Begun::default(), said);
    }

    fn handle_text(&mut self, text: &str, said: &mut Sink<'_>) {
        match joined_objects(text) {
            Some(texts) => texts.iter().for_each(|one| self.handle_one_text(one.get(), said)),
            None => self.handle_one_text(text, said),
        }
    }

    fn handle_binary(&mut self, bytes: &[u8], said: &mut Sink<'_>) {
        self.beginning.handle_binary(bytes, said);
    }

    fn handle_closed(&mut self, said: &mut Sink<'_>) {
        self.marks.clear(said);
    }

    fn handle_audio(
        &mut self,
        now: Instant,
        rate: SampleRate,
        pcm: &[u8],
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        self.voice.handle_audio(now, rate, pcm, out)
    }

    fn handle_clear(&mut self, out: &mut Outbox, said: &mut Sink<'_>) -> Result<(), Refusal> {
        self.voice.clear(out);
        out.push_text(json!({ "type": "killAudio" }).to_string())?;
        if self.marks.any_wait() {
            out.push_text(json!({ "type": "clearMarks" }).to_string())?;
            self.marks.clear(said);
        }
        Ok(())
    }

    fn handle_mark(&mut self, mark: u32, out: &mut Outbox) -> Result<(), Refusal> {
        if !self.answers_marks {
            return self.refuse("marks");
        }
        self.marks.check()?;
        self.voice.flush(out);
        let name = mark.to_string();
        out.push_text(json!({ "type": "mark", "data": { "name": name } }).to_string())?;
        self.marks.set(mark);
        self.voice.handle_mark();
        Ok(())
    }

    fn handle_message(&mut self, text: &str, out: &mut Outbox) -> Result<(), Refusal> {
        out.push_text(text.to_owned())
    }

    fn handle_hangup(&mut self, out: &mut Outbox) {
        self.voice.finish(out);
        // Where it finds no room, the close that follows says it.
        let _ = out.push_text(json!({ "type": "disconnect" }).to_string());
    }

    fn handle_timeout(&mut self, now: Instant, out: &mut Outbox) {
        self.voice.handle_timeout(now, out);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.voice.poll_timeout()
    }

    fn holds_audio(&self) -> bool {
        self.beginning.holds_audio()
    }

    fn held_dropped(&self) -> u64 {
        self.beginning.dropped()
    }
}

/// The objects of a message in which drachtio has joined several texts; None if it is one text.
fn joined_objects(text: &str) -> Option<Vec<&RawValue>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let objects = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let objects = objects.collect::<Result<Vec<_>, _>>().ok()?;
    let are_objects = objects.iter().all(|object| object.get().starts_with('{'));
    (objects.len() > 1 && are_objects).then_some(objects)
}

/// A text message that is not the app's.
enum Word {
    Digit { digit: Digit, duration: Option<Duration> },
    Mark { name: String, cleared: bool },
}

impl Word {
    fn parse(text: &str) -> Option<Self> {
        // Anything else would be read for nothing.
        if !text.trim_start().starts_with('{') {
            return None;
        }
        Self::mark(text).or_else(|| Self::digit(text))
    }

    fn mark(text: &str) -> Option<Self> {
        let Envelope { kind, data } = serde_json::from_str(text).ok()?;
        let cleared = match data.event.as_str() {
            "playout" => false,
            "cleared" => true,
            _ => return None,
        };
        (kind == "mark").then_some(Self::Mark { name: data.name, cleared })
    }

    /// What jambonz tells of a digit.
    fn digit(text: &str) -> Option<Self> {
        let Pressed { event, dtmf, duration } = serde_json::from_str(text).ok()?;
        let [byte] = dtmf.as_bytes() else { return None };
        let digit = (event == "dtmf").then(|| Digit::new(*byte))??;
        let samples = duration.and_then(Count::value);
        let duration = samples.map(|samples| Duration::from_millis(samples * 1000 / DIGIT_HZ));
        Some(Self::Digit { digit, duration })
    }
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    data: MarkData,
}

#[derive(Deserialize)]
struct MarkData {
    name: String,
    event: String,
}

#[derive(Deserialize)]
struct Pressed {
    event: String,
    dtmf: String,
    #[serde(default)]
    duration: Option<Count>,
}

/// A number, which some write as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Count {
    Number(u32),
    Text(String),
}

impl Count {
    fn value(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number.into()),
            Self::Text(text) => text.parse::<u32>().ok().map(u64::from),
        }
    }
}
