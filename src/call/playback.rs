//! One `play`: a source's audio on its way out.

use std::collections::VecDeque;
use std::time::Duration;

use super::queue::convert_all;
use crate::audio::{Resampler, fade_out};
use crate::protocol::SampleRate;

/// A play replaces the one in its slot and is mixed with those in the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// What `play` plays.
    Play,
    /// What `playStream` plays.
    Stream,
    /// What the far end of a fork says.
    Fork,
}

impl Slot {
    pub const ALL: [Self; 3] = [Self::Play, Self::Stream, Self::Fork];
}

/// How a play is to be begun.
#[derive(Clone, Copy, Debug)]
pub struct Play {
    /// Its number.
    pub play: u32,
    pub slot: Slot,
    /// How long it fades when it is stopped.
    pub fade_out: Duration,
    /// What is fed was made for the call's rate as it is now, and is converted when that changes.
    pub keeps_rate: bool,
}

/// How a play came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The number the play was given.
    pub play: u32,
    /// Everything was played; false where it was stopped, replaced or outlived by the call's end.
    pub completed: bool,
    /// How much of it left.
    pub played: Duration,
    /// Why the source could not bring the rest.
    pub failure: Option<SourceFailure>,
}

/// A source that could not be opened or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFailure {
    /// The system's error number, or 0.
    pub errno: i32,
    /// What was tried: `open`, `read`; or the code of an error that is not the system's.
    pub cause: &'static str,
    pub message: String,
}

/// The audio of a source between its arrival and its frames.
#[derive(Debug)]
pub(super) struct Playback {
    pub play: u32,
    pcm: VecDeque<u8>,
    /// The source has no more; `failure` says why if that was not its end.
    ended: bool,
    failure: Option<SourceFailure>,
    played: Duration,
    /// The rate of what is fed, if that is kept.
    rate: Option<SampleRate>,
    /// Makes audio at the call's rate of what is fed, where that has another.
    converter: Option<Resampler>,
    /// How long it fades when it is stopped.
    fade: Duration,
    /// It was stopped, and fades.
    stopped: bool,
    /// A frame was due and there was none.
    pub missed: bool,
}

impl Playback {
    /// `rate` is the call's.
    pub fn new(play: &Play, rate: SampleRate) -> Self {
        Self {
            play: play.play,
            rate: play.keeps_rate.then_some(rate),
            converter: None,
            fade: play.fade_out,
            stopped: false,
            pcm: VecDeque::new(),
            ended: false,
            failure: None,
            played: Duration::ZERO,
            missed: false,
        }
    }

    pub fn len(&self) -> usize {
        self.pcm.len()
    }

    pub fn feed(&mut self, pcm: &[u8]) {
        if self.stopped {
            return;
        }
        match &mut self.converter {
            Some(converter) => {
                let mut converted = Vec::new();
                converter.process_pcm(pcm, &mut converted);
                self.pcm.extend(converted);
            }
            None => self.pcm.extend(pcm),
        }
    }

    /// What is fed is and will be for this rate, if it was for none yet.
    pub fn keep_rate(&mut self, rate: SampleRate) {
        self.rate.get_or_insert(rate);
    }

    /// The call's rate changes: what waits is converted, and so is what will come.
    pub fn change_rate(&mut self, from: SampleRate, to: SampleRate) {
        let Some(fed) = self.rate else { return };
        convert_all(&mut self.pcm, from, to);
        self.converter = (fed != to).then(|| Resampler::aligned(fed.hz(), to.hz()).ok()).flatten();
    }

    /// Ends the play: what waits is cut to the fade.
    pub fn fade_out(&mut self, rate: SampleRate) {
        self.pcm.truncate(rate.bytes_in(self.fade).min(self.len() & !1));
        fade_out(self.pcm.make_contiguous());
        self.stopped = true;
        self.ended = true;
    }

    pub fn end(&mut self, failure: Option<SourceFailure>) {
        self.ended = true;
        self.failure = failure;
    }

    /// A frame of `frame` bytes is there, or the last, shorter one.
    pub fn has_frame(&self, frame: usize) -> bool {
        self.len() >= frame || (self.ended && self.len() >= 2)
    }

    /// The source could still bring something for the next frame.
    pub fn is_dry(&self, frame: usize) -> bool {
        !self.ended && self.len() < frame
    }

    /// Something of it has left.
    pub fn has_begun(&self) -> bool {
        !self.played.is_zero()
    }

    pub fn is_over(&self) -> bool {
        self.ended && self.len() < 2
    }

    /// Takes a frame off the front, if there is one.
    pub fn take_if_ready(&mut self, frame: usize, rate: SampleRate, taken: impl FnOnce(&[u8])) {
        if !self.has_frame(frame) {
            return;
        }
        let len = frame.min(self.len()) & !1;
        taken(&self.pcm.make_contiguous()[..len]);
        self.pcm.drain(..len);
        self.played += rate.duration_of(len);
    }

    /// Drops a frame whose time has passed.
    pub fn skip(&mut self, frame: usize) {
        self.pcm.drain(..frame.min(self.pcm.len()));
    }

    pub fn finish(self, completed: bool) -> Finished {
        Finished {
            play: self.play,
            completed: completed && !self.stopped && self.failure.is_none(),
            played: self.played,
            failure: self.failure,
        }
    }
}
