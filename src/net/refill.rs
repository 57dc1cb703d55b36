//! Brings a file's audio to a play, off the threads that must not wait for a disk.

use std::path::PathBuf;
use std::sync::Arc;

use super::line::Line;
use crate::audio::RawFile;
use crate::call::SourceFailure;

/// Opens the file of a play and brings its first audio.
pub(super) fn open(line: Arc<Line>, play: u32, path: PathBuf, chunk: usize) {
    match RawFile::open(&path) {
        Ok(file) => read(line, play, file, chunk),
        Err(error) => line.handle_file(play, &[], Err(failure("open", &error))),
    }
}

/// Brings the next audio of a file.
pub(super) fn read(line: Arc<Line>, play: u32, mut file: RawFile, chunk: usize) {
    let mut pcm = Vec::with_capacity(chunk);
    let rest = match file.read(chunk, &mut pcm) {
        Ok(more) => Ok(more.then_some(file)),
        Err(error) => Err(failure("read", &error)),
    };
    line.handle_file(play, &pcm, rest);
}

fn failure(syscall: &'static str, error: &std::io::Error) -> SourceFailure {
    SourceFailure {
        errno: error.raw_os_error().unwrap_or_default(),
        cause: syscall,
        message: error.to_string(),
    }
}
