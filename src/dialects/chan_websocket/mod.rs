//! Asterisk's chan_websocket: audio in its channel's format both ways, control as text, plain or
//! JSON, in the form in which MEDIA_START came.
//!
//! ```text
//!  Waiting --MEDIA_START--> Begun
//!     |  audio is held         |  audio is expanded, events are told
//!     +--anything else, a format unknown here--> refused
//! ```
//!
//! Asterisk drops what does not fill a frame of a message, so frames go out whole; and it forgets
//! marks with FLUSH_MEDIA, so that they are told as cleared here.

mod codec;
mod command;
mod event;
mod link;
mod playout;

use std::time::Instant;

use self::event::{Event, Start};
use self::link::Link;
use self::playout::Playout;
use super::early_audio::EarlyAudio;
use super::event::{Begun, DialectEvent, Format};
use super::marks::Marks;
use super::name::Dialect;
use super::outbox::Outbox;
use super::peer::{Peer, Sink};
use super::refusal::Refusal;
use crate::call::Warning;
use crate::error::ErrorCode;
use crate::protocol::SampleRate;

pub(super) use event::is_start;

/// Marks that may wait in Asterisk's queue.
const MOST_MARKS: usize = 1_000;

#[derive(Debug)]
pub(super) struct ChanWebsocket {
    held: EarlyAudio,
    link: Option<Link>,
    marks: Marks,
    playout: Playout,
    warned: Vec<ErrorCode>,
}

impl ChanWebsocket {
    pub fn new() -> Self {
        Self {
            held: EarlyAudio::default(),
            link: None,
            marks: Marks::new(MOST_MARKS),
            playout: Playout::default(),
            warned: Vec::new(),
        }
    }

    fn handle_first(&mut self, text: &str, said: &mut Sink<'_>) {
        let Event::Start(start) = Event::parse(text) else {
            let message = "the connection's first text was not MEDIA_START".to_owned();
            return said(DialectEvent::Refused { code: ErrorCode::FirstMessage, message });
        };
        let mut link = match Link::new(&start) {
            Ok(link) => link,
            Err(message) => {
                return said(DialectEvent::Refused { code: ErrorCode::UnsupportedFormat, message });
            }
        };
        say_begun(&start, text, said);
        said(DialectEvent::Format(link.format()));
        let second = link.codec.bytes_per_second();
        link.handle_binary(self.held.release(second, said), said);
        self.playout.handle_start(start.form);
        self.link = Some(link);
    }

    fn handle_event(&mut self, text: &str, said: &mut Sink<'_>) {
        match Event::parse(text) {
            Event::Xoff => said(DialectEvent::Hold(true)),
            Event::Xon => said(DialectEvent::Hold(false)),
            Event::Dtmf(digit) => said(DialectEvent::Dtmf { digit, duration: None }),
            Event::MarkProcessed(name) => {
                self.playout.handle_mark_answer();
                if let Some(mark) = self.marks.named(&name) {
                    self.marks.handle_answer(mark, false, said);
                }
            }
            Event::Start(_) => self.warn(ErrorCode::RepeatedStart, "MEDIA_START came again", said),
            Event::Error(fault) => {
                // In passthrough mode no mark is taken, and none will be told of.
                if fault.starts_with(command::MARK) {
                    self.playout.clear();
                    self.marks.clear(said);
                }
                self.warn(ErrorCode::FarEnd, &format!("Asterisk said: {fault:.200}"), said);
                said(DialectEvent::Message(text));
            }
            Event::Status(queued) => {
                let marks = &mut self.marks;
                let passed = |mark| marks.handle_answer(mark, false, said);
                if !self.playout.handle_status(queued, passed) {
                    said(DialectEvent::Message(text));
                }
            }
            Event::Other => said(DialectEvent::Message(text)),
        }
    }

    fn warn(&mut self, code: ErrorCode, message: &str, said: &mut Sink<'_>) {
        if !self.warned.contains(&code) {
            self.warned.push(code);
            said(DialectEvent::Warning(Warning { code, message: message.to_owned() }));
        }
    }

    /// What only a call that has begun can do.
    fn with_link(
        &mut self,
        act: impl FnOnce(&mut Link) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        self.link.as_mut().map_or(Err(Refusal::NotBegun), act)
    }
}

impl Peer for ChanWebsocket {
    fn dialect(&self) -> Dialect {
        Dialect::ChanWebsocket
    }

    fn has_begun(&self) -> bool {
        self.link.is_some()
    }

    fn format(&self) -> Format {
        self.link.as_ref().map_or(Format::NARROWBAND, Link::format)
    }

    fn handle_text(&mut self, text: &str, said: &mut Sink<'_>) {
        match self.link {
            None => self.handle_first(text, said),
            Some(_) => self.handle_event(text, said),
        }
    }

    fn handle_binary(&mut self, bytes: &[u8], said: &mut Sink<'_>) {
        match &mut self.link {
            None => self.held.push(bytes),
            Some(link) => link.handle_binary(bytes, said),
        }
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
        self.with_link(|link| link.handle_audio(now, rate, pcm, out))
    }

    fn handle_clear(&mut self, out: &mut Outbox, said: &mut Sink<'_>) -> Result<(), Refusal> {
        self.with_link(|link| link.clear(out))?;
        self.playout.clear();
        self.marks.clear(said);
        Ok(())
    }

    fn handle_mark(&mut self, mark: u32, out: &mut Outbox) -> Result<(), Refusal> {
        self.marks.check()?;
        self.with_link(|link| link.mark(mark, out))?;
        self.marks.set(mark);
        self.playout.handle_mark(mark, self.link.as_ref().map_or(0, |link| link.frames));
        Ok(())
    }

    fn handle_answer(&mut self, out: &mut Outbox) -> Result<(), Refusal> {
        self.with_link(|link| link.answer(out))
    }

    fn handle_hangup(&mut self, out: &mut Outbox) {
        // Where it finds no room, the close that follows says it.
        let _ = self.with_link(|link| link.hang_up(out));
    }

    fn handle_timeout(&mut self, now: Instant, out: &mut Outbox) {
        if let Some(link) = &mut self.link {
            link.handle_timeout(now, out);
        }
        if self.playout.handle_timeout(now) {
            self.handle_probe(out);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let link = self.link.as_ref().and_then(Link::poll_timeout);
        [link, self.playout.poll_timeout()].into_iter().flatten().min()
    }

    /// Before 20.18, 22.8 and 23.2 a ping of WebSocket hangs the channel up, so its status is asked for.
    fn handle_probe(&mut self, out: &mut Outbox) -> bool {
        if let Some(link) = &self.link
            && self.playout.ask(link.frames)
        {
            // Where it finds no room, the peer takes nothing, and need not be asked more.
            let _ = link.ask_status(out);
        }
        true
    }

    fn held_dropped(&self) -> u64 {
        self.held.dropped
    }
}

fn say_begun(start: &Start, text: &str, said: &mut Sink<'_>) {
    said(DialectEvent::Begun(Begun {
        reference: start.connection_id.as_deref(),
        channel: start.channel.as_deref(),
        channel_id: start.channel_id.as_deref(),
        variables: &start.variables,
        metadata: Some(text),
    }));
}
