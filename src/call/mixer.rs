//! What plays: up to one source of each slot, mixed.

use std::collections::VecDeque;

use super::playback::{Finished, Playback, Slot, SourceFailure};
use crate::audio::mix_into;
use crate::protocol::SampleRate;

/// The plays of a call, and those that have come to their end. Most calls have none most of the
/// time, and keep no room for them.
#[derive(Debug, Default)]
pub(super) struct Mixer {
    slots: [Option<Box<Playback>>; Slot::ALL.len()],
    finished: VecDeque<Finished>,
}

impl Mixer {
    /// Begins a play in place of the one in its slot.
    pub fn begin(&mut self, slot: Slot, playback: Playback) {
        if let Some(replaced) = self.slots[slot as usize].replace(Box::new(playback)) {
            self.finished.push_back(replaced.finish(false));
        }
    }

    /// A play that never began.
    pub fn refuse(&mut self, playback: Playback) {
        self.finished.push_back(playback.finish(false));
    }

    pub fn get_mut(&mut self, play: u32) -> Option<&mut Playback> {
        self.slots.iter_mut().flatten().map(Box::as_mut).find(|playback| playback.play == play)
    }

    pub fn has(&self, play: u32) -> bool {
        self.iter().any(|playback| playback.play == play)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Playback> {
        self.slots.iter().flatten().map(Box::as_ref)
    }

    /// The play of a slot, and the bytes of it that wait.
    pub fn waiting(&self, slot: Slot) -> Option<(u32, usize)> {
        self.slots[slot as usize].as_ref().map(|playback| (playback.play, playback.len()))
    }

    pub fn is_empty(&self) -> bool {
        self.slots.iter().all(Option::is_none)
    }

    /// Some play has a frame.
    pub fn has_frame(&self, frame: usize) -> bool {
        self.iter().any(|playback| playback.has_frame(frame))
    }

    /// The source of a play is at its end, or failed.
    pub fn end_source(&mut self, play: u32, failure: Option<SourceFailure>) {
        if let Some(playback) = self.get_mut(play) {
            playback.end(failure);
            self.settle();
        }
    }

    /// Puts the next frame of all plays, mixed, at the end of `out`, which `from` bytes stand in.
    pub fn mix_frame(&mut self, frame: usize, rate: SampleRate, from: usize, out: &mut Vec<u8>) {
        for playback in self.slots.iter_mut().flatten() {
            playback.take_if_ready(frame, rate, |pcm| mix_into(out, from, pcm));
        }
    }

    /// A frame has left: whichever play had none for it has missed it.
    pub fn note_missed(&mut self, frame: usize) {
        for playback in self.slots.iter_mut().flatten() {
            playback.missed |= playback.has_begun() && playback.is_dry(frame);
        }
    }

    /// What is fed to the plays is and will be for this rate, whatever the call's becomes.
    pub fn keep_rate(&mut self, rate: SampleRate) {
        self.slots.iter_mut().flatten().for_each(|playback| playback.keep_rate(rate));
    }

    /// The call's rate changes.
    pub fn change_rate(&mut self, from: SampleRate, to: SampleRate) {
        self.slots.iter_mut().flatten().for_each(|playback| playback.change_rate(from, to));
    }

    /// Drops a frame whose time has passed.
    pub fn skip(&mut self, frame: usize) {
        self.slots.iter_mut().flatten().for_each(|playback| playback.skip(frame));
        self.settle();
    }

    /// Ends one play, after its fade.
    pub fn stop(&mut self, play: u32, rate: SampleRate) {
        if let Some(playback) = self.get_mut(play) {
            playback.fade_out(rate);
            self.settle();
        }
    }

    /// Ends all plays, each after its fade.
    pub fn stop_all(&mut self, rate: SampleRate) {
        self.slots.iter_mut().flatten().for_each(|playback| playback.fade_out(rate));
        self.settle();
    }

    /// Ends all plays, now.
    pub fn drop_all(&mut self) {
        for slot in &mut self.slots {
            self.finished.extend(slot.take().map(|playback| playback.finish(false)));
        }
    }

    /// Settles the plays that are over.
    pub fn settle(&mut self) {
        for slot in &mut self.slots {
            let over = slot.take_if(|playback| playback.is_over());
            self.finished.extend(over.map(|playback| playback.finish(true)));
        }
    }

    pub fn poll_finished(&mut self) -> Option<Finished> {
        self.finished.pop_front()
    }
}
