//! The recording of a call: both sides, each in its place in time, in a file.
//!
//! [`RecordThread`] starts recordings and writes them all; a [`Recorder`] is a call's handle on
//! one. What a call hears and says is copied into a bounded queue and nothing more; the thread
//! takes it from there:
//!
//! ```text
//! Recorder::push → Queue ─(every 100 ms)→ Job → Aligner → RecordingFile
//! ```
//!
//! [`Aligner`] is where the sides meet: it knows neither files nor a clock. Start reading there.
//! When something was heard or said is an argument everywhere; conversion between rates is left to
//! a [`Convert`]: [`resample`], where no other is wanted.

mod aligner;
mod batch;
mod convert;
mod drift;
mod error;
mod file;
mod job;
mod options;
mod queue;
mod recorder;
mod track;
mod wav;
mod writer_threads;

pub use aligner::{Aligner, LOOK_AHEAD};
pub use convert::{Convert, MakeConvert, resample};
pub use error::RecordError;
pub use options::{Format, RecordOptions, Side, Sides, Summary};
pub(crate) use queue::{Batch, Queue};
pub use recorder::{Outcome, Recorder};
pub use writer_threads::RecordThread;
