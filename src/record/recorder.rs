//! A call's handle on its recording.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::error::RecordError;
use super::options::Summary;
use super::writer_threads::WriterThreads;
use crate::align::{Queue, Side, Sides};
use crate::protocol::SampleRate;
use crate::sync::lock;

/// What hears how a recording ended: once, on the thread that writes all of them, so it must not
/// wait.
pub type Outcome = Box<dyn FnOnce(Result<Summary, RecordError>) + Send>;

/// One recording. Nothing here waits for a disk. Dropping it ends the recording at the time that
/// was last seen.
pub struct Recorder {
    sides: Sides,
    queue: Arc<Mutex<Queue>>,
    writers: Arc<WriterThreads>,
}

impl Recorder {
    pub(super) fn new(sides: Sides, queue: Arc<Mutex<Queue>>, writers: Arc<WriterThreads>) -> Self {
        Self { sides, queue, writers }
    }

    /// A frame was heard or sent at `now`: copies it, or drops and counts it if the disk is more
    /// than four seconds behind. Without effect while paused and after the end.
    pub fn push(&self, side: Side, now: Instant, rate: SampleRate, pcm: &[u8]) {
        if self.sides.has(side) {
            lock(&self.queue).push(side, now, rate, pcm);
        }
    }

    /// Leaves out what comes from now on.
    pub fn pause(&self, now: Instant) {
        lock(&self.queue).pause(now);
    }

    /// Goes on where it was paused.
    pub fn resume(&self, now: Instant) {
        lock(&self.queue).resume(now);
    }

    /// Ends the recording. Its outcome follows, unless it has failed before.
    pub fn stop(&self, now: Instant) {
        lock(&self.queue).stop(Some(now));
        self.writers.ring();
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        lock(&self.queue).stop(None);
        self.writers.ring();
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").field("sides", &self.sides).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::align::Batch;
    use crate::record::{Format, RecordOptions, RecordThread};

    #[test]
    fn a_recording_that_failed_keeps_nothing_of_what_follows() {
        let (sender, outcomes) = channel();
        let options = RecordOptions {
            path: std::env::temp_dir().join("no such folder").join("call.wav"),
            sides: Sides::Both,
            format: Format::Wav,
            sample_rate: None,
            overwrite: false,
        };
        let (thread, rate) = (RecordThread::new(|_, _| None), SampleRate::NARROWBAND);
        let outcome = Box::new(move |outcome: Result<_, _>| sender.send(outcome.is_err()).unwrap());
        let recorder = thread.start(Instant::now(), rate, options, outcome);
        assert_eq!(outcomes.recv(), Ok(true));
        recorder.push(Side::App, Instant::now(), rate, &[0; 320]);
        let mut batch = Batch::default();
        lock(&recorder.queue).take(&mut batch);
        assert!(batch.entries.is_empty());
    }
}
