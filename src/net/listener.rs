//! What is done with the peer's audio on its way to JavaScript.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::call_handle::CallHandle;
use super::options::CallOptions;
use crate::call::{Companding, Expander, InboundPace, Speech, SpeechEvent, take_side};
use crate::dialects::{Channels, Format};
use crate::error::ErrorCode;
use crate::events::Event;
use crate::protocol::{BYTES_PER_SAMPLE, SampleRate};
use crate::record::Side;

/// Listens to one peer: expands what is companded, records it, finds speech, passes it on.
pub(super) struct Listener {
    expander: Expander,
    pace: InboundPace,
    warned: bool,
    /// Boxed: most calls are not looked at for it.
    speech: Option<Box<Speech>>,
    /// One channel of two.
    side: Vec<u8>,
}

impl Listener {
    /// For a peer whose audio may be companded as `companding` says.
    pub fn new(companding: Companding, options: &CallOptions) -> Self {
        Self {
            expander: Expander::new(companding),
            pace: InboundPace::default(),
            warned: false,
            speech: options.speech.map(Speech::new).map(Box::new),
            side: Vec::new(),
        }
    }

    /// A frame of one voice.
    pub fn hear(&mut self, line: &CallHandle, rate: SampleRate, pcm: &[u8]) {
        line.count_audio(pcm);
        self.keep_pace(line, rate.duration_of(pcm.len()));
        let pcm = self.expander.expand(rate, pcm);
        line.handle_tapped(Side::Caller, rate, pcm);
        if let Some(speech) = &mut self.speech {
            speech.handle_audio(rate, pcm, &mut |event| line.push(speech_event(event)));
        }
        line.hear(rate, pcm);
        if let Some(law) = self.expander.take_recognised() {
            let message =
                format!("the peer's audio is G.711 ({law:?}), not linear: dial with c(slin)");
            line.push(Event::Warning { code: ErrorCode::Companded, message });
        }
    }

    /// A message of linear audio in this format. Of two voices the left is the caller's.
    pub fn hear_message(&mut self, line: &CallHandle, format: Format, pcm: &[u8]) {
        let rate = format.rate;
        if format.channels == Channels::Mono {
            return self.hear(line, rate, pcm);
        }
        line.count_audio(pcm);
        self.keep_pace(line, rate.duration_of(pcm.len() / 2));
        take_side(pcm, 0, &mut self.side);
        line.handle_tapped(Side::Caller, rate, &self.side);
        if let Some(speech) = &mut self.speech {
            speech.handle_audio(rate, &self.side, &mut |event| line.push(speech_event(event)));
        }
        take_side(pcm, BYTES_PER_SAMPLE, &mut self.side);
        line.handle_tapped(Side::App, rate, &self.side);
        line.hear(rate, pcm);
    }

    /// Counts audio beyond real time, and warns of it once.
    fn keep_pace(&mut self, line: &CallHandle, duration: Duration) {
        if !self.pace.count(duration) || !self.pace.look(Instant::now()) {
            return;
        }
        line.fast_audio_ms.store(self.pace.excess().as_millis() as u64, Ordering::Relaxed);
        if !std::mem::replace(&mut self.warned, true) {
            let message = "the peer's audio is ten seconds ahead of real time".to_owned();
            line.push(Event::Warning { code: ErrorCode::FastAudio, message });
        }
    }
}

fn speech_event(event: SpeechEvent) -> Event {
    match event {
        SpeechEvent::Start { at } => Event::Speech { start: at },
        SpeechEvent::End { at, lasted } => {
            Event::Silence { start: at.saturating_sub(lasted), end: at }
        }
    }
}
