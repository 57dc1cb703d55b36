//! What every dialect does, each in its file. What it does not do is refused here.

use std::fmt;
use std::time::Instant;

use super::event::{DialectEvent, Format};
use super::name::Dialect;
use super::outbox::Outbox;
use super::refusal::Refusal;
use crate::protocol::SampleRate;

/// Who is told what the sender says.
pub(super) type Sink<'s> = dyn FnMut(DialectEvent<'_>) + 's;

/// One sender. The session sees to it that nothing comes in after the end, and that nothing is to
/// go out before the beginning or after the end.
pub(super) trait Peer: fmt::Debug + Send {
    fn dialect(&self) -> Dialect;

    fn has_begun(&self) -> bool;

    /// The sender's format, once the call has begun.
    fn format(&self) -> Format;

    /// The connection is there and nothing was said yet.
    fn handle_open(&mut self, _said: &mut Sink<'_>) {}

    /// Nothing was said for long enough.
    fn handle_patience_over(&mut self, _said: &mut Sink<'_>) {}

    fn handle_text(&mut self, text: &str, said: &mut Sink<'_>);

    fn handle_binary(&mut self, bytes: &[u8], said: &mut Sink<'_>);

    /// The connection is gone.
    fn handle_closed(&mut self, _said: &mut Sink<'_>) {}

    fn handle_audio(
        &mut self,
        _now: Instant,
        _rate: SampleRate,
        _pcm: &[u8],
        _out: &mut Outbox,
    ) -> Result<(), Refusal> {
        self.refuse("audio")
    }

    fn handle_clear(&mut self, _out: &mut Outbox, _said: &mut Sink<'_>) -> Result<(), Refusal> {
        self.refuse("audio that could be cleared")
    }

    fn handle_mark(&mut self, _mark: u32, _out: &mut Outbox) -> Result<(), Refusal> {
        self.refuse("marks")
    }

    fn handle_answer(&mut self, _out: &mut Outbox) -> Result<(), Refusal> {
        self.refuse("order to answer")
    }

    fn handle_message(&mut self, _text: &str, _out: &mut Outbox) -> Result<(), Refusal> {
        self.refuse("text")
    }

    /// What is to be said before the connection is closed. It cannot fail: the close says it too.
    fn handle_hangup(&mut self, _out: &mut Outbox) {}

    /// Puts into `out` what has waited long enough.
    fn handle_timeout(&mut self, _now: Instant, _out: &mut Outbox) {}

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    /// Audio came, and waits for the metadata of its call.
    fn holds_audio(&self) -> bool {
        false
    }

    /// The sender is to show that it is there. False where a ping of WebSocket has to ask.
    fn handle_probe(&mut self, _out: &mut Outbox) -> bool {
        false
    }

    /// Bytes of audio that came before its call began and were dropped.
    fn held_dropped(&self) -> u64 {
        0
    }

    fn refuse(&self, what: &'static str) -> Result<(), Refusal> {
        Err(Refusal::NotSupported { dialect: self.dialect(), what })
    }
}
