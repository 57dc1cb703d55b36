//! The samples (packets of sound) of a track, in their order: those that the film's own index
//! lists, then those of its fragments.

use symphonia::core::errors::Result;

use super::bytes::Bytes;
use super::fragments::Fragments;
use super::places::Places;
use super::times::Times;

/// Goes through the samples.
pub(super) struct Index {
    pub(super) times: Times,
    pub(super) places: Places,
    pub(super) fragments: Option<Fragments>,
}

/// Where a sample stands, when it starts and how long it lasts, in the track's units.
pub(super) struct Sample {
    pub(super) at: u64,
    pub(super) bytes: u64,
    pub(super) start: u64,
    pub(super) length: u64,
}

impl Index {
    /// Whether there are no more samples. Nobody knows that of fragments.
    pub(super) fn is_over(&self) -> bool {
        self.fragments.is_none() && self.places.is_over()
    }

    pub(super) fn next(&mut self, file: &mut Bytes) -> Result<Option<Sample>> {
        if let Some(piece) = self.places.next(file)? {
            let start = self.times.now();
            let length = self.times.pass(file, piece.samples)?;
            return Ok(Some(Sample { at: piece.at, bytes: piece.bytes, start, length }));
        }
        self.fragments.as_mut().map_or(Ok(None), |fragments| fragments.next(file))
    }

    /// Goes to the sample that sounds at a time, and gives when it starts. None, or an error:
    /// there is none, and the first is next.
    pub(super) fn seek(&mut self, file: &mut Bytes, to: u64) -> Result<Option<u64>> {
        self.rewind(file);
        let found = self.find(file, to);
        if !matches!(found, Ok(Some(_))) {
            self.rewind(file);
        }
        found
    }

    fn find(&mut self, file: &mut Bytes, to: u64) -> Result<Option<u64>> {
        let sample = self.times.seek(file, to)?;
        if self.places.seek(file, sample)? {
            return Ok(Some(self.times.now()));
        }
        self.fragments.as_mut().map_or(Ok(None), |fragments| fragments.seek(file, to))
    }

    fn rewind(&mut self, file: &Bytes) {
        self.times.rewind();
        self.places.rewind();
        if let Some(fragments) = &mut self.fragments {
            fragments.rewind(file);
        }
    }
}
