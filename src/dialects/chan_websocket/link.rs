//! A call of chan_websocket that has begun: its audio both ways, and its commands.

use std::time::Instant;

use super::codec::Codec;
use super::command::{ANSWER, FLUSH, Form, HANGUP, MARK, STATUS, command};
use super::event::Start;
use crate::dialects::event::{DialectEvent, Format};
use crate::dialects::gather::Gather;
use crate::dialects::outbox::{Outbox, Outgoing};
use crate::dialects::peer::Sink;
use crate::dialects::refusal::Refusal;
use crate::dialects::sample_aligner::SampleAligner;
use crate::protocol::SampleRate;

/// Asterisk closes the connection on 65,536 bytes.
const MOST_BYTES: usize = 65_500;

#[derive(Debug)]
pub(super) struct Link {
    pub codec: Codec,
    form: Form,
    /// Bytes of a frame: of a message, Asterisk takes whole ones only.
    frame: usize,
    whole: SampleAligner,
    /// What is less than a frame and waits for the rest.
    gather: Gather,
    room: Vec<u8>,
    /// Frames that were sent.
    pub frames: u64,
}

impl Link {
    /// The link of a MEDIA_START, or why there is none.
    pub fn new(start: &Start) -> Result<Self, String> {
        let name = start.format.as_deref().ok_or("MEDIA_START came without a format")?;
        let codec = Codec::from_name(name)
            .ok_or_else(|| format!("the channel's format {name:.40} is not slin, ulaw or alaw"))?;
        let possible = |size: &usize| {
            (1..=MOST_BYTES).contains(size) && size.is_multiple_of(codec.sample_bytes())
        };
        Ok(Self {
            codec,
            form: start.form,
            frame: start.optimal_frame_size.filter(possible).unwrap_or(codec.frame_bytes()),
            whole: SampleAligner::new(codec.sample_bytes()),
            gather: Gather::default(),
            room: Vec::new(),
            frames: 0,
        })
    }

    pub fn format(&self) -> Format {
        Format::mono(self.codec.rate())
    }

    pub fn handle_binary(&mut self, bytes: impl AsRef<[u8]>, said: &mut Sink<'_>) {
        let whole = self.whole.take(bytes.as_ref());
        if !whole.is_empty() {
            said(DialectEvent::Audio(self.codec.expand(whole, &mut self.room)));
        }
    }

    pub fn handle_audio(
        &mut self,
        now: Instant,
        rate: SampleRate,
        pcm: &[u8],
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        if rate != self.codec.rate() {
            return Err(Refusal::Rate(rate));
        }
        self.gather.push(now, self.codec.compress(pcm, &mut self.room));
        let most = MOST_BYTES / self.frame * self.frame;
        while self.gather.len() >= self.frame {
            let frames = self.gather.len() / self.frame * self.frame;
            let bytes = frames.min(most);
            self.frames += (bytes / self.frame) as u64;
            out.push_audio(Outgoing::Binary(self.gather.take(bytes)));
        }
        Ok(())
    }

    pub fn handle_timeout(&mut self, now: Instant, out: &mut Outbox) {
        if let Some(piece) = self.gather.take_due(now) {
            self.send_padded(piece, out);
        }
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        self.gather.due()
    }

    pub fn clear(&mut self, out: &mut Outbox) -> Result<(), Refusal> {
        self.gather.clear();
        out.clear_audio();
        self.command(FLUSH, None, out)
    }

    pub fn mark(&mut self, mark: u32, out: &mut Outbox) -> Result<(), Refusal> {
        self.flush(out);
        self.command(MARK, Some(mark), out)
    }

    pub fn ask_status(&self, out: &mut Outbox) -> Result<(), Refusal> {
        self.command(STATUS, None, out)
    }

    pub fn answer(&mut self, out: &mut Outbox) -> Result<(), Refusal> {
        self.command(ANSWER, None, out)
    }

    pub fn hang_up(&mut self, out: &mut Outbox) -> Result<(), Refusal> {
        self.flush(out);
        self.command(HANGUP, None, out)
    }

    fn flush(&mut self, out: &mut Outbox) {
        if self.gather.len() > 0 {
            let piece = self.gather.take(usize::MAX);
            self.send_padded(piece, out);
        }
    }

    /// Sends less than a frame, as the frame that Asterisk wants.
    fn send_padded(&mut self, mut piece: Vec<u8>, out: &mut Outbox) {
        self.frames += 1;
        piece.resize(self.frame, self.codec.silence());
        out.push_audio(Outgoing::Binary(piece));
    }

    fn command(
        &self,
        name: &'static str,
        mark: Option<u32>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        out.push_text(command(self.form, name, mark))
    }
}
