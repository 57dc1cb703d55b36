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
//! Where the sides meet is [`align`](crate::align)'s. When something was received or sent is an argument
//! everywhere.

mod error;
mod file;
mod job;
mod options;
mod recorder;
mod wav;
mod writer_threads;

pub use crate::align::{Side, Sides};
pub use error::RecordError;
pub use options::{Format, RecordOptions, Summary};
pub use recorder::{Outcome, Recorder};
pub use writer_threads::RecordThread;
