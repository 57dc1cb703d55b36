//! The samples of a fragmented MP4: each fragment (`moof`) lists its own, in runs (`trun`).

use symphonia::core::errors::{Error, Result};

use super::atoms::{Atoms, Body, find, need};
use super::bytes::Bytes;
use super::index::Sample;
use super::table::Table;

/// Goes through the samples of one track, fragment by fragment.
pub(super) struct Fragments {
    track: u32,
    /// What the film's header says of samples of which a fragment says nothing.
    film: Defaults,
    /// What is still to come: of the file, of this fragment, of its part for the track.
    moofs: Atoms,
    trafs: Atoms,
    truns: Atoms,
    run: Option<Run>,
    /// Where this fragment's offsets count from, and the next sample stands.
    base: u64,
    at: u64,
    defaults: Defaults,
    now: u64,
    /// Bytes of all samples so far.
    given: u64,
    /// A sample that was looked at, and is next.
    waiting: Option<Sample>,
}

#[derive(Clone, Copy, Default)]
struct Defaults {
    length: u32,
    bytes: u32,
}

/// Samples, each with up to four numbers.
struct Run {
    numbers: Table<4>,
    each: u32,
    /// Which of the numbers it is, where it is one.
    length: Option<u32>,
    bytes: Option<u32>,
    next: u32,
    count: u32,
}

impl Fragments {
    /// For a track of so a number.
    pub(super) fn new(file: &mut Bytes, mvex: &Body, track: u32) -> Result<Self> {
        let (mut film, mut atoms) = (Defaults::default(), Atoms::within(mvex));
        while let Some((kind, trex)) = atoms.next(file)? {
            if kind == *b"trex" && number(file, trex.start + 4)? == track {
                let (length, bytes) = (trex.start + 12, trex.start + 16);
                film = Defaults { length: number(file, length)?, bytes: number(file, bytes)? };
            }
        }
        let none = || Atoms::within(&(0..0));
        let mut new = Self {
            track,
            film,
            moofs: none(),
            trafs: none(),
            truns: none(),
            run: None,
            base: 0,
            at: 0,
            defaults: film,
            now: 0,
            given: 0,
            waiting: None,
        };
        new.rewind(file);
        Ok(new)
    }

    /// Makes the first sample the next.
    pub(super) fn rewind(&mut self, file: &Bytes) {
        self.moofs = Atoms::within(&(0..file.length()));
        self.trafs = Atoms::within(&(0..0));
        self.truns = Atoms::within(&(0..0));
        (self.run, self.waiting, self.now, self.given) = (None, None, 0, 0);
    }

    pub(super) fn next(&mut self, file: &mut Bytes) -> Result<Option<Sample>> {
        if let Some(sample) = self.waiting.take() {
            return Ok(Some(sample));
        }
        loop {
            let numbers = self.run.as_mut().map(|run| run.next(file, self.defaults)).transpose()?;
            if let Some(sample) = numbers.flatten() {
                return self.sample(file, sample).map(Some);
            }
            if !self.enter_run(file)? {
                return Ok(None);
            }
        }
    }

    /// Goes ahead to the sample that sounds at a time. Gives when it starts; None: there is none.
    pub(super) fn seek(&mut self, file: &mut Bytes, to: u64) -> Result<Option<u64>> {
        while let Some(sample) = self.next(file)? {
            if sample.start.saturating_add(sample.length) > to {
                let start = sample.start;
                self.waiting = Some(sample);
                return Ok(Some(start));
            }
        }
        Ok(None)
    }

    fn sample(&mut self, file: &Bytes, Defaults { length, bytes }: Defaults) -> Result<Sample> {
        let (at, bytes, start, length) = (self.at, bytes.into(), self.now, length.into());
        self.at = at.saturating_add(bytes);
        self.now = start.saturating_add(length);
        self.given += bytes;
        // Runs that give the same bytes again and again would never end.
        if self.given > file.length() {
            Err(BROKEN)
        } else {
            Ok(Sample { at, bytes, start, length })
        }
    }

    fn enter_run(&mut self, file: &mut Bytes) -> Result<bool> {
        loop {
            while let Some((kind, trun)) = self.truns.next(file)? {
                if kind == *b"trun" {
                    let (run, offset) = Run::new(file, &trun)?;
                    self.run = Some(run);
                    // Without an offset it follows on the run before.
                    let at = offset.map(|offset| self.base.saturating_add_signed(offset.into()));
                    self.at = at.unwrap_or(self.at);
                    return Ok(true);
                }
            }
            if !self.enter_track(file)? {
                return Ok(false);
            }
        }
    }

    fn enter_track(&mut self, file: &mut Bytes) -> Result<bool> {
        loop {
            while let Some((kind, traf)) = self.trafs.next(file)? {
                if kind == *b"traf" && self.is_ours(file, &traf)? {
                    self.truns = Atoms::within(&traf);
                    return Ok(true);
                }
            }
            self.base = self.moofs.at();
            match self.moofs.next(file)? {
                Some((kind, moof)) if kind == *b"moof" => self.trafs = Atoms::within(&moof),
                Some(_) => {}
                None => return Ok(false),
            }
        }
    }

    /// Takes what a fragment says of all its samples, if they are of the track.
    fn is_ours(&mut self, file: &mut Bytes, traf: &Body) -> Result<bool> {
        let tfhd = need(file, traf, b"tfhd")?;
        let flags = number(file, tfhd.start)?;
        if number(file, tfhd.start + 4)? != self.track {
            return Ok(false);
        }
        let mut at = tfhd.start + 8;
        if flags & 0x01 != 0 {
            self.base = u64::from_be_bytes(file.array(at)?);
            at += 8;
        }
        at += if flags & 0x02 != 0 { 4 } else { 0 };
        self.defaults = self.film;
        if flags & 0x08 != 0 {
            self.defaults.length = number(file, at)?;
            at += 4;
        }
        if flags & 0x10 != 0 {
            self.defaults.bytes = number(file, at)?;
        }
        if let Some(tfdt) = find(file, traf, b"tfdt")? {
            let long = file.array::<1>(tfdt.start)? == [1];
            let at = tfdt.start + 4;
            let now =
                if long { u64::from_be_bytes(file.array(at)?) } else { number(file, at)?.into() };
            self.now = now;
        }
        self.at = self.base;
        Ok(true)
    }
}

impl Run {
    /// A run, and how far from the fragment's base its first sample stands.
    fn new(file: &mut Bytes, trun: &Body) -> Result<(Self, Option<i32>)> {
        let flags = number(file, trun.start)?;
        let count = number(file, trun.start + 4)?;
        let has = |flag: u32| u64::from(flags & flag != 0);
        let offset = match has(0x001) {
            0 => None,
            _ => Some(number(file, trun.start + 8)?.cast_signed()),
        };
        let start = trun.start + 8 + 4 * (has(0x001) + has(0x004));
        let each = (flags & 0xf00).count_ones();
        let numbers = Table::at(trun, start, u64::from(count) * u64::from(each))?;
        let length = (flags & 0x100 != 0).then_some(0);
        let bytes = (flags & 0x200 != 0).then_some(has(0x100) as u32);
        Ok((Self { numbers, each, length, bytes, next: 0, count }, offset))
    }

    fn next(&mut self, file: &mut Bytes, mut sample: Defaults) -> Result<Option<Defaults>> {
        if self.next == self.count {
            return Ok(None);
        }
        let first = self.next * self.each;
        let mut number = |which: u32| -> Result<u32> {
            let bytes = self.numbers.entry(file, first + which)?;
            bytes.map(u32::from_be_bytes).ok_or(BROKEN)
        };
        if let Some(which) = self.length {
            sample.length = number(which)?;
        }
        match self.bytes {
            Some(which) => sample.bytes = number(which)?,
            // As many as the run likes, and all of them nothing.
            None if sample.bytes == 0 => return Err(BROKEN),
            None => {}
        }
        self.next += 1;
        Ok(Some(sample))
    }
}

fn number(file: &mut Bytes, at: u64) -> Result<u32> {
    Ok(u32::from_be_bytes(file.array(at)?))
}

const BROKEN: Error = Error::DecodeError("an MP4 whose fragments contradict themselves");
