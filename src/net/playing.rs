//! Beginning plays, and feeding them.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use bytes::Bytes;

use super::call_handle::{CallHandle, Out, PlaySource};
use super::pipe::pipe;
use super::pool::NoThread;
use super::refill::{self, Job, Next};
use super::sending::{CHUNK, LOW_WATER};
use crate::audio::{PlayOptions, RawFormat};
use crate::call::{Play, SourceFailure};
use crate::error::ErrorCode;
use crate::events::Event;
use crate::sync::lock;

/// What is played, and how.
#[derive(Debug)]
pub struct PlayRequest {
    pub play: Play,
    pub input: PlayInput,
    /// What the bytes are, where that is not to be found out.
    pub raw: Option<RawFormat>,
    pub options: PlayOptions,
}

/// Where a play's bytes are.
#[derive(Debug)]
pub enum PlayInput {
    File(PathBuf),
    Memory(Bytes),
    /// [`CallHandle::feed`] brings them.
    Fed,
    /// [`CallHandle::feed`] brings audio just as the call takes it.
    Ready,
}

impl CallHandle {
    /// Begins a play in place of the one in its slot.
    pub fn play(self: &Arc<Self>, request: PlayRequest) {
        let PlayRequest { play, input, raw, options } = request;
        let rate = {
            let now = Instant::now();
            let mut out = lock(&self.out);
            out.outbound.handle_play(play);
            out.sources[play.slot as usize] = PlaySource::Nothing;
            self.pump(&mut out, now);
            out.outbound.rate()
        };
        let chunk = rate.bytes_in(CHUNK);
        let job = Job { line: Arc::clone(self), play: play.play, raw, options, rate };
        match input {
            PlayInput::Ready => {}
            PlayInput::Fed => self.decode_fed(job),
            PlayInput::File(path) => {
                self.play_from_disk(play.play, move || refill::open_path(&job, &path, chunk));
            }
            PlayInput::Memory(bytes) => {
                self.play_from_disk(play.play, move || refill::open_memory(&job, bytes, chunk));
            }
        }
    }

    /// Brings bytes for a play. True if it has enough for now: `Hungry` tells when it has not.
    /// `None` if that play is over.
    pub fn feed(self: &Arc<Self>, play: u32, bytes: &[u8]) -> Option<bool> {
        let now = Instant::now();
        let mut out = lock(&self.out);
        let slot = out.outbound.slot_of(play)?;
        if let PlaySource::Pipe(pipe) = &out.sources[slot as usize] {
            return Some(pipe.push(bytes));
        }
        let waiting = out.outbound.handle_feed(now, play, bytes)?;
        let enough = waiting > out.outbound.rate().bytes_in(LOW_WATER + CHUNK);
        out.sources[slot as usize] = if enough { PlaySource::Waiting } else { PlaySource::Nothing };
        self.pump(&mut out, now);
        Some(enough)
    }

    /// A fed play gets no more.
    pub fn feed_end(self: &Arc<Self>, play: u32) {
        let mut out = lock(&self.out);
        let Some(slot) = out.outbound.slot_of(play) else { return };
        match &out.sources[slot as usize] {
            PlaySource::Pipe(pipe) => pipe.end(),
            _ => out.outbound.handle_feed_end(play, None),
        }
        self.pump(&mut out, Instant::now());
    }

    /// A play's source brought audio.
    pub(super) fn handle_brought(self: &Arc<Self>, play: u32, pcm: &[u8], next: Next) {
        let now = Instant::now();
        let mut out = lock(&self.out);
        if out.take_brought(now, play, pcm, next) {
            self.pump(&mut out, now);
        }
    }

    /// Has `work` bring a play's audio from a thread that may wait.
    pub(super) fn play_from_disk(
        self: &Arc<Self>,
        play: u32,
        work: impl FnOnce() + Send + 'static,
    ) {
        let line = Arc::clone(self);
        self.engine.plays.run(&self.io, move |thread| match thread {
            Ok(()) => work(),
            Err(NoThread) => line.handle_brought(play, &[], Next::End(Some(no_thread()))),
        });
    }

    /// Less of a play waits than should.
    pub(super) fn wants_more(&self, play: u32) -> bool {
        let out = lock(&self.out);
        let Some(slot) = out.outbound.slot_of(play) else { return false };
        let waiting = out.outbound.playback(slot).map_or(0, |(_, waiting)| waiting);
        waiting < out.outbound.rate().bytes_in(LOW_WATER)
    }

    /// Decodes on a thread of its own, which waits where the bytes are not there yet.
    fn decode_fed(self: &Arc<Self>, job: Job) {
        let (line, play) = (Arc::downgrade(self), job.play);
        let (writer, reader, pipe) = pipe(move || {
            if let Some(line) = line.upgrade() {
                line.push(Event::Hungry(play));
            }
        });
        {
            let mut out = lock(&self.out);
            let Some(slot) = out.outbound.slot_of(play) else { return };
            out.sources[slot as usize] = PlaySource::Pipe(writer);
        }
        let decoders = Arc::clone(&self.engine.decoders);
        let Some(permit) = decoders.take() else {
            return self.handle_brought(play, &[], Next::End(Some(too_many())));
        };
        let decoder = thread::Builder::new().name("callstreams-decode".to_owned());
        let started = decoder.spawn(move || {
            refill::decode_pipe(&job, reader, &pipe);
            drop(permit);
        });
        if started.is_err() {
            self.handle_brought(play, &[], Next::End(Some(no_thread())));
        }
    }
}

impl Out {
    /// Takes what a play's source brought. False if that play is over.
    pub(super) fn take_brought(&mut self, now: Instant, play: u32, pcm: &[u8], next: Next) -> bool {
        let Some(slot) = self.outbound.slot_of(play) else { return false };
        self.outbound.handle_feed(now, play, pcm);
        match next {
            Next::More => {}
            Next::Decoded(source) => self.sources[slot as usize] = PlaySource::Decoded(source),
            Next::End(failure) => self.outbound.handle_feed_end(play, failure),
        }
        true
    }
}

fn no_thread() -> SourceFailure {
    let code = ErrorCode::NoThread;
    SourceFailure { errno: 0, cause: code.as_str(), message: code.meaning().to_owned() }
}

fn too_many() -> SourceFailure {
    SourceFailure {
        errno: 0,
        cause: ErrorCode::TooManyStreams.as_str(),
        message: "too many streams are being decoded".to_owned(),
    }
}
