//! FreeSWITCH's mod_audio_stream: a text of metadata, if any, then linear audio; text at any time.
//! Back go text and `streamAudio`, or binary audio to newer builds.

use std::time::Instant;

use super::beginning::Beginning;
use super::event::{Begun, Format};
use super::name::Dialect;
use super::outbox::Outbox;
use super::peer::{Peer, Sink};
use super::refusal::Refusal;
use super::session::SessionOptions;
use super::voice::{Voice, Wrapping};
use crate::protocol::SampleRate;

#[derive(Debug)]
pub(super) struct ModAudioStream {
    beginning: Beginning,
    voice: Voice,
}

impl ModAudioStream {
    pub fn new(options: &SessionOptions) -> Self {
        let format = options.assumed;
        Self {
            beginning: Beginning::with_metadata(format, options.waits_for_metadata),
            voice: Voice::new(Wrapping::StreamAudio, options.playback, options.chunk, format.rate),
        }
    }
}

impl Peer for ModAudioStream {
    fn dialect(&self) -> Dialect {
        Dialect::ModAudioStream
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
        self.beginning.handle_text(text, said);
    }

    fn handle_binary(&mut self, bytes: &[u8], said: &mut Sink<'_>) {
        self.beginning.handle_binary(bytes, said);
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

    /// The far end knows no order to be quiet: what has left is heard, a chunk at most.
    fn handle_clear(&mut self, out: &mut Outbox, _said: &mut Sink<'_>) -> Result<(), Refusal> {
        self.voice.clear(out);
        Ok(())
    }

    fn handle_message(&mut self, text: &str, out: &mut Outbox) -> Result<(), Refusal> {
        out.push_text(text.to_owned())
    }

    fn handle_hangup(&mut self, out: &mut Outbox) {
        self.voice.flush(out);
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
