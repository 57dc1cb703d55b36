//! The voice of a fork's far end in a call: one play after the other, in a slot of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::call::{Play, Slot};
use crate::net::call_handle::{CallHandle, PlaySource};
use crate::protocol::SampleRate;
use crate::sync::lock;

/// Plays of forks are numbered from here on: JavaScript knows nothing of them.
const VOICES: u32 = 1 << 31;

/// Whether a play is a fork's.
pub(in crate::net) fn is_voice(play: u32) -> bool {
    play >= VOICES
}

impl CallHandle {
    /// Begins a play for what a far end says now. Gives its number, and the rate of what is fed to
    /// it.
    pub(super) fn begin_voice(self: &Arc<Self>) -> (u32, SampleRate) {
        let play = VOICES | self.engine.next_id();
        let fade_out = Duration::ZERO;
        let mut out = lock(&self.out);
        out.outbound.handle_play(Play { play, slot: Slot::Fork, fade_out, keeps_rate: true });
        out.sources[Slot::Fork as usize] = PlaySource::Nothing;
        (play, out.outbound.rate())
    }

    /// Feeds such a play behind what waits of it. False if it is over.
    pub(super) fn feed_voice(self: &Arc<Self>, play: u32, pcm: &[u8]) -> bool {
        let now = Instant::now();
        let mut out = lock(&self.out);
        if out.outbound.handle_feed(now, play, pcm).is_none() {
            return false;
        }
        // Whatever comes later goes on from there, or begins anew: nothing waits for it.
        out.outbound.handle_feed_end(play, None);
        self.pump(&mut out, now);
        true
    }

    /// How much of such a play has not left; `None` if it is over.
    pub(super) fn voice_waits(&self, play: u32) -> Option<Duration> {
        let out = lock(&self.out);
        match out.outbound.playback(Slot::Fork) {
            Some((current, bytes)) if current == play => {
                Some(out.outbound.rate().duration_of(bytes))
            }
            _ => None,
        }
    }
}
