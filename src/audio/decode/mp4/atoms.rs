//! The atoms (boxes) that an MP4 is made of: a size, a kind, and what is in it.

use std::ops::Range;

use symphonia::core::errors::{Error, Result};

use super::bytes::Bytes;

/// Where a file has an atom's contents.
pub(super) type Body = Range<u64>;

pub(super) type Kind = [u8; 4];

/// One atom after the other.
pub(super) struct Atoms {
    rest: Body,
}

impl Atoms {
    pub(super) fn within(body: &Body) -> Self {
        Self { rest: body.clone() }
    }

    /// Where the next atom starts.
    pub(super) fn at(&self) -> u64 {
        self.rest.start
    }

    /// The next atom. One that claims to reach beyond what it is in ends there.
    pub(super) fn next(&mut self, file: &mut Bytes) -> Result<Option<(Kind, Body)>> {
        let Body { start, end } = self.rest;
        // QuickTime ends some lists with four zeros.
        if end.saturating_sub(start) < 8 {
            return Ok(None);
        }
        let [size @ .., a, b, c, d] = file.array::<8>(start)?;
        let (header, size) = match u32::from_be_bytes(size) {
            0 => (8, end - start),
            1 => (16, u64::from_be_bytes(file.array(start + 8)?)),
            size => (8, size.into()),
        };
        if size < header {
            return Err(Error::DecodeError("an MP4 atom that is smaller than its own header"));
        }
        let next = start.saturating_add(size).min(end);
        self.rest.start = next;
        Ok(Some(([a, b, c, d], (start + header).min(next)..next)))
    }
}

/// The first atom of a kind.
pub(super) fn find(file: &mut Bytes, within: &Body, wanted: &Kind) -> Result<Option<Body>> {
    let mut atoms = Atoms::within(within);
    while let Some((kind, body)) = atoms.next(file)? {
        if kind == *wanted {
            return Ok(Some(body));
        }
    }
    Ok(None)
}

/// The same, for one that must be there.
pub(super) fn need(file: &mut Bytes, within: &Body, wanted: &Kind) -> Result<Body> {
    find(file, within, wanted)?.ok_or(Error::DecodeError("an atom that every MP4 has is missing"))
}
