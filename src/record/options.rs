//! What is to be recorded, and what came of it.

use std::path::PathBuf;
use std::time::Duration;

use crate::protocol::SampleRate;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The peer: what the app hears.
    Caller,
    /// The app: what the peer hears.
    App,
}

/// Whom a recording holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    Caller,
    App,
    /// Stereo: the caller left, the app right.
    Both,
    /// Mono: the sum of both, saturated.
    Mix,
}

impl Sides {
    pub fn has(self, side: Side) -> bool {
        match self {
            Self::Caller => side == Side::Caller,
            Self::App => side == Side::App,
            Self::Both | Self::Mix => true,
        }
    }

    pub fn channels(self) -> u16 {
        if self == Self::Both { 2 } else { 1 }
    }
}

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
    /// Frames that are silence in the file: the disk was too slow for them, or more came at once
    /// than the time they came in has room for.
    pub dropped_frames: u64,
}
