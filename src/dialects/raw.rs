//! No module's dialect: linear audio both ways as binary messages, text both ways. What is said goes
//! out in mono, at the rate of what is heard.

use std::time::Instant;

use super::beginning::Beginning;
use super::event::{Begun, DialectEvent, Format};
use super::name::Dialect;
use super::outbox::{Outbox, Outgoing};
use super::peer::{Peer, Sink};
use super::refusal::Refusal;
use crate::protocol::SampleRate;

#[derive(Debug)]
pub(super) struct Raw {
    beginning: Beginning,
}

impl Raw {
    pub fn new(format: Format) -> Self {
        Self { beginning: Beginning::new(format) }
    }
}

impl Peer for Raw {
    fn dialect(&self) -> Dialect {
        Dialect::Raw
    }

    fn has_begun(&self) -> bool {
        self.beginning.has_begun()
    }

    fn format(&self) -> Format {
        self.beginning.format()
    }

    fn handle_open(&mut self, said: &mut Sink<'_>) {
        self.beginning.begin(Begun::default(), said);
    }

    fn handle_text(&mut self, text: &str, said: &mut Sink<'_>) {
        self.handle_open(said);
        said(DialectEvent::Message(text));
    }

    fn handle_binary(&mut self, bytes: &[u8], said: &mut Sink<'_>) {
        self.beginning.handle_binary(bytes, said);
    }

    fn handle_audio(
        &mut self,
        _now: Instant,
        rate: SampleRate,
        pcm: &[u8],
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        if rate != self.format().rate {
            return Err(Refusal::Rate(rate));
        }
        out.push_audio(Outgoing::Binary(pcm.to_vec()));
        Ok(())
    }

    /// Frames leave when they are to be heard, so nothing but what has not left can be cleared.
    fn handle_clear(&mut self, out: &mut Outbox, _said: &mut Sink<'_>) -> Result<(), Refusal> {
        out.clear_audio();
        Ok(())
    }

    fn handle_message(&mut self, text: &str, out: &mut Outbox) -> Result<(), Refusal> {
        out.push_text(text.to_owned())
    }
}
