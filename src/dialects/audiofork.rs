//! Asterisk's app_audiofork: 8 kHz in, mono or stereo, and it never reads what is sent to it.

use super::beginning::Beginning;
use super::event::{Begun, Channels, DialectEvent, Format};
use super::name::Dialect;
use super::peer::{Peer, Sink};

#[derive(Debug)]
pub(super) struct Audiofork {
    beginning: Beginning,
}

impl Audiofork {
    /// A fork has 8 kHz; of which channels, it does not tell.
    pub fn new(channels: Channels) -> Self {
        let format = Format { channels, ..Format::NARROWBAND };
        Self { beginning: Beginning::new(format) }
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
        self.beginning.handle_binary(bytes, said);
    }
}
