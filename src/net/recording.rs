//! Recordings of a line's calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::call_handle::CallHandle;
use super::taps::{Tap, TapKind};
use crate::events::{Event, Inbox, Source};
use crate::protocol::SampleRate;
use crate::record::{RecordError, RecordOptions, Recorder, Side, Summary};
use crate::sync::lock;

/// Recordings that one call may have at a time.
const RECORDINGS: usize = 8;

impl CallHandle {
    /// Begins a recording and gives its number; its `Recorded` follows when it has ended, whatever
    /// ended it. `None` if the call is over, or has too many.
    pub fn record(self: &Arc<Self>, options: RecordOptions) -> Option<u32> {
        // Whoever sends holds `out` and wants the taps: never the other way round.
        let (rate, is_over) = {
            let out = lock(&self.out);
            (out.outbound.rate(), out.ended)
        };
        if is_over || self.taps.count(|kind| kind == TapKind::Recording) >= RECORDINGS {
            return None;
        }
        let engine = Arc::clone(&self.engine);
        let source = Source::new(engine.next_id(), Inbox::opened());
        let id = source.id;
        let has_ended = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&has_ended);
        let call = Arc::downgrade(self);
        let outcome = Box::new(move |outcome: Result<Summary, RecordError>| {
            ended.store(true, Ordering::SeqCst);
            engine.forget_recording(id);
            if let Some(call) = call.upgrade() {
                call.taps.remove(id);
            }
            // The source is this one event's.
            let _ = engine.queue.push(&source, recorded(outcome));
        });
        let recorder = self.engine.recordings.start(Instant::now(), rate, options, outcome);
        self.add_recorder(id, Arc::new(recorder));
        if has_ended.load(Ordering::SeqCst) {
            // It failed before it was known.
            self.engine.forget_recording(id);
            self.taps.remove(id);
        }
        Some(id)
    }

    fn add_recorder(&self, id: u32, recorder: Arc<Recorder>) {
        self.engine.register_recording(id, &recorder);
        self.add_tap(id, recorder);
    }
}

impl Tap for Recorder {
    fn kind(&self) -> TapKind {
        TapKind::Recording
    }

    fn push(&self, side: Side, now: Instant, rate: SampleRate, pcm: &[u8]) {
        self.push(side, now, rate, pcm);
    }

    fn end(&self, now: Instant) {
        self.stop(now);
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
            cause: if error.errno() == 0 { error.code().as_str() } else { error.syscall() },
            message: error.to_string(),
        },
    }
}
