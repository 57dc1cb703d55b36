//! Raw signed linear audio in a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A file of samples and nothing else (`.sln`, `.raw`), read piece by piece.
#[derive(Debug)]
pub struct RawFile {
    file: File,
}

impl RawFile {
    /// Opens the file. Pipes and devices are refused: opening or reading one could take for ever.
    pub fn open(path: &Path) -> io::Result<Self> {
        let kind = std::fs::metadata(path)?.file_type();
        if !kind.is_file() && !kind.is_dir() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        Ok(Self { file: File::open(path)? })
    }

    /// Appends up to `max` bytes to `out`. False says that the file has no more.
    pub fn read(&mut self, max: usize, out: &mut Vec<u8>) -> io::Result<bool> {
        let read = self.file.by_ref().take(max as u64).read_to_end(out)?;
        Ok(read == max)
    }
}
