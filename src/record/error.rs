//! Why a recording failed.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::ErrorCode;

/// A recording that ended before it was stopped. What was written until then stays and is
/// playable; the call goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// The system refused: the code is the name of `errno`, as in Node.
    System {
        path: PathBuf,
        /// What was tried: `open`, `write`, `lseek`, `fstat`, `pthread_create`.
        syscall: &'static str,
        /// The system's error number, or 0 where it gave none.
        errno: i32,
        message: String,
    },
    /// A pipe, a socket or a disk: opening or writing one could take for ever.
    NotAFile { path: PathBuf },
    /// A WAV file ends at 4 GiB.
    TooLong { path: PathBuf },
    /// Raw audio of two channels: nobody who plays the file could know.
    StereoSln { path: PathBuf },
    /// The thread that wrote it is gone.
    Aborted { path: PathBuf },
}

impl RecordError {
    /// A stable code; `ERR_RECORDING` where the system's own name is to be preferred.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::System { .. } => ErrorCode::Recording,
            Self::NotAFile { .. } => ErrorCode::NotAFile,
            Self::TooLong { .. } => ErrorCode::RecordingTooLong,
            Self::StereoSln { .. } => ErrorCode::UnsupportedFormat,
            Self::Aborted { .. } => ErrorCode::RecordingAborted,
        }
    }

    /// The system's error number, or 0.
    pub fn errno(&self) -> i32 {
        match self {
            Self::System { errno, .. } => *errno,
            _ => 0,
        }
    }

    /// What was tried of the system, or nothing.
    pub fn syscall(&self) -> &'static str {
        match self {
            Self::System { syscall, .. } => syscall,
            _ => "",
        }
    }

    pub fn path(&self) -> &Path {
        match self {
            Self::System { path, .. }
            | Self::NotAFile { path }
            | Self::TooLong { path }
            | Self::StereoSln { path }
            | Self::Aborted { path } => path,
        }
    }

    pub(super) fn system(path: &Path, syscall: &'static str, error: &io::Error) -> Self {
        Self::System {
            path: path.to_owned(),
            syscall,
            errno: error.raw_os_error().unwrap_or_default(),
            message: error.to_string(),
        }
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System { syscall, message, .. } => write!(f, "{message}, {syscall}")?,
            Self::NotAFile { .. } => f.write_str("not a regular file")?,
            Self::TooLong { .. } => f.write_str("a WAV file holds no more than 4 GiB")?,
            Self::StereoSln { .. } => f.write_str("an sln file has one channel")?,
            Self::Aborted { .. } => f.write_str("the recording was aborted")?,
        }
        write!(f, " '{}'", self.path().display())
    }
}

impl std::error::Error for RecordError {}
