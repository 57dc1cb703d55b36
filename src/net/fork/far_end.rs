//! What a far end says: text for the app, and where it may, audio and orders.

use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};

use super::session::Session;
use crate::call::Warning;
use crate::dialects::far_end::{Command, parse};
use crate::events::Event;

/// Bytes of audio that one message may bring.
const MAX_AUDIO: usize = 1 << 20;

impl Session<'_> {
    pub(super) fn handle_text(&mut self, text: &str) {
        self.count_received(text.len());
        if self.speaker.is_none() {
            return self.pass_on(text);
        }
        match parse(text, MAX_AUDIO) {
            Ok(Command::Other(text)) => self.pass_on(text),
            Ok(command) => self.handle_command(command),
            Err(warning) => {
                self.warn(warning);
                self.pass_on(text);
            }
        }
    }

    pub(super) fn handle_binary(&mut self, bytes: &[u8]) {
        self.count_received(bytes.len());
        let lost = match &mut self.speaker {
            Some(speaker) => speaker.handle_binary(bytes),
            None => bytes.len(),
        };
        self.count_lost(lost);
    }

    /// Ready when no sound is being decoded.
    pub(super) fn poll_decoded(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(speaker) = self.speaker.as_mut().filter(|speaker| speaker.is_busy()) else {
            return Poll::Ready(());
        };
        match ready!(speaker.poll_decoded(context)) {
            Ok(lost) => self.count_lost(lost),
            Err(warning) => self.warn(warning),
        }
        Poll::Ready(())
    }

    /// Tells the far end which of its marks were passed.
    pub(super) fn send_marks(&mut self) {
        let passed = self.speaker.as_mut().map(|speaker| speaker.poll_marks());
        self.send_texts(passed.unwrap_or_default());
    }

    fn handle_command(&mut self, command: Command<'_>) {
        let Some(speaker) = &mut self.speaker else { return };
        match command {
            Command::StreamAudio(sound) | Command::PlayAudio(sound) => speaker.handle_sound(sound),
            Command::KillAudio => {
                let cleared = speaker.handle_kill();
                self.send_texts(cleared);
            }
            Command::ClearMarks => {
                let cleared = speaker.clear_marks();
                self.send_texts(cleared);
            }
            Command::Mark { name } => {
                let cleared = speaker.handle_mark(name.into_owned());
                self.send_texts(cleared.into_iter().collect());
            }
            Command::Disconnect => self.task.line.hangup(false),
            Command::Other(_) => {}
        }
    }

    fn pass_on(&self, text: &str) {
        self.task.report(Event::Message(text.to_owned()));
    }

    fn warn(&self, Warning { code, message }: Warning) {
        self.task.report(Event::Warning { code, message });
    }

    fn send_texts(&mut self, texts: Vec<String>) {
        texts.iter().for_each(|text| self.send_text(text));
    }

    fn count_received(&self, bytes: usize) {
        let counts = &self.task.fork.counts;
        counts.messages_received.fetch_add(1, Ordering::Relaxed);
        counts.bytes_received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn count_lost(&self, bytes: usize) {
        self.task.fork.counts.dropped_bytes_back.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}
