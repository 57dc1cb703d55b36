//! What can go wrong between a file and its samples.

use std::fmt;
use std::io;

use crate::error::ErrorCode;

/// Why there is no audio, or no more of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AudioError {
    /// The system did not give the bytes.
    Io {
        /// The system's error number, 0 when it gave none.
        errno: i32,
        /// The system call that failed, as Node names it: `open`, `read`.
        syscall: &'static str,
        /// The system's words.
        message: String,
    },
    /// Something that is not decoded here. Play something else.
    Unsupported {
        /// What it is: a format, a codec, a sample rate.
        found: String,
    },
    /// Bytes that break their own format's rules. What came before them has been given.
    Corrupt {
        /// Where it broke.
        message: String,
    },
    /// A pipe, a device or a directory: reading it could take for ever.
    NotAFile,
    /// A stream was to be played again: its bytes are gone.
    NotRepeatable,
}

impl AudioError {
    /// The stable code that JavaScript sees. For [`Io`](Self::Io) with an error number the
    /// number's own name (`ENOENT`) says more, and should be shown in its place.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Io { .. } => ErrorCode::AudioRead,
            Self::Unsupported { .. } => ErrorCode::UnsupportedFormat,
            Self::Corrupt { .. } => ErrorCode::CorruptAudio,
            Self::NotAFile => ErrorCode::NotAFile,
            Self::NotRepeatable => ErrorCode::NotRepeatable,
        }
    }

    pub(super) fn io(syscall: &'static str, error: &io::Error) -> Self {
        let errno = error.raw_os_error().unwrap_or_default();
        Self::Io { errno, syscall, message: error.to_string() }
    }

    pub(super) fn unsupported(found: impl Into<String>) -> Self {
        Self::Unsupported { found: found.into() }
    }

    pub(super) fn corrupt(message: impl Into<String>) -> Self {
        Self::Corrupt { message: message.into() }
    }
}

impl fmt::Display for AudioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { message, syscall, .. } => write!(f, "{message}, {syscall}"),
            Self::Unsupported { found } => write!(f, "Cannot play {found}"),
            Self::Corrupt { message } => write!(f, "The audio is damaged: {message}"),
            Self::NotAFile => f.write_str("not a regular file"),
            Self::NotRepeatable => f.write_str("A stream cannot be played more than once"),
        }
    }
}

impl std::error::Error for AudioError {}
