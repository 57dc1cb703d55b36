//! Recordings of a line's calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::line::Line;
use crate::events::{Event, Inbox, Source};
use crate::protocol::SampleRate;
use crate::record::{RecordError, RecordOptions, Recorder, Side, Summary};
use crate::sync::lock;

/// Recordings that one call may have at a time.
const RECORDINGS: usize = 8;

impl Line {
    /// Begins a recording and gives its number; its `Recorded` follows when it has ended, whatever
    /// ended it. `None` if the call is over, or has too many.
    pub fn record(self: &Arc<Self>, options: RecordOptions) -> Option<u32> {
        // Whoever sends holds `out` and wants `recorders`: never the other way round.
        let (rate, is_over) = {
            let out = lock(&self.out);
            (out.outbound.rate(), out.ended)
        };
        if is_over || lock(&self.recorders).len() >= RECORDINGS {
            return None;
        }
        let engine = Arc::clone(&self.engine);
        let source = Source::new(engine.next_id(), Inbox::opened());
        let id = source.id;
        let has_ended = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&has_ended);
        let outcome = Box::new(move |outcome: Result<Summary, RecordError>| {
            ended.store(true, Ordering::SeqCst);
            engine.forget_recording(id);
            // The source is this one event's.
            let _ = engine.queue.push(&source, recorded(outcome));
        });
        let recorder = self.engine.recordings.start(Instant::now(), rate, options, outcome);
        self.add_recorder(id, Arc::new(recorder));
        if has_ended.load(Ordering::SeqCst) {
            // It failed before it was known.
            self.engine.forget_recording(id);
        }
        Some(id)
    }

    fn add_recorder(&self, id: u32, recorder: Arc<Recorder>) {
        self.engine.register_recording(id, &recorder);
        lock(&self.recorders).push(recorder);
        self.is_recorded.store(true, Ordering::Relaxed);
        // The call may have ended meanwhile, without this one.
        if lock(&self.out).ended {
            self.end_recordings();
        }
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
