//! Bytes from anywhere in a file.

use std::io::{BufReader, ErrorKind, Read, Result, Seek, SeekFrom};

use symphonia::core::io::MediaSource as _;

use crate::audio::media::Media;

/// A file that can be read in any order.
pub(super) struct Bytes {
    reader: BufReader<Media>,
    length: u64,
    /// Where the reader stands; None after an error.
    at: Option<u64>,
}

impl Bytes {
    pub(super) fn new(media: Media) -> Self {
        let length = media.byte_len().unwrap_or_default();
        Self { reader: BufReader::with_capacity(BUFFER, media), length, at: None }
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The bytes from `at` on. Error: the file ends before.
    pub(super) fn array<const N: usize>(&mut self, at: u64) -> Result<[u8; N]> {
        let mut room = [0; N];
        self.read(at, &mut room)?;
        Ok(room)
    }

    /// So many bytes from `at` on. None is allocated that the file does not have.
    pub(super) fn vec(&mut self, at: u64, count: usize) -> Result<Vec<u8>> {
        self.check(at, count)?;
        let mut room = vec![0; count];
        self.read(at, &mut room)?;
        Ok(room)
    }

    /// The file, wherever it stands.
    pub(super) fn into_media(self) -> Media {
        self.reader.into_inner()
    }

    fn read(&mut self, at: u64, room: &mut [u8]) -> Result<()> {
        self.check(at, room.len())?;
        match self.at.take() {
            Some(here) => self.reader.seek_relative(at.wrapping_sub(here).cast_signed())?,
            None => drop(self.reader.seek(SeekFrom::Start(at))?),
        }
        self.reader.read_exact(room)?;
        self.at = Some(at + room.len() as u64);
        Ok(())
    }

    fn check(&self, at: u64, count: usize) -> Result<()> {
        match at.checked_add(count as u64) {
            Some(end) if end <= self.length => Ok(()),
            _ => Err(ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// Half a second of most audio.
const BUFFER: usize = 16 << 10;
