//! The file of a recording, playable at any moment.
//!
//! Audio is written each 250 ms, and only then the header that counts it in: whatever ends the
//! process, the header says no more than there is. The system's own end may still take with it
//! what it had not put on the disk.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::RecordError;
use super::options::Format;
use super::wav::{HEADER_LEN, MAX_DATA, header};
use crate::protocol::SampleRate;

/// Audio between two writes.
const FLUSH: Duration = Duration::from_millis(250);

/// What the file holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub format: Format,
    pub rate: SampleRate,
    pub channels: u16,
}

#[derive(Debug)]
pub(super) struct RecordingFile {
    path: PathBuf,
    file: File,
    layout: Layout,
    unwritten: Vec<u8>,
    /// Bytes of audio in the file.
    written: u64,
    /// The most of them that there may be.
    limit: u64,
}

impl RecordingFile {
    /// Makes the file. One that is there is replaced if `overwrite`, and else an error.
    pub fn create(path: &Path, layout: Layout, overwrite: bool) -> Result<Self, RecordError> {
        let path = path.to_owned();
        if overwrite && may_block(&path) {
            return Err(RecordError::NotAFile { path });
        }
        let mut options = OpenOptions::new();
        options.write(true);
        if overwrite {
            options.create(true).truncate(true);
        } else {
            options.create_new(true);
        }
        let file =
            options.open(&path).map_err(|error| RecordError::system(&path, "open", &error))?;
        let limit = if layout.format == Format::Wav { MAX_DATA } else { u64::MAX };
        let mut made = Self { path, file, layout, unwritten: Vec::new(), written: 0, limit };
        made.write_header()?;
        Ok(made)
    }

    /// Appends audio. It is in the file 250 ms of audio later at most.
    pub fn write(&mut self, pcm: &[u8]) -> Result<(), RecordError> {
        self.unwritten.extend_from_slice(pcm);
        let enough = self.layout.rate.bytes_in(FLUSH) * usize::from(self.layout.channels);
        if self.unwritten.len() >= enough { self.flush() } else { Ok(()) }
    }

    /// Writes the rest. Gives the length of the file.
    pub fn finish(mut self) -> Result<u64, RecordError> {
        self.flush()?;
        Ok(self.header_len() + self.written)
    }

    fn flush(&mut self) -> Result<(), RecordError> {
        let room = usize::try_from(self.limit - self.written).unwrap_or(usize::MAX);
        let too_long = self.unwritten.len() > room;
        self.unwritten.truncate(room);
        self.try_io("write", |this| this.file.write_all(&this.unwritten))?;
        self.written += self.unwritten.len() as u64;
        self.unwritten.clear();
        self.write_header()?;
        self.check_is_there()?;
        if too_long { Err(RecordError::TooLong { path: self.path.clone() }) } else { Ok(()) }
    }

    fn write_header(&mut self) -> Result<(), RecordError> {
        if self.layout.format == Format::Sln {
            return Ok(());
        }
        let Layout { rate, channels, .. } = self.layout;
        let header = header(rate, channels, u32::try_from(self.written).unwrap_or(u32::MAX));
        let end = self.header_len() + self.written;
        self.try_io("lseek", |this| this.file.rewind())?;
        self.try_io("write", |this| this.file.write_all(&header))?;
        self.try_io("lseek", |this| this.file.seek(SeekFrom::Start(end)).map(drop))
    }

    /// Writing to a file that was deleted succeeds, and would lose the recording without a word.
    fn check_is_there(&mut self) -> Result<(), RecordError> {
        self.try_io("fstat", |this| {
            if is_deleted(&this.file)? { Err(io::Error::from_raw_os_error(ENOENT)) } else { Ok(()) }
        })
    }

    fn header_len(&self) -> u64 {
        if self.layout.format == Format::Wav { HEADER_LEN as u64 } else { 0 }
    }

    fn try_io(
        &mut self,
        syscall: &'static str,
        attempt: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> Result<(), RecordError> {
        attempt(self).map_err(|error| RecordError::system(&self.path, syscall, &error))
    }
}

/// The same number on every Unix, and on Windows that of a file that is not found.
const ENOENT: i32 = 2;

#[cfg(unix)]
fn may_block(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata(path).is_ok_and(|there| {
        let kind = there.file_type();
        kind.is_fifo() || kind.is_socket() || kind.is_block_device()
    })
}

#[cfg(not(unix))]
fn may_block(_: &Path) -> bool {
    false
}

#[cfg(unix)]
fn is_deleted(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.nlink() == 0)
}

#[cfg(not(unix))]
fn is_deleted(_: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_would_be_too_long_holds_what_it_can_and_is_an_error() {
        let path = std::env::temp_dir().join(format!("too-long-{}.wav", std::process::id()));
        let rate = SampleRate::NARROWBAND;
        let layout = Layout { format: Format::Wav, rate, channels: 1 };
        let mut file = RecordingFile::create(&path, layout, true).unwrap();
        file.limit = 10_000;
        assert_eq!(file.write(&[1; 8000]), Ok(()));
        let error = file.write(&[1; 8000]).unwrap_err();
        assert_eq!(error.code(), "ERR_RECORDING_TOO_LONG");
        let bytes = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(bytes[..HEADER_LEN], header(rate, 1, 10_000));
        assert_eq!(bytes.len(), HEADER_LEN + 10_000);
    }
}
