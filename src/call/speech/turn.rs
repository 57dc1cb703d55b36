//! Whose turn it is: from blocks that are loud or not to the start and end of speech.
//!
//! ```text
//!           loud               min_speech of sound, and it is speech
//!  Quiet ---------> Rising -----------------------------------------> Speaking
//!    ^                |                                                  |
//!    +--as long not---+                                                  |
//!    +----------------------no speech for min_silence--------------------+
//! ```
//!
//! While it rises, silence takes away as much as sound has brought: clicks never add up, and a stop
//! within a word does no harm.

use std::time::Duration;

use super::SpeechEvent;
use super::meter::{Block, SECOND};

/// How exactly the end of a sound is known: the last loud sample may be so far before it.
const EDGE: u64 = SECOND / 500;

/// How much sound may come before speech is recognised in it and still be its start.
const MAX_BEFORE: u64 = SECOND / 5;

#[derive(Clone, Copy, Debug)]
enum State {
    Quiet,
    /// Loud since, with so much more sound than silence.
    Rising {
        since: u64,
        sound: u64,
    },
    /// Speaking since, and until at least.
    Speaking {
        since: u64,
        until: u64,
    },
}

/// Whose turn it is.
#[derive(Debug)]
pub(super) struct Turn {
    state: State,
    min_speech: u64,
    min_silence: u64,
}

impl Turn {
    pub fn new(min_speech: Duration, min_silence: Duration) -> Self {
        let (min_speech, min_silence) = (ticks(min_speech), ticks(min_silence));
        Self { state: State::Quiet, min_speech, min_silence }
    }

    pub fn is_speaking(&self) -> bool {
        matches!(self.state, State::Speaking { .. })
    }

    /// Takes the next block; `is_voice` says whether what is loud in it is speech.
    pub fn handle_block(&mut self, block: &Block, is_voice: bool) -> Option<SpeechEvent> {
        let Some((start, end)) = block.loud else { return self.handle_silence(block) };
        match self.state {
            State::Quiet => self.rise(block, start, block.end - start, is_voice),
            State::Rising { since, sound } => {
                self.rise(block, since, sound + block.length, is_voice)
            }
            State::Speaking { since, .. } if is_voice => {
                self.state = State::Speaking { since, until: end };
                None
            }
            State::Speaking { .. } => self.handle_silence(block),
        }
    }

    /// Takes a loud block, with which there has been so much `sound` since.
    fn rise(
        &mut self,
        block: &Block,
        since: u64,
        sound: u64,
        is_voice: bool,
    ) -> Option<SpeechEvent> {
        let until = block.loud.map_or(block.end, |(_, end)| end);
        let certain = sound - (block.end - until);
        let most = self.min_speech.saturating_add(MAX_BEFORE);
        if !is_voice || certain + EDGE < self.min_speech {
            self.state = State::Rising { since, sound: sound.min(most) };
            return None;
        }
        let since = since.max(until.saturating_sub(most));
        self.state = State::Speaking { since, until };
        Some(SpeechEvent::Start { at: duration(since) })
    }

    fn handle_silence(&mut self, block: &Block) -> Option<SpeechEvent> {
        match self.state {
            State::Quiet => {}
            State::Rising { since, sound } if sound > block.length => {
                self.state = State::Rising { since, sound: sound - block.length };
            }
            State::Rising { .. } => self.state = State::Quiet,
            State::Speaking { until, .. } if block.end - until < self.min_silence => {}
            State::Speaking { since, until } => {
                self.state = State::Quiet;
                let lasted = duration(until - since);
                return Some(SpeechEvent::End { at: duration(until), lasted });
            }
        }
        None
    }
}

/// Longer than any call if it is too long to count.
fn ticks(duration: Duration) -> u64 {
    let ticks = duration.as_nanos() * u128::from(SECOND) / 1_000_000_000;
    u64::try_from(ticks).unwrap_or(u64::MAX)
}

fn duration(ticks: u64) -> Duration {
    let nanos = (ticks % SECOND) * 1_000_000_000 / SECOND;
    Duration::new(ticks / SECOND, nanos as u32)
}
