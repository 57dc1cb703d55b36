//! A call's beginning, which is said once.

use super::event::{Begun, DialectEvent, Format};
use super::peer::Sink;

/// Whether the call has begun, and the format that it then has.
#[derive(Debug)]
pub(super) struct Beginning {
    format: Format,
    has_begun: bool,
}

impl Beginning {
    pub fn new(format: Format) -> Self {
        Self { format, has_begun: false }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    pub fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Begins the call, if it has not begun.
    pub fn begin(&mut self, begun: Begun<'_>, said: &mut Sink<'_>) {
        if !self.has_begun {
            self.has_begun = true;
            said(DialectEvent::Begun(begun));
            said(DialectEvent::Format(self.format));
        }
    }

    /// A text message: the metadata if the call has not begun, or else for the app.
    pub fn handle_text(&mut self, text: &str, said: &mut Sink<'_>) {
        if self.has_begun {
            said(DialectEvent::Message(text));
        } else {
            self.begin(Begun { metadata: Some(text), ..Begun::default() }, said);
        }
    }
}
