//! One recording, as the thread that writes it has it.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::error::RecordError;
use super::file::{Layout, RecordingFile};
use super::options::{Format, RecordOptions, Summary};
use super::recorder::Outcome;
use crate::align::{Aligner, Batch, MakeConvert, Queue, Sides};
use crate::protocol::SampleRate;
use crate::sync::lock;

pub(super) struct Job {
    options: RecordOptions,
    rate: SampleRate,
    make: MakeConvert,
    queue: Arc<Mutex<Queue>>,
    tape: Option<OpenFile>,
    outcome: Option<Outcome>,
}

/// What becomes of the frames.
struct OpenFile {
    aligner: Aligner,
    file: RecordingFile,
    /// Frames that there was no room for in time.
    left_out: u64,
}

impl Job {
    pub fn new(
        options: RecordOptions,
        rate: SampleRate,
        make: MakeConvert,
        queue: Arc<Mutex<Queue>>,
        outcome: Outcome,
    ) -> Self {
        Self { options, rate, make, queue, tape: None, outcome: Some(outcome) }
    }

    /// Writes what has come; `batch` is lent. False if the recording is over.
    pub fn work(&mut self, batch: &mut Batch, ending: bool) -> bool {
        match self.try_work(batch, ending) {
            Ok(None) => return true,
            Ok(Some(summary)) => self.settle(Ok(summary)),
            Err(error) => self.settle(Err(error)),
        }
        false
    }

    pub fn path(&self) -> &Path {
        &self.options.path
    }

    /// Ends the recording, if it has not ended.
    pub fn settle(&mut self, result: Result<Summary, RecordError>) {
        self.tape = None;
        lock(&self.queue).close();
        if let Some(outcome) = self.outcome.take() {
            outcome(result);
        }
    }

    fn try_work(
        &mut self,
        batch: &mut Batch,
        ending: bool,
    ) -> Result<Option<Summary>, RecordError> {
        let mut tape = match self.tape.take() {
            Some(tape) => tape,
            None => self.open()?,
        };
        batch.clear();
        let stopped = {
            let mut queue = lock(&self.queue);
            if ending {
                queue.stop(None);
            }
            queue.take(batch)
        };
        tape.handle(batch)?;
        if let Some(at) = stopped {
            return self.close(tape, at).map(Some);
        }
        self.tape = Some(tape);
        Ok(None)
    }

    fn open(&self) -> Result<OpenFile, RecordError> {
        let RecordOptions { path, sides, format, overwrite, .. } = &self.options;
        if *format == Format::Sln && *sides == Sides::Both {
            return Err(RecordError::StereoSln { path: path.clone() });
        }
        let layout = Layout { format: *format, rate: self.rate, channels: sides.channels() };
        Ok(OpenFile {
            aligner: Aligner::new(*sides, self.rate, self.make),
            file: RecordingFile::create(path, layout, *overwrite)?,
            left_out: 0,
        })
    }

    fn close(&self, mut tape: OpenFile, at: Duration) -> Result<Summary, RecordError> {
        tape.write_break(at)?;
        Ok(Summary {
            path: self.options.path.clone(),
            duration: tape.aligner.duration(),
            bytes: tape.file.finish()?,
            dropped_frames: lock(&self.queue).dropped() + tape.left_out,
        })
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.settle(Err(RecordError::Aborted { path: self.options.path.clone() }));
    }
}

impl OpenFile {
    fn handle(&mut self, batch: &Batch) -> Result<(), RecordError> {
        let Self { aligner, file, left_out } = self;
        *left_out += aligner.handle_batch(batch, &mut |pcm| file.write(pcm))?;
        Ok(())
    }

    fn write_break(&mut self, at: Duration) -> Result<(), RecordError> {
        let Self { aligner, file, .. } = self;
        aligner.break_at(at, &mut |pcm| file.write(pcm))
    }
}
