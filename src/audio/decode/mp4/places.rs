//! Where each sample (a packet of sound) of an MP4 stands: in which chunk (`stsc`), where that
//! starts (`stco`, `co64`), and how long the samples before it are (`stsz`).

use symphonia::core::errors::{Error, Result};

use super::atoms::{Body, find, need};
use super::bytes::Bytes;
use super::table::Table;

/// Goes through the samples' places.
pub(super) struct Places {
    runs: Table<12>,
    chunks: Chunks,
    sizes: Sizes,
    /// The next sample.
    sample: u32,
    /// Where it stands, unless the chunk is at its end.
    at: u64,
    /// Samples of this chunk that are still to come.
    left: u32,
    /// The next chunk, the first being 0.
    chunk: u32,
    /// Chunks before this one have `each` samples; from it on the next run counts.
    run_end: u32,
    next_run: u32,
    each: u32,
}

/// What is read at once.
pub(super) struct Piece {
    pub(super) at: u64,
    pub(super) bytes: u64,
    pub(super) samples: u32,
}

enum Chunks {
    Short(Table<4>),
    Long(Table<8>),
}

enum Sizes {
    /// All are as long: PCM.
    Same {
        bytes: u32,
        count: u32,
    },
    Each(Table<4>),
}

impl Places {
    /// Error: a table is missing, or lies about its size.
    pub(super) fn new(file: &mut Bytes, stbl: &Body) -> Result<Self> {
        let stsc = need(file, stbl, b"stsc")?;
        let chunks = match find(file, stbl, b"stco")? {
            Some(stco) => Chunks::Short(Table::new(file, &stco, 4)?),
            None => {
                let co64 = need(file, stbl, b"co64")?;
                Chunks::Long(Table::new(file, &co64, 4)?)
            }
        };
        let stsz = need(file, stbl, b"stsz")?;
        let sizes = match u32::from_be_bytes(file.array(stsz.start + 4)?) {
            0 => Sizes::Each(Table::new(file, &stsz, 8)?),
            bytes => Sizes::Same { bytes, count: u32::from_be_bytes(file.array(stsz.start + 8)?) },
        };
        let runs = Table::new(file, &stsc, 4)?;
        let (sample, at, left, chunk, run_end, next_run, each) = (0, 0, 0, 0, 0, 0, 0);
        Ok(Self { runs, chunks, sizes, sample, at, left, chunk, run_end, next_run, each })
    }

    /// Whether there are no more samples.
    pub(super) fn is_over(&self) -> bool {
        self.sample >= self.sizes.count()
    }

    /// The next sample; a few at once where they are but a frame of PCM. None after the last.
    pub(super) fn next(&mut self, file: &mut Bytes) -> Result<Option<Piece>> {
        if self.is_over() {
            return Ok(None);
        }
        if self.left == 0 {
            self.enter_chunk(file)?;
        }
        let samples = match self.sizes {
            Sizes::Same { bytes, count } if bytes <= FRAME_MAX => {
                self.left.min(count - self.sample).min(TOGETHER)
            }
            _ => 1,
        };
        let (at, bytes) = (self.at, self.sizes.of(file, self.sample, samples)?);
        self.go(samples, bytes);
        Ok(Some(Piece { at, bytes, samples }))
    }

    /// Makes the first sample the next.
    pub(super) fn rewind(&mut self) {
        (self.sample, self.left, self.chunk, self.run_end, self.next_run) = (0, 0, 0, 0, 0);
    }

    /// Goes to a sample. False: there is none of that number, and nothing is next.
    pub(super) fn seek(&mut self, file: &mut Bytes, sample: u64) -> Result<bool> {
        self.rewind();
        if sample >= self.sizes.count().into() {
            self.sample = self.sizes.count();
            return Ok(false);
        }
        let mut before = sample;
        loop {
            self.enter_run(file)?;
            let chunks = before / u64::from(self.each);
            let here = u64::from(self.run_end - self.chunk);
            if chunks < here {
                self.chunk += chunks as u32;
                before %= u64::from(self.each);
                break;
            }
            before -= here * u64::from(self.each);
            self.chunk = self.run_end;
        }
        let before = before as u32;
        self.sample = sample as u32 - before;
        self.enter_chunk(file)?;
        let bytes = self.sizes.of(file, self.sample, before)?;
        self.go(before, bytes);
        Ok(true)
    }

    fn go(&mut self, samples: u32, bytes: u64) {
        self.sample += samples;
        self.left -= samples;
        self.at = self.at.saturating_add(bytes);
    }

    fn enter_chunk(&mut self, file: &mut Bytes) -> Result<()> {
        if self.chunk >= self.run_end {
            self.enter_run(file)?;
        }
        self.at = self.chunks.start(file, self.chunk)?.ok_or(BROKEN)?;
        self.left = self.each;
        self.chunk += 1;
        Ok(())
    }

    /// From the chunk that is next on, each has as many samples as the next run says.
    fn enter_run(&mut self, file: &mut Bytes) -> Result<()> {
        let (_, each) = self.runs.entry(file, self.next_run)?.map(split).ok_or(BROKEN)?;
        let following = self.runs.entry(file, self.next_run + 1)?.map(split);
        // The last run has no end; chunks are counted from 1.
        let end = following.map_or(u32::MAX, |(first, _)| first.saturating_sub(1));
        if each == 0 || end <= self.chunk {
            return Err(BROKEN);
        }
        (self.each, self.run_end) = (each, end);
        self.next_run += 1;
        Ok(())
    }
}

impl Chunks {
    fn start(&mut self, file: &mut Bytes, chunk: u32) -> Result<Option<u64>> {
        Ok(match self {
            Self::Short(table) => table.entry(file, chunk)?.map(|at| u32::from_be_bytes(at).into()),
            Self::Long(table) => table.entry(file, chunk)?.map(u64::from_be_bytes),
        })
    }
}

impl Sizes {
    fn count(&self) -> u32 {
        match self {
            Self::Same { count, .. } => *count,
            Self::Each(table) => table.count(),
        }
    }

    /// The bytes of so many samples.
    fn of(&mut self, file: &mut Bytes, first: u32, samples: u32) -> Result<u64> {
        match self {
            Self::Same { bytes, .. } => Ok(u64::from(*bytes) * u64::from(samples)),
            Self::Each(table) => (first..first + samples).try_fold(0, |sum, sample| {
                let bytes = table.entry(file, sample)?.ok_or(BROKEN)?;
                Ok(sum + u64::from(u32::from_be_bytes(bytes)))
            }),
        }
    }
}

fn split([a, b, c, d, e, f, g, h, ..]: [u8; 12]) -> (u32, u32) {
    (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
}

const BROKEN: Error = Error::DecodeError("an MP4 whose tables contradict each other");

/// The longest frame of PCM: 8 channels of 64 bits. Such a sample is no packet worth its trouble.
const FRAME_MAX: u32 = 64;

/// Frames of PCM that are read at once: 20 to 60 ms.
const TOGETHER: u32 = 1_024;
