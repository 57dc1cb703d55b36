//! Plays to the caller what a fork's far end says: piece behind piece, in the order in which they
//! came, and tells when a mark between them was passed.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;

use crate::audio::{
    AudioError, Encoding, Input, Pipeline, PlayOptions, RawFormat, Resampler, open_bytes,
    open_contained,
};
use crate::call::Warning;
use crate::dialects::far_end::{MarkEvent, Sound, SoundKind, mark_reply};
use crate::error::ErrorCode;
use crate::net::blocking;
use crate::net::call_handle::CallHandle;
use crate::protocol::SampleRate;

/// Marks that may wait. Of more, the oldest are told as cleared.
const MOST_MARKS: usize = 256;

/// What is decoded of a sound at once.
const CHUNK: usize = 64 * 1024;

pub(super) struct Speaker {
    line: Arc<CallHandle>,
    /// The rate of binary messages.
    rate: SampleRate,
    voice: Option<Voice>,
    /// The first half of a sample whose other half has not come.
    half: Option<u8>,
    decoding: Option<Pin<Box<dyn Future<Output = io::Result<Decoded>> + Send>>>,
    marks: VecDeque<Mark>,
    /// Audio that was ever played, in its own time.
    said: Duration,
}

/// A sound's audio, and the rate it was decoded to.
type Decoded = Result<(SampleRate, Vec<u8>), AudioError>;

struct Voice {
    play: u32,
    rate: SampleRate,
    /// From the rate of what comes.
    resampler: Option<Resampler>,
}

struct Mark {
    name: String,
    /// How much had been said when it came.
    behind: Duration,
}

impl Speaker {
    pub fn new(line: Arc<CallHandle>, rate: SampleRate) -> Self {
        Self {
            line,
            rate,
            voice: None,
            half: None,
            decoding: None,
            marks: VecDeque::new(),
            said: Duration::ZERO,
        }
    }

    /// Plays linear audio at the fork's rate. Gives the bytes that there was no room for.
    pub fn handle_binary(&mut self, bytes: &[u8]) -> usize {
        let mut pcm = Vec::with_capacity(bytes.len() + 1);
        pcm.extend(self.half.take());
        pcm.extend_from_slice(bytes);
        if pcm.len() % 2 == 1 {
            self.half = pcm.pop();
        }
        self.say(self.rate, &pcm)
    }

    /// Plays a sound, once it is decoded: hear no more of the far end until then.
    pub fn handle_sound(&mut self, sound: Sound) {
        self.half = None;
        let rate = self.line.rate();
        let most = rate.bytes_in(self.line.options.outbound_limit);
        let decode = move || decode(sound, rate, most).map(|pcm| (rate, pcm));
        self.decoding = Some(Box::pin(blocking::run("callstreams-sound", decode)));
    }

    /// Whether a sound is being decoded.
    pub fn is_busy(&self) -> bool {
        self.decoding.is_some()
    }

    /// Plays the sound that was decoded. Ready when there is none on its way any more, with the
    /// bytes that there was no room for.
    pub fn poll_decoded(&mut self, context: &mut Context<'_>) -> Poll<Result<usize, Warning>> {
        let Some(decoding) = &mut self.decoding else { return Poll::Ready(Ok(0)) };
        let decoded = ready!(decoding.as_mut().poll(context));
        self.decoding = None;
        let warn = |message: String| Warning { code: ErrorCode::BadSound, message };
        Poll::Ready(match decoded {
            Ok(Ok((rate, pcm))) => Ok(self.say(rate, &pcm)),
            Ok(Err(error)) => Err(warn(format!("a sound that cannot be played: {error}"))),
            Err(error) => Err(warn(format!("a sound that cannot be played: {error}"))),
        })
    }

    /// Ends what plays. Gives what the far end is to be told.
    pub fn handle_kill(&mut self) -> Vec<String> {
        if let Some(voice) = self.voice.take() {
            self.line.stop(voice.play);
        }
        self.decoding = None;
        self.half = None;
        self.clear_marks()
    }

    /// The far end wants to know when what it said was heard. Gives what it is to be told of others.
    pub fn handle_mark(&mut self, name: String) -> Option<String> {
        let oldest = if self.marks.len() >= MOST_MARKS { self.marks.pop_front() } else { None };
        self.marks.push_back(Mark { name, behind: self.said });
        oldest.map(|mark| mark_reply(&mark.name, MarkEvent::Cleared))
    }

    pub fn clear_marks(&mut self) -> Vec<String> {
        let cleared = self.marks.drain(..);
        cleared.map(|mark| mark_reply(&mark.name, MarkEvent::Cleared)).collect()
    }

    /// What the far end is to be told now. Ask again after a frame's time.
    pub fn poll_marks(&mut self) -> Vec<String> {
        let mut passed = Vec::new();
        while let Some(mark) = self.marks.front() {
            let voice = self.voice.as_ref().map(|voice| voice.play);
            let waits = voice.and_then(|play| self.line.voice_waits(play)).unwrap_or_default();
            if self.said.saturating_sub(waits) < mark.behind {
                break;
            }
            passed.push(mark_reply(&mark.name, MarkEvent::Playout));
            self.marks.pop_front();
        }
        passed
    }

    /// The connection is gone: nobody waits to be told.
    pub fn handle_lost(&mut self) {
        self.half = None;
        self.marks.clear();
        self.decoding = None;
    }

    /// The play that is fed now, and its rate.
    fn voice(&mut self) -> (u32, SampleRate) {
        if let Some(voice) = &self.voice
            && self.line.voice_waits(voice.play).is_some()
        {
            return (voice.play, voice.rate);
        }
        let (play, rate) = self.line.begin_voice();
        self.voice = Some(Voice { play, rate, resampler: None });
        (play, rate)
    }

    /// Plays audio of any rate. Gives the bytes that there was no room for.
    fn say(&mut self, from: SampleRate, pcm: &[u8]) -> usize {
        // The play may come to its end just before it is fed: then another begins.
        for _ in 0..2 {
            let (play, rate) = self.voice();
            let waits = self.line.voice_waits(play).unwrap_or_default();
            if waits > self.line.options.outbound_limit {
                return pcm.len();
            }
            let converted = self.voice.as_mut().and_then(|voice| voice.convert(from, pcm));
            let fed = converted.as_deref().unwrap_or(pcm);
            if self.line.feed_voice(play, fed) {
                self.said += rate.duration_of(fed.len());
                return 0;
            }
            self.voice = None;
        }
        pcm.len()
    }
}

impl Voice {
    /// Audio of another rate at that of the play; nothing where they are the same.
    fn convert(&mut self, from: SampleRate, pcm: &[u8]) -> Option<Vec<u8>> {
        if from == self.rate {
            return None;
        }
        if self.resampler.as_ref().is_none_or(|resampler| resampler.from_hz() != from.hz()) {
            // The wire's rates are all rates that can be converted.
            self.resampler = Resampler::live(from.hz(), self.rate.hz()).ok();
        }
        let mut out = Vec::new();
        self.resampler.as_mut()?.process_pcm(pcm, &mut out);
        Some(out)
    }
}

/// Decodes as much of a sound as may wait to be played.
fn decode(sound: Sound, rate: SampleRate, most: usize) -> Result<Vec<u8>, AudioError> {
    let format = |encoding, hz| RawFormat::new(encoding, hz, 1).map(Some);
    let hz = sound.rate.unwrap_or(SampleRate::NARROWBAND).hz();
    let raw = match sound.kind {
        SoundKind::Raw => format(Encoding::Slin, hz)?,
        SoundKind::Pcmu => format(Encoding::Ulaw, hz)?,
        SoundKind::Pcma => format(Encoding::Alaw, hz)?,
        SoundKind::Wav | SoundKind::Mp3 | SoundKind::Ogg => None,
    };
    let bytes = Bytes::from(sound.bytes);
    let source = match raw {
        Some(_) => open_bytes(Input::Memory(bytes), raw, rate.hz())?,
        None => open_contained(bytes, rate.hz())?,
    };
    let mut pipeline = Pipeline::once(source, rate.hz(), PlayOptions::default())?;
    let mut pcm = Vec::new();
    while pcm.len() < most && pipeline.read(CHUNK, &mut pcm)? {}
    Ok(pcm)
}
