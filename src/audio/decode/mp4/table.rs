//! The tables of an MP4's index. They grow with the file, so that never more than a piece of one
//! is in memory.

use symphonia::core::errors::{Error, Result};

use super::atoms::Body;
use super::bytes::Bytes;

/// Entries of `N` bytes each.
pub(super) struct Table<const N: usize> {
    at: u64,
    count: u32,
    /// The entries from `first` on.
    window: Vec<u8>,
    first: u32,
}

impl<const N: usize> Table<N> {
    /// The table whose number of entries stands at `count_at` in an atom, and they after it.
    pub(super) fn new(file: &mut Bytes, atom: &Body, count_at: u64) -> Result<Self> {
        let count = u32::from_be_bytes(file.array(atom.start + count_at)?);
        Self::at(atom, atom.start + count_at + 4, count.into())
    }

    /// The table of so many entries from `at` on, in an atom.
    pub(super) fn at(atom: &Body, at: u64, count: u64) -> Result<Self> {
        if count > ENTRIES_MAX || at.saturating_add(count * N as u64) > atom.end {
            return Err(Error::DecodeError("an MP4 table that is too long"));
        }
        Ok(Self { at, count: count as u32, window: Vec::new(), first: 0 })
    }

    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// An entry; None beyond the last.
    pub(super) fn entry(&mut self, file: &mut Bytes, index: u32) -> Result<Option<[u8; N]>> {
        if index >= self.count {
            return Ok(None);
        }
        if self.kept(index).is_none() {
            let count = (WINDOW / N).min((self.count - index) as usize);
            self.window = file.vec(self.at + u64::from(index) * N as u64, count * N)?;
            self.first = index;
        }
        Ok(self.kept(index))
    }

    fn kept(&self, index: u32) -> Option<[u8; N]> {
        let at = index.checked_sub(self.first)? as usize * N;
        self.window.get(at..)?.first_chunk().copied()
    }
}

/// Bytes of a table that are in memory: the sizes of 20 s of AAC.
const WINDOW: usize = 4 << 10;

/// Four days of AAC. Going to a position may read a whole table.
const ENTRIES_MAX: u64 = 1 << 24;
