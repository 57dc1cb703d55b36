//! What the peer is to hear. `super::timeline` decides when it leaves.

use std::time::{Duration, Instant};

use super::catch_up::CatchUp;
use super::marks::{Marks, Passed};
use super::mixer::Mixer;
use super::playback::{Finished, Play, Playback, Slot, SourceFailure};
use super::queue::{Full, Queue};
use super::rate_changes::RateChanges;
use super::settings::{FRAME, Settings, WIRE_WAIT};
use crate::audio::Resampler;
use crate::protocol::{Frame, SampleRate};

/// Bytes of frames that are not audio, which may wait: a thousand keys.
const MOST_CONTROL: usize = 4096;

/// Counts of what was sent and what went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboundStats {
    pub frames: u64,
    pub bytes: u64,
    /// Frames of a play that were skipped because their time had passed.
    pub late_frames: u64,
    /// Times a play's source had nothing when a frame was due.
    pub underruns: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    No,
    /// Play out, then say goodbye; asked for at this time.
    Drained(Instant),
    /// Say goodbye.
    Now(Instant),
    Done,
}

/// Our side of a call.
#[derive(Debug)]
pub struct Outbound {
    pub(super) settings: Settings,
    /// The app's rate, which everything here counts in.
    pub(super) rate: SampleRate,
    /// The rate that leaves.
    pub(super) wire: SampleRate,
    /// Makes the wire's audio of the app's, where the rates differ.
    pub(super) converter: Option<Resampler>,
    pub(super) converted: Vec<u8>,
    /// The rates that `converter` was made for: the app's and the wire's.
    pub(super) converts: Option<(SampleRate, SampleRate)>,
    pub(super) rate_changes: RateChanges,
    pub(super) next: Instant,
    pub(super) queue: Queue,
    pub(super) catch_up: CatchUp,
    pub(super) mixer: Mixer,
    pub(super) marks: Marks,
    pub(super) paused: bool,
    /// The peer has no room: nothing leaves, not even silence.
    pub(super) full: bool,
    /// Since when it has had none, or the transport takes nothing.
    pub(super) stalled_since: Option<Instant>,
    /// Until when the wire's rate is waited for.
    pub(super) unsure: Option<Instant>,
    /// Until when it may be.
    pub(super) wire_wait_ends: Instant,
    /// What was held back may go: the grid begins anew.
    pub(super) starts_anew: bool,
    /// Audio, not silence, that has left.
    pub(super) played: Duration,
    /// Frames that wait for no slot: the UUID and keys of a client.
    pub(super) control: Vec<u8>,
    pub(super) heard_peer: bool,
    pub(super) wants_drain: bool,
    pub(super) drained: bool,
    pub(super) ending: Ending,
    pub stats: OutboundStats,
}

impl Outbound {
    /// A call that comes up at `now`. The first silence is due a frame later, so that whoever
    /// speaks at once is not behind it.
    pub fn new(now: Instant, settings: Settings) -> Self {
        Self {
            settings,
            rate: settings.rate,
            wire: settings.rate,
            converter: None,
            converted: Vec::new(),
            converts: None,
            rate_changes: RateChanges::default(),
            next: now + FRAME,
            queue: Queue::new(now),
            catch_up: CatchUp::new(),
            mixer: Mixer::default(),
            marks: Marks::default(),
            paused: false,
            full: false,
            stalled_since: None,
            unsure: settings.waits_for_wire().then_some(now + WIRE_WAIT),
            wire_wait_ends: now + WIRE_WAIT,
            starts_anew: false,
            played: Duration::ZERO,
            control: Vec::new(),
            heard_peer: false,
            wants_drain: false,
            drained: false,
            ending: Ending::No,
            stats: OutboundStats::default(),
        }
    }

    /// The rate of what is written and played.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Queues audio. Gives the bytes that wait now, and true if the writer should wait for the
    /// queue to drain.
    pub fn handle_write(&mut self, now: Instant, pcm: &[u8]) -> Result<(usize, bool), Full> {
        if self.ending != Ending::No {
            return Ok((0, true));
        }
        let frame = self.rate.frame_bytes();
        let before = self.queue.len();
        self.queue.push(now, pcm, frame, self.rate.bytes_in(self.settings.limit))?;
        self.bring_forward(now, before);
        let above = self.queue.len() > self.rate.bytes_in(self.settings.high_water);
        self.wants_drain |= above;
        if above {
            self.catch_up.handle_full();
        }
        Ok((self.queue.len(), above))
    }

    /// The peer has waited for us while it said so many bytes.
    pub fn handle_backlog(&mut self, bytes: usize) {
        self.catch_up.handle_gap(self.rate.duration_of(bytes));
    }

    /// Sends a frame that is not audio, ahead of what waits.
    ///
    /// Errors: [`Full`] where as many wait as may, because the transport takes nothing.
    pub fn handle_control(&mut self, frame: Frame<'_>) -> Result<(), Full> {
        if self.ending != Ending::No {
            return Ok(());
        }
        if self.control.len() >= MOST_CONTROL {
            return Err(Full);
        }
        frame.encode(&mut self.control);
        Ok(())
    }

    /// Begins a play, which [`Self::handle_feed`] brings audio for, in place of the one in its slot.
    pub fn handle_play(&mut self, play: Play) {
        let playback = Playback::new(&play, self.rate);
        if self.ending == Ending::No {
            self.mixer.begin(play.slot, playback);
        } else {
            self.mixer.refuse(playback);
        }
    }

    /// Takes audio of a play's source. Gives the bytes of it that wait, or `None` if that play is
    /// over.
    pub fn handle_feed(&mut self, now: Instant, play: u32, pcm: &[u8]) -> Option<usize> {
        let frame = self.rate.frame_bytes();
        let others_play = self.mixer.has_frame(frame);
        let playback = self.mixer.get_mut(play)?;
        if playback.is_dry(frame) {
            if playback.has_begun() && (playback.missed || now > self.next) {
                self.stats.underruns += 1;
            }
            playback.missed = false;
            if self.stats.frames == 0 {
                // Nobody keeps time by this call yet: its first play need not wait for a slot.
                self.next = now;
            } else if !others_play {
                self.next = self.next.max(now);
            }
        }
        playback.feed(pcm);
        Some(playback.len())
    }

    /// A play's source is at its end, or failed: what it brought is played, then the play settles.
    pub fn handle_feed_end(&mut self, play: u32, failure: Option<SourceFailure>) {
        self.mixer.end_source(play, failure);
        self.note_passed();
    }

    /// Ends one play, after its fade.
    pub fn handle_stop(&mut self, play: u32) {
        self.mixer.stop(play, self.rate);
        self.note_passed();
    }

    /// Ends all plays, each after its fade.
    pub fn handle_stop_all(&mut self) {
        self.mixer.stop_all(self.rate);
        self.note_passed();
    }

    /// Drops all that was written and ends all plays, now.
    pub fn handle_clear(&mut self) {
        self.marks.clear();
        self.queue.clear();
        self.mixer.drop_all();
        self.note_drained();
    }

    /// Sets a mark behind all that was written and that plays.
    pub fn handle_mark(&mut self, mark: u32) {
        // Half a sample never leaves.
        let behind = (self.queue.gone() + self.queue.len() as u64) & !1;
        self.marks.set(mark, behind, &self.mixer);
        self.note_passed();
    }

    /// Holds everything back, or lets it go on where it stopped.
    pub fn handle_pause(&mut self, now: Instant, paused: bool) {
        self.paused = paused;
        self.next = self.next.max(now);
    }

    /// The peer has no room for more, or has some again.
    pub fn handle_hold(&mut self, now: Instant, full: bool) {
        self.full = full;
        self.next = self.next.max(now);
        self.stalled_since = full.then_some(now);
    }

    /// The transport takes nothing at `now`, or takes something again. What leaves is its driver's to
    /// hold back; a call that drains does not wait for it for ever.
    pub fn handle_blocked(&mut self, now: Instant, blocked: bool) {
        if !blocked && !self.full {
            self.stalled_since = None;
        } else {
            self.stalled_since.get_or_insert(now);
        }
    }

    /// Hangs up: at once, or when everything has been played.
    pub fn handle_hangup(&mut self, now: Instant, drain: bool) {
        match self.ending {
            Ending::No if drain => self.ending = Ending::Drained(now),
            Ending::No | Ending::Drained(_) if !drain => {
                self.ending = Ending::Now(now);
                self.drop_everything();
            }
            _ => {}
        }
    }

    /// The connection is gone.
    pub fn handle_end(&mut self) {
        self.ending = Ending::Done;
        self.drop_everything();
    }

    /// The next play that came to its end.
    pub fn poll_finished(&mut self) -> Option<Finished> {
        self.mixer.poll_finished()
    }

    /// True once after the queue fell to half its high-water mark, if a writer was asked to wait.
    pub fn poll_drained(&mut self) -> bool {
        std::mem::take(&mut self.drained)
    }

    /// The next mark that was passed.
    pub fn poll_passed(&mut self) -> Option<Passed> {
        self.marks.poll_passed()
    }

    /// The play of a slot, and the bytes of it that wait: its source should bring more in time.
    pub fn playback(&self, slot: Slot) -> Option<(u32, usize)> {
        self.mixer.waiting(slot)
    }

    /// Where a play is, if it is not over.
    pub fn slot_of(&self, play: u32) -> Option<Slot> {
        Slot::ALL
            .into_iter()
            .find(|slot| self.playback(*slot).is_some_and(|(current, _)| current == play))
    }

    /// How much audio, silence aside, has left since the call's beginning.
    pub fn played(&self) -> Duration {
        self.played
    }

    /// Bytes that were written and have not left.
    pub fn queued_bytes(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn note_drained(&mut self) {
        if self.wants_drain && self.queue.len() <= self.rate.bytes_in(self.settings.high_water) / 2
        {
            self.wants_drain = false;
            self.drained = true;
        }
    }

    pub(super) fn note_passed(&mut self) {
        self.marks.advance(self.queue.gone(), &self.mixer);
    }

    fn drop_everything(&mut self) {
        self.queue.clear();
        self.control.clear();
        self.mixer.drop_all();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.mixer.is_empty() && self.queue.len() < 2
    }
}
