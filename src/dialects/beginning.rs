//! A call's beginning, which is said once, and the audio around it.

use super::early_audio::EarlyAudio;
use super::event::{Begun, DialectEvent, Format};
use super::peer::Sink;
use super::sample_aligner::SampleAligner;

/// Whether the call has begun, and the format that it then has.
#[derive(Debug)]
pub(super) struct Beginning {
    format: Format,
    has_begun: bool,
    /// Audio that comes first waits for metadata.
    waits: bool,
    early: EarlyAudio,
    has_early: bool,
    aligner: SampleAligner,
}

impl Beginning {
    /// A call that begins with whatever comes first.
    pub fn new(format: Format) -> Self {
        Self {
            format,
            has_begun: false,
            waits: false,
            early: EarlyAudio::default(),
            has_early: false,
            aligner: SampleAligner::new(format.block_bytes()),
        }
    }

    /// A call whose metadata may come behind its first audio, if it is waited for.
    pub fn with_metadata(format: Format, waits: bool) -> Self {
        Self { waits, ..Self::new(format) }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    pub fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Audio is kept until there is metadata, or nobody waits for it any longer.
    pub fn holds_audio(&self) -> bool {
        self.has_early && !self.has_begun
    }

    /// Bytes of audio that were too many to keep.
    pub fn dropped(&self) -> u64 {
        self.early.dropped
    }

    /// Begins the call, if it has not begun.
    pub fn begin(&mut self, begun: Begun<'_>, said: &mut Sink<'_>) {
        if std::mem::replace(&mut self.has_begun, true) {
            return;
        }
        said(DialectEvent::Begun(begun));
        said(DialectEvent::Format(self.format));
        if self.has_early {
            let second =
                self.format.rate.bytes_per_second() * usize::from(self.format.channels.count());
            let early = self.early.release(second, said);
            self.aligner.hear(&early, said);
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

    /// A binary message, which is audio.
    pub fn handle_binary(&mut self, bytes: &[u8], said: &mut Sink<'_>) {
        if self.waits && !self.has_begun {
            self.has_early = true;
            return self.early.push(bytes);
        }
        self.begin(Begun::default(), said);
        self.aligner.hear(bytes, said);
    }
}
