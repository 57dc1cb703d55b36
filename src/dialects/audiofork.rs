//! Asterisk's app_audiofork: 8 kHz mono in, and it never reads what is sent to it.

use super::beginning::Beginning;
use super::event::{Begun, DialectEvent, Format};
use super::name::Dialect;
use super::peer::{Peer, Sink};
use super::sample_aligner::SampleAligner;

#[derive(Debug)]
pub(super) struct Audiofork {
    beginning: Beginning,
    whole: SampleAligner,
}

impl Audiofork {
    pub fn new() -> Self {
        let format = Format::NARROWBAND;
        Self { beginning: Beginning::new(format), whole: SampleAligner::new(format.block_bytes()) }
    }
}

impl Peer for Audiofork {
    fn dialect(&self) -> Dialect {
        Dialect::Audiofork
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
        self.handle_open(said);
        self.whole.hear(bytes, said);
    }
}
