//! A source as a call takes it: at the call's rate, as loud and as long as asked for.

use std::time::Duration;

use super::source::check_rate;
use super::{AudioError, Resampler, Source, sample};

/// How a source is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayOptions {
    /// In dB; 0 leaves the level as it is. What becomes too loud saturates. Default 0.
    pub gain_db: f32,
    /// How much to leave out at the start. Default none.
    pub start: Duration,
    /// How much to play, at most, of what follows. Default all.
    pub duration: Option<Duration>,
    /// How often that piece is played; None is for ever. Default once.
    pub repeat: Option<u32>,
}

/// Makes signed 16-bit little-endian audio at a call's rate of a source.
///
/// Keeps one piece of the source (at most a packet) and the resampler's 4 ms.
pub struct Pipeline {
    open: Opener,
    source: Box<dyn Source>,
    resampler: Resampler,
    to_hz: u32,
    gain: f32,
    options: PlayOptions,
    round: Round,
    /// Rounds that follow this one; None is for ever.
    rounds_left: Option<u32>,
    stage: Stage,
    /// Samples of the source that are still to be converted, from `taken` on.
    decoded: Vec<f32>,
    taken: usize,
    /// Samples at the call's rate, on their way to bytes.
    converted: Vec<f32>,
    /// Converted bytes that are still to be given, from `given` on.
    ready: Vec<u8>,
    given: usize,
}

type Opener = Box<dyn FnMut() -> Result<Box<dyn Source>, AudioError> + Send>;

#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Playing,
    /// No more is decoded; what was has still to be converted. It ended well, or not.
    Draining(Result<(), AudioError>),
    /// No more is converted; what was has still to be given.
    Giving(Result<(), AudioError>),
    Ended,
}

impl Default for PlayOptions {
    fn default() -> Self {
        Self { gain_db: 0.0, start: Duration::ZERO, duration: None, repeat: Some(1) }
    }
}

impl Pipeline {
    /// Opens the source at once, and again for each round that follows; see [`Self::once`] for
    /// one that cannot be opened again. `to_hz` is the call's rate.
    ///
    /// Errors: what opening gives.
    pub fn new(
        mut open: impl FnMut() -> Result<Box<dyn Source>, AudioError> + Send + 'static,
        to_hz: u32,
        options: PlayOptions,
    ) -> Result<Self, AudioError> {
        let source = open()?;
        let resampler = Resampler::aligned(source.sample_rate(), check_rate(to_hz)?)?;
        let gain = 10_f32.powf(options.gain_db / 20.0);
        let mut new = Self {
            open: Box::new(open),
            source,
            resampler,
            to_hz,
            gain: if gain.is_finite() { gain } else { 1.0 },
            options,
            round: Round::default(),
            rounds_left: options.repeat.map(|times| times.saturating_sub(1)),
            stage: Stage::Playing,
            decoded: Vec::new(),
            taken: 0,
            converted: Vec::new(),
            ready: Vec::new(),
            given: 0,
        };
        if options.repeat == Some(0) {
            new.stage = Stage::Ended;
        }
        new.start_round();
        Ok(new)
    }

    /// For a source whose bytes come only once: a second round ends with
    /// [`AudioError::NotRepeatable`].
    pub fn once(
        source: Box<dyn Source>,
        to_hz: u32,
        options: PlayOptions,
    ) -> Result<Self, AudioError> {
        let mut source = Some(source);
        Self::new(move || source.take().ok_or(AudioError::NotRepeatable), to_hz, options)
    }

    /// Appends up to `max` bytes, in whole samples. Ok(false): there are no more. Ok(true) with
    /// fewer, even none: call again; there was much to leave out.
    ///
    /// Errors: where the source ends badly, once all before that was given.
    pub fn read(&mut self, max: usize, out: &mut Vec<u8>) -> Result<bool, AudioError> {
        let enough = out.len() + max / 2 * 2;
        for _ in 0..STEPS_MAX {
            self.give(enough, out);
            if out.len() == enough {
                return Ok(true);
            }
            if self.stage == Stage::Ended {
                return Ok(false);
            }
            self.advance()?;
        }
        Ok(true)
    }

    fn give(&mut self, enough: usize, out: &mut Vec<u8>) {
        let waiting = self.ready.get(self.given..).unwrap_or_default();
        let (now, _) = waiting.split_at(waiting.len().min(enough - out.len()));
        out.extend_from_slice(now);
        self.given += now.len();
        if self.given == self.ready.len() {
            self.ready.clear();
            self.given = 0;
        }
    }

    /// One step: converts a piece of what was decoded, decodes more, or ends.
    fn advance(&mut self) -> Result<(), AudioError> {
        if self.taken < self.decoded.len() {
            self.convert();
            return Ok(());
        }
        self.decoded.clear();
        self.taken = 0;
        match std::mem::replace(&mut self.stage, Stage::Ended) {
            Stage::Playing => {
                self.stage = Stage::Playing;
                self.decode();
            }
            Stage::Draining(how) => {
                self.drain_resampler();
                self.stage = Stage::Giving(how);
            }
            Stage::Giving(how) => return how,
            Stage::Ended => {}
        }
        Ok(())
    }

    fn convert(&mut self) {
        let rest = self.decoded.get(self.taken..).unwrap_or_default();
        let (piece, _) = rest.split_at(rest.len().min(PIECE));
        self.converted.clear();
        self.resampler.process(piece, &mut self.converted);
        self.taken += piece.len();
        sample::append_pcm(&self.converted, self.gain, &mut self.ready);
    }

    fn drain_resampler(&mut self) {
        self.converted.clear();
        self.resampler.finish(&mut self.converted);
        sample::append_pcm(&self.converted, self.gain, &mut self.ready);
    }

    fn decode(&mut self) {
        let more = self.source.read(&mut self.decoded);
        let rate = self.source.sample_rate();
        if rate != self.resampler.from_hz() {
            self.drain_resampler();
            match Resampler::aligned(rate, self.to_hz) {
                Ok(resampler) => self.resampler = resampler,
                Err(error) => return self.stage = Stage::Draining(Err(error)),
            }
        }
        let enough = self.round.cut(&mut self.decoded, rate);
        match more {
            Ok(true) if !enough => {}
            Ok(_) => self.end_round(),
            Err(error) => self.stage = Stage::Draining(Err(error)),
        }
    }

    /// The next round starts right after the last sample of this one, as if it were one sound.
    fn end_round(&mut self) {
        // Rounds of nothing would go on for ever.
        if self.rounds_left == Some(0) || !self.round.heard {
            return self.stage = Stage::Draining(Ok(()));
        }
        self.rounds_left = self.rounds_left.map(|rounds| rounds - 1);
        match (self.open)() {
            Ok(source) => {
                self.source = source;
                self.start_round();
            }
            Err(error) => self.stage = Stage::Draining(Err(error)),
        }
    }

    fn start_round(&mut self) {
        let start = self.options.start;
        let reached = if start.is_zero() { start } else { self.source.skip_near(start) };
        self.round = Round {
            skip: start.saturating_sub(reached),
            keep: self.options.duration,
            ..Round::default()
        };
    }
}

/// Once through the piece that is played.
#[derive(Default)]
struct Round {
    skip: Duration,
    keep: Option<Duration>,
    /// Samples that have gone by.
    seen: u64,
    /// Whether any was kept.
    heard: bool,
}

impl Round {
    /// Leaves of the next samples those that are played. True: the rest is not.
    fn cut(&mut self, samples: &mut Vec<f32>, rate: u32) -> bool {
        let in_samples = |time: Duration| {
            u64::try_from(time.as_nanos() * u128::from(rate) / 1_000_000_000).unwrap_or(u64::MAX)
        };
        let first = in_samples(self.skip);
        let last = self.keep.map(|keep| first.saturating_add(in_samples(keep)));
        let start = first.saturating_sub(self.seen).min(samples.len() as u64);
        let end = last.map_or(u64::MAX, |last| last.saturating_sub(self.seen));
        self.seen = self.seen.saturating_add(samples.len() as u64);
        samples.truncate(usize::try_from(end).unwrap_or(usize::MAX));
        samples.drain(..(start as usize).min(samples.len()));
        self.heard |= !samples.is_empty();
        last.is_some_and(|last| self.seen >= last)
    }
}

/// Samples that are converted in one step.
const PIECE: usize = 1_024;

/// Steps of one read; a call's audio waits for no more.
const STEPS_MAX: usize = 64;
