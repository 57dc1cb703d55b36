//! Recordings of a line's calls.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::line::Line;
use crate::events::{Event, Inbox, Source};
use crate::protocol::SampleRate;
use crate::record::{RecordError, RecordOptions, Side, Summary};
use crate::sync::lock;

/// Recordings that one call may have at a time.
const RECORDINGS: usize = 8;

impl Line {
    /// Begins a recording and gives its number; its `Recorded` follows when it has ended, whatever
    /// ended it. `None` if the call is over, or has too many.
    pub fn record(self: &Arc<Self>, options: RecordOptions) -> Option<u32> {
        let mut recorders = lock(&self.recorders);
        if recorders.len() >= RECORDINGS || lock(&self.out).ended {
            return None;
        }
        let engine = Arc::clone(&self.engine);
        let source = Source::new(engine.next_id(), Inbox::opened());
        let id = source.id;
        let outcome = Box::new(move |outcome: Result<Summary, RecordError>| {
            engine.forget_recording(id);
            // The source is this one event's.
            let _ = engine.queue.push(&source, recorded(outcome));
        });
        let rate = lock(&self.out).outbound.rate();
        let recorder =
            Arc::new(self.engine.recordings.start(Instant::now(), rate, options, outcome));
        self.engine.register_recording(id, &recorder);
        recorders.push(recorder);
        self.is_recorded.store(true, Ordering::Relaxed);
        Some(id)
    }

    /// A frame was heard or sent.
    pub(super) fn handle_recorded(&self, side: Side, rate: SampleRate, pcm: &[u8]) {
        if !self.is_recorded.load(Ordering::Relaxed) {
            return;
        }
        let now = Instant::now();
        let mut recorders = lock(&self.recorders);
        // One that was stopped is the line's alone.
        recorders.retain(|recorder| Arc::strong_count(recorder) > 1);
        self.is_recorded.store(!recorders.is_empty(), Ordering::Relaxed);
        recorders.iter().for_each(|recorder| recorder.push(side, now, rate, pcm));
    }

    /// The call is over, and so is what records it.
    pub(super) fn end_recordings(&self) {
        let now = Instant::now();
        let recorders = std::mem::take(&mut *lock(&self.recorders));
        recorders.iter().for_each(|recorder| recorder.stop(now));
    }
}

fn recorded(outcome: Result<Summary, RecordError>) -> Event {
    match outcome {
        Ok(summary) => Event::Recorded {
            duration: summary.duration,
            bytes: summary.bytes,
            dropped_frames: summary.dropped_frames,
        },
        Err(error) => Event::RecordingFailed {
            errno: error.errno(),
            cause: if error.errno() == 0 { error.code() } else { error.syscall() },
            message: error.to_string(),
        },
    }
}
