//! The app's audio on its way to FreeSWITCH: as JSON with base64, or binary.
//!
//! Each JSON message becomes a file at the far end. So frames are gathered to chunks first, and what
//! is left goes when no frame came for 40 ms.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::gather::Gather;
use super::outbox::{Outbox, Outgoing};
use super::refusal::Refusal;
use crate::protocol::SampleRate;

/// Bounds of a chunk: a frame, and what a reader of the messages should bear.
const CHUNKS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(10));

/// Rates that raw audio in JSON may have: the far end knows no others.
const RAW_HZ: [u32; 5] = [8_000, 16_000, 24_000, 32_000, 48_000];

const WAV_HEADER: usize = 44;

/// Speech that pauses for longer has ended: two frames.
const PAUSE: Duration = Duration::from_millis(40);

/// How audio is given to a sender that takes it back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Playback {
    /// JSON with raw audio in base64: 8, 16, 24, 32 or 48 kHz.
    #[default]
    Json,
    /// JSON with a WAV file in base64, of any rate.
    Wav,
    /// Binary messages, a frame each, at the rate of the sender's own audio. Newer builds take it.
    Binary,
}

/// The message that JSON audio is put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrapping {
    StreamAudio,
    PlayAudio,
}

/// mod_audio_fork gives binary audio away in blocks of so many bytes: 640 samples.
const BLOCK: usize = 1_280;

/// What the app says to one sender.
#[derive(Debug)]
pub(super) struct Voice {
    wrapping: Wrapping,
    playback: Playback,
    chunk: Duration,
    gather: Gather,
    /// The rate of what is gathered, or of binary audio.
    rate: SampleRate,
    /// Binary audio that mod_audio_fork may not have given away yet.
    block: Block,
}

/// How much of its last block a sender has.
#[derive(Debug, Default)]
struct Block {
    /// Bytes of the last block.
    bytes: usize,
    /// Something waits for audio behind it: the rest of a block, or a mark.
    is_open: bool,
    /// When no more is waited for.
    due: Option<Instant>,
}

impl Block {
    /// A mark without audio is open as well, and waits as long for some.
    fn start_waiting(&mut self, now: Instant) {
        if self.is_open {
            self.due.get_or_insert(now + PAUSE);
        }
    }
}

impl Voice {
    pub fn new(wrapping: Wrapping, playback: Playback, chunk: Duration, rate: SampleRate) -> Self {
        let chunk = chunk.clamp(CHUNKS.0, CHUNKS.1);
        let (gather, block) = (Gather::default(), Block::default());
        Self { wrapping, playback, chunk, gather, rate, block }
    }

    pub fn handle_audio(
        &mut self,
        now: Instant,
        rate: SampleRate,
        pcm: &[u8],
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let possible = match self.playback {
            Playback::Json => RAW_HZ.contains(&rate.hz()),
            Playback::Wav => true,
            Playback::Binary => rate == self.rate,
        };
        if !possible {
            return Err(Refusal::Rate(rate));
        }
        if self.playback == Playback::Binary {
            self.send_binary(now, pcm, out);
            return Ok(());
        }
        if rate != self.rate {
            self.flush(out);
            self.rate = rate;
        }
        self.gather.push(now, pcm);
        let chunk = rate.bytes_in(self.chunk);
        while self.gather.len() >= chunk {
            let piece = self.gather.take(chunk);
            self.send(&piece, out);
        }
        Ok(())
    }

    /// Lets go what has waited long enough.
    pub fn handle_timeout(&mut self, now: Instant, out: &mut Outbox) {
        if let Some(piece) = self.gather.take_due(now) {
            self.send(&piece, out);
        }
        self.block.start_waiting(now);
        if self.block.due.take_if(|due| *due <= now).is_some() && self.block.is_open {
            self.fill_block(out);
        }
    }

    pub fn poll_timeout(&self) -> Option<Instant> {
        [self.gather.due(), self.block.due].into_iter().flatten().min()
    }

    /// A mark leaves, which audio has to follow.
    pub fn handle_mark(&mut self) {
        self.block.is_open = true;
    }

    /// All is said: what the sender has of a block is to be heard too.
    pub fn finish(&mut self, out: &mut Outbox) {
        self.flush(out);
        if self.block.is_open {
            self.fill_block(out);
        }
    }

    fn gives_away_blocks(&self) -> bool {
        self.playback == Playback::Binary && self.wrapping == Wrapping::PlayAudio
    }

    fn send_binary(&mut self, now: Instant, pcm: &[u8], out: &mut Outbox) {
        let mut pcm = pcm.to_vec();
        if self.gives_away_blocks() {
            // It takes samples of -1 for its marks.
            let samples = pcm.chunks_exact_mut(2).filter(|sample| **sample == [0xff, 0xff]);
            samples.for_each(|sample| sample.fill(0));
            self.block.bytes = (self.block.bytes + pcm.len()) % BLOCK;
            self.block.is_open |= self.block.bytes > 0;
            self.block.due = Some(now + PAUSE);
        }
        out.push_audio(Outgoing::Binary(pcm));
    }

    /// Sends silence, up to the end of a block.
    fn fill_block(&mut self, out: &mut Outbox) {
        let missing = BLOCK - self.block.bytes;
        self.block = Block::default();
        out.push_audio(Outgoing::Binary(vec![0; missing]));
    }

    /// Lets go what is gathered.
    pub fn flush(&mut self, out: &mut Outbox) {
        if self.gather.len() > 0 {
            let piece = self.gather.take(usize::MAX);
            self.send(&piece, out);
        }
    }

    /// Forgets what has not left.
    pub fn clear(&mut self, out: &mut Outbox) {
        self.gather.clear();
        self.block = Block::default();
        out.clear_audio();
    }

    fn send(&self, pcm: &[u8], out: &mut Outbox) {
        out.push_audio(Outgoing::Text(self.wrap(pcm)));
    }

    /// The message, written in one go: base64 and the rest need no escapes.
    fn wrap(&self, pcm: &[u8]) -> String {
        let is_wav = self.playback == Playback::Wav;
        let [event, kind_key, content_key] = match self.wrapping {
            Wrapping::StreamAudio => ["streamAudio", "audioDataType", "audioData"],
            Wrapping::PlayAudio => ["playAudio", "audioContentType", "audioContent"],
        };
        let kind = match (is_wav, self.wrapping) {
            (false, _) => "raw",
            (true, Wrapping::StreamAudio) => "wav",
            (true, Wrapping::PlayAudio) => "wave",
        };
        let hz = self.rate.hz();
        let mut text = format!(
            r#"{{"type":"{event}","data":{{"{kind_key}":"{kind}","sampleRate":{hz},"{content_key}":""#
        );
        text.reserve((WAV_HEADER + pcm.len()).div_ceil(3) * 4 + 3);
        if is_wav {
            STANDARD.encode_string(wav(self.rate, pcm), &mut text);
        } else {
            STANDARD.encode_string(pcm, &mut text);
        }
        text.push_str("\"}}");
        text
    }
}

/// A WAV file of mono audio.
fn wav(rate: SampleRate, pcm: &[u8]) -> Vec<u8> {
    let bytes = pcm.len() as u32;
    let mut file = Vec::with_capacity(WAV_HEADER + pcm.len());
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(WAV_HEADER as u32 - 8 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    // Linear, one channel.
    file.extend_from_slice(&[1, 0, 1, 0]);
    file.extend_from_slice(&rate.hz().to_le_bytes());
    file.extend_from_slice(&(rate.bytes_per_second() as u32).to_le_bytes());
    // Two bytes a sample, 16 bits.
    file.extend_from_slice(&[2, 0, 16, 0]);
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    file.extend_from_slice(pcm);
    file
}
