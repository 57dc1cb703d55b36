//! Brings a play's audio from where it is to the call, off the threads that must not wait for a
//! disk or a decoder.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use tokio::runtime::Handle;

use super::call_handle::CallHandle;
use super::pipe::{Pipe, PipeReader};
use super::pool::Pool;
use crate::audio::{
    AudioError, Filling, Input, Pipeline, PlayOptions, Prompt, RawFormat, open_bytes,
};
use crate::call::SourceFailure;
use crate::protocol::SampleRate;

/// What is to be decoded, how, and for whom.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub line: Arc<CallHandle>,
    pub play: u32,
    pub raw: Option<RawFormat>,
    pub options: PlayOptions,
    /// The call's rate.
    pub rate: SampleRate,
}

/// What is decoded as it is wanted, without waiting for anybody.
pub(super) enum Decoded {
    Prompt(Prompt),
    Memory(Box<Pipeline>),
}

impl Decoded {
    /// Reading takes no longer than copying.
    pub fn is_at_hand(&self) -> bool {
        matches!(self, Self::Prompt(prompt) if prompt.is_cached())
    }
}

/// What follows the audio that a source brought.
pub(super) enum Next {
    /// More, from this, when it is wanted.
    Decoded(Box<Decoded>),
    /// More, of itself.
    More,
    /// Nothing: the source is at its end, or failed.
    End(Option<SourceFailure>),
}

/// Opens a file, and brings its first `chunk` bytes.
pub(super) fn open_path(job: &Job, path: &Path, chunk: usize) {
    let Job { line, play, raw, options, rate } = job;
    let prompt = line.engine.prompts.open(path, *raw, rate.hz(), *options);
    let filling = prompt.as_ref().ok().and_then(Prompt::filling);
    begin(line, *play, prompt.map(Decoded::Prompt), chunk);
    if let Some(filling) = filling {
        fill(&line.engine.fillings, &line.io, filling);
    }
}

/// The same for bytes in memory.
pub(super) fn open_memory(job: &Job, bytes: Bytes, chunk: usize) {
    let Job { line, play, raw, options, rate } = job;
    let (raw, hz) = (*raw, rate.hz());
    let open = move || open_bytes(Input::Memory(bytes.clone()), raw, hz);
    begin(line, *play, Pipeline::new(open, hz, *options).map(Box::new).map(Decoded::Memory), chunk);
}

/// Brings the next `chunk` bytes.
pub(super) fn bring(line: &Arc<CallHandle>, play: u32, source: Box<Decoded>, chunk: usize) {
    let (pcm, next) = read(source, chunk);
    line.handle_brought(play, &pcm, next);
}

/// Decodes the next `chunk` bytes.
pub(super) fn read(mut source: Box<Decoded>, chunk: usize) -> (Vec<u8>, Next) {
    let mut pcm = Vec::with_capacity(chunk);
    let more = match &mut *source {
        Decoded::Prompt(prompt) => prompt.read(chunk, &mut pcm),
        Decoded::Memory(pipeline) => pipeline.read(chunk, &mut pcm),
    };
    let next = match more {
        Ok(true) => Next::Decoded(source),
        Ok(false) => Next::End(None),
        Err(error) => Next::End(Some(error.into())),
    };
    (pcm, next)
}

/// Decodes what comes through a pipe, a frame at a time, as long as it is wanted. For a thread of
/// its own: the pipe may be empty for long.
pub(super) fn decode_pipe(job: &Job, reader: PipeReader, pipe: &Pipe) {
    let Job { line, play, raw, options, rate } = job;
    let opened = open_bytes(Input::Stream(Box::new(reader)), *raw, rate.hz())
        .and_then(|source| Pipeline::once(source, rate.hz(), *options));
    let mut pipeline = match opened {
        Ok(pipeline) => pipeline,
        Err(error) => return line.handle_brought(*play, &[], Next::End(Some(error.into()))),
    };
    let mut pcm = Vec::new();
    loop {
        pcm.clear();
        match pipeline.read(rate.frame_bytes(), &mut pcm) {
            Ok(true) => line.handle_brought(*play, &pcm, Next::More),
            Ok(false) => return line.handle_brought(*play, &pcm, Next::End(None)),
            Err(error) => {
                return line.handle_brought(*play, &pcm, Next::End(Some(error.into())));
            }
        }
        if !line.wants_more(*play) && !pipe.wait_wanted() {
            return;
        }
    }
}

/// Decodes a file for the cache, a little at a time. Where no thread can be had, it is not kept.
fn fill(pool: &Pool, io: &Handle, mut filling: Filling) {
    let next = (pool.clone(), io.clone());
    pool.run(io, move |thread| {
        if thread.is_ok() && filling.step() {
            fill(&next.0, &next.1, filling);
        }
    });
}

fn begin(line: &Arc<CallHandle>, play: u32, opened: Result<Decoded, AudioError>, chunk: usize) {
    match opened {
        Ok(source) => bring(line, play, Box::new(source), chunk),
        Err(error) => line.handle_brought(play, &[], Next::End(Some(error.into()))),
    }
}

impl From<AudioError> for SourceFailure {
    fn from(error: AudioError) -> Self {
        let message = error.to_string();
        match error {
            AudioError::Io { errno, syscall, .. } if errno != 0 => {
                Self { errno, cause: syscall, message }
            }
            error => Self { errno: 0, cause: error.code().as_str(), message },
        }
    }
}
