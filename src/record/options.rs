//! What is to be recorded, and what came of it.

use std::path::PathBuf;
use std::time::Duration;

use crate::align::Sides;
use crate::protocol::SampleRate;

/// The kind of file, 16-bit little-endian either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Wav,
    /// Samples and nothing else, as Asterisk has them: one channel only.
    Sln,
}

/// One recording.
#[derive(Clone, Debug)]
pub struct RecordOptions {
    pub path: PathBuf,
    pub sides: Sides,
    pub format: Format,
    /// The file's rate. Default: the call's when the recording starts.
    pub sample_rate: Option<SampleRate>,
    /// Whether a file that is there may be replaced. Without it the recording fails (`EEXIST`).
    pub overwrite: bool,
}

/// A recording that came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub path: PathBuf,
    /// How long the file sounds; paused time is not in it.
    pub duration: Duration,
    /// The file's length, its header included.
    pub bytes: u64,
    /// Frames that are silence in the file, because the disk was too slow for them.
    pub dropped_frames: u64,
}
