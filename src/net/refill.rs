//! Brings a play's audio from where it is to the call, off the threads that must not wait for a
//! disk or a decoder.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use super::line::Line;
use super::pipe::{Pipe, PipeReader};
use crate::audio::{
    AudioError, Input, Pipeline, PlayOptions, RawFormat, Source, open_bytes, open_file,
};
use crate::call::SourceFailure;
use crate::protocol::SampleRate;

/// What is to be decoded, how, and for whom.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub line: Arc<Line>,
    pub play: u32,
    pub raw: Option<RawFormat>,
    pub options: PlayOptions,
    /// The call's rate.
    pub rate: SampleRate,
}

/// What follows the audio that a source brought.
pub(super) enum Next {
    /// More, from this, when it is wanted.
    Pipeline(Box<Pipeline>),
    /// More, of itself.
    More,
    /// Nothing: the source is at its end, or failed.
    End(Option<SourceFailure>),
}

/// Opens a file, and brings its first `chunk` bytes.
pub(super) fn open_path(job: Job, path: PathBuf, chunk: usize) {
    let (raw, hz) = (job.raw, job.rate.hz());
    open(job, move || open_file(&path, raw, hz), chunk);
}

/// The same for bytes in memory.
pub(super) fn open_memory(job: Job, bytes: Bytes, chunk: usize) {
    let (raw, hz) = (job.raw, job.rate.hz());
    open(job, move || open_bytes(Input::Memory(bytes.clone()), raw, hz), chunk);
}

/// Brings the next `chunk` bytes.
pub(super) fn read(line: &Arc<Line>, play: u32, mut pipeline: Box<Pipeline>, chunk: usize) {
    let mut pcm = Vec::with_capacity(chunk);
    let next = match pipeline.read(chunk, &mut pcm) {
        Ok(true) => Next::Pipeline(pipeline),
        Ok(false) => Next::End(None),
        Err(error) => Next::End(Some(error.into())),
    };
    line.handle_brought(play, &pcm, next);
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

fn open<O>(job: Job, source: O, chunk: usize)
where
    O: FnMut() -> Result<Box<dyn Source>, AudioError> + Send + 'static,
{
    match Pipeline::new(source, job.rate.hz(), job.options) {
        Ok(pipeline) => read(&job.line, job.play, Box::new(pipeline), chunk),
        Err(error) => job.line.handle_brought(job.play, &[], Next::End(Some(error.into()))),
    }
}

impl From<AudioError> for SourceFailure {
    fn from(error: AudioError) -> Self {
        let message = error.to_string();
        match error {
            AudioError::Io { errno, syscall, .. } if errno != 0 => {
                Self { errno, cause: syscall, message }
            }
            error => Self { errno: 0, cause: error.code(), message },
        }
    }
}
