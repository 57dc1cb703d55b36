//! What the peer is to hear, and when.
//!
//! One grid of 20 ms slots per call, on absolute deadlines: `next` is when the next frame begins
//! to sound if the peer plays what it gets in real time. What each source may do with it:
//!
//! | source          | leaves                                       | when it comes late          |
//! | --------------- | -------------------------------------------- | --------------------------- |
//! | `write`, alone  | up to 60 ms ahead of real time               | the grid starts anew        |
//! | plays           | on the slot, mixed with what was written     | over two frames: skipped    |
//! | silence         | on the slot, where nothing else is           | over two frames: starts anew|
//!
//! Sixty milliseconds let a network's or an echo's bursts through and stay below what Asterisk's
//! bridges throw away (80 ms ahead).

use std::time::{Duration, Instant};

use super::inbound::Role;
use super::marks::{Marks, Passed};
use super::playback::{Finished, Playback, SourceFailure};
use super::queue::{Full, Queue};
use super::settings::{Settings, Silence};
use super::voices::{Play, Slot, Voices};
use crate::audio::mix_into;
use crate::protocol::{FRAME_MS, Frame, HEADER_LEN, SampleRate, header};

const FRAME: Duration = Duration::from_millis(FRAME_MS);

/// How far ahead of real time written audio may leave, less the frame itself.
const LEAD: Duration = Duration::from_millis(40);

/// How late a slot may be used before it counts as missed.
const PATIENCE: Duration = Duration::from_millis(2 * FRAME_MS);

/// What [`Outbound::poll_transmit`] put out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transmit {
    Frame,
    /// The last bytes of the call, possibly none; close after them.
    Goodbye,
}

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
enum Ending {
    No,
    /// Play out, then say goodbye.
    Drained,
    /// Say goodbye.
    Now(Instant),
    Done,
}

/// Our side of a call.
#[derive(Debug)]
pub struct Outbound {
    settings: Settings,
    rate: SampleRate,
    next: Instant,
    queue: Queue,
    voices: Voices,
    marks: Marks,
    paused: bool,
    /// Audio, not silence, that has left.
    played: Duration,
    /// Frames that wait for no slot: the UUID and keys of a client.
    control: Vec<u8>,
    heard_peer: bool,
    wants_drain: bool,
    drained: bool,
    ending: Ending,
    pub stats: OutboundStats,
}

impl Outbound {
    /// A call that comes up at `now`. The first silence is due a frame later, so that whoever
    /// speaks at once is not behind it.
    pub fn new(now: Instant, settings: Settings) -> Self {
        Self {
            settings,
            rate: settings.rate,
            next: now + FRAME,
            queue: Queue::new(now),
            voices: Voices::default(),
            marks: Marks::default(),
            paused: false,
            played: Duration::ZERO,
            control: Vec::new(),
            heard_peer: false,
            wants_drain: false,
            drained: false,
            ending: Ending::No,
            stats: OutboundStats::default(),
        }
    }

    /// The rate that leaves.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// The peer's audio came, at this rate: what leaves from now on has it too.
    pub fn handle_heard(&mut self, rate: SampleRate) {
        self.heard_peer = true;
        self.rate = rate;
    }

    /// Queues audio. Gives the bytes that wait now, and true if the writer should wait for the
    /// queue to drain.
    pub fn handle_write(&mut self, now: Instant, pcm: &[u8]) -> Result<(usize, bool), Full> {
        if self.ending != Ending::No {
            return Ok((0, true));
        }
        let frame = self.rate.frame_bytes();
        self.queue.push(now, pcm, frame, self.rate.bytes_in(self.settings.limit))?;
        let above = self.queue.len() > self.rate.bytes_in(self.settings.high_water);
        self.wants_drain |= above;
        Ok((self.queue.len(), above))
    }

    /// Sends a frame that is not audio, ahead of what waits.
    pub fn handle_control(&mut self, frame: Frame<'_>) {
        if self.ending == Ending::No {
            frame.encode(&mut self.control);
        }
    }

    /// Begins a play, which [`Self::handle_feed`] brings audio for, in place of the one in its slot.
    pub fn handle_play(&mut self, play: Play) {
        let playback = Playback::new(play.play, play.fade_out);
        if self.ending == Ending::No {
            self.voices.begin(play.slot, playback);
        } else {
            self.voices.refuse(playback);
        }
    }

    /// Takes audio of a play's source. Gives the bytes of it that wait, or `None` if that play is
    /// over.
    pub fn handle_feed(&mut self, now: Instant, play: u32, pcm: &[u8]) -> Option<usize> {
        let frame = self.rate.frame_bytes();
        let others_play = self.voices.has_frame(frame);
        let playback = self.voices.get_mut(play)?;
        if playback.is_dry(frame) {
            if playback.has_begun() && (playback.missed || now > self.next) {
                self.stats.underruns += 1;
            }
            playback.missed = false;
            if !others_play {
                self.next = self.next.max(now);
            }
        }
        playback.feed(pcm);
        Some(playback.len())
    }

    /// A play's source is at its end, or failed: what it brought is played, then the play settles.
    pub fn handle_feed_end(&mut self, play: u32, failure: Option<SourceFailure>) {
        self.voices.end_source(play, failure);
        self.note_passed();
    }

    /// Ends one play, after its fade.
    pub fn handle_stop(&mut self, play: u32) {
        self.voices.stop(play, self.rate);
        self.note_passed();
    }

    /// Ends all plays, each after its fade.
    pub fn handle_stop_all(&mut self) {
        self.voices.stop_all(self.rate);
        self.note_passed();
    }

    /// Drops all that was written and ends all plays, now.
    pub fn handle_clear(&mut self) {
        self.marks.clear();
        self.queue.clear();
        self.voices.drop_all();
        self.note_drained();
    }

    /// Sets a mark behind all that was written and that plays.
    pub fn handle_mark(&mut self, mark: u32) {
        let behind = self.queue.gone() + self.queue.len() as u64;
        self.marks.set(mark, behind, &self.voices);
        self.note_passed();
    }

    /// Holds everything back, or lets it go on where it stopped.
    pub fn handle_pause(&mut self, now: Instant, paused: bool) {
        self.paused = paused;
        self.next = self.next.max(now);
    }

    /// Hangs up: at once, or when everything has been played.
    pub fn handle_hangup(&mut self, now: Instant, drain: bool) {
        match self.ending {
            Ending::No if drain => self.ending = Ending::Drained,
            Ending::No | Ending::Drained if !drain => {
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

    /// When [`Self::poll_transmit`] has something next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.ending {
            Ending::Done => None,
            Ending::Now(at) => Some(at),
            _ if !self.control.is_empty() => {
                Some(self.next.checked_sub(PATIENCE).unwrap_or(self.next))
            }
            Ending::Drained if self.is_empty() => Some(self.next),
            _ => {
                [self.play_due(), self.queue_due(), self.silence_due()].into_iter().flatten().min()
            }
        }
    }

    /// Puts the next frame that is due into `out`, in place of what was there.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Vec<u8>) -> Option<Transmit> {
        out.clear();
        if !self.control.is_empty() {
            out.append(&mut self.control);
            return Some(Transmit::Frame);
        }
        self.keep_time(now);
        if self.poll_timeout()? > now {
            return None;
        }
        if self.says_goodbye() {
            return Some(self.goodbye(out));
        }
        self.cut_frame(now, out);
        self.voices.settle();
        self.note_passed();
        Some(Transmit::Frame)
    }

    /// The next play that came to its end.
    pub fn poll_finished(&mut self) -> Option<Finished> {
        self.voices.poll_finished()
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
        self.voices.waiting(slot)
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

    fn play_due(&self) -> Option<Instant> {
        self.is_playing().then_some(self.next)
    }

    fn queue_due(&self) -> Option<Instant> {
        if self.paused {
            return None;
        }
        let closing = self.ending != Ending::No;
        let ready = self.queue.ready_at(self.rate.frame_bytes(), closing)?;
        let lead = if self.is_playing() { Duration::ZERO } else { LEAD };
        Some(ready.max(self.next.checked_sub(lead).unwrap_or(self.next)))
    }

    fn silence_due(&self) -> Option<Instant> {
        let wanted = match self.settings.silence {
            Silence::UntilAudio => !self.heard_peer,
            Silence::Always => true,
            Silence::Never => false,
        };
        let quiet = self.paused || (self.queue.len() < 2 && !self.is_playing());
        (wanted && quiet).then_some(self.next)
    }

    /// Moves the grid on where slots have passed unused.
    fn keep_time(&mut self, now: Instant) {
        let frame = self.rate.frame_bytes();
        if self.is_playing() {
            while self.next + PATIENCE < now && self.voices.has_frame(frame) {
                self.voices.skip(frame);
                self.next += FRAME;
                self.stats.late_frames += 1;
            }
        } else if self.queue.len() >= 2 || self.next + PATIENCE < now {
            self.next = self.next.max(now);
        }
    }

    fn cut_frame(&mut self, now: Instant, out: &mut Vec<u8>) {
        let frame = self.rate.frame_bytes();
        let queue_due = self.queue_due().is_some_and(|due| due <= now);
        out.extend([0; HEADER_LEN]);
        if !self.paused {
            self.voices.mix_frame(frame, self.rate, HEADER_LEN, out);
        }
        if queue_due {
            self.queue.take(frame, |pcm| mix_into(out, HEADER_LEN, pcm));
            self.note_drained();
        }
        let is_silence = out.len() == HEADER_LEN;
        if is_silence {
            out.resize(HEADER_LEN + frame, 0);
        }
        self.voices.note_missed(frame);
        let length = out.len() - HEADER_LEN;
        out[..HEADER_LEN].copy_from_slice(&header(self.rate.kind(), length as u16));
        let duration = self.rate.duration_of(length);
        self.next += duration;
        if !is_silence {
            self.played += duration;
        }
        self.stats.frames += 1;
        self.stats.bytes += length as u64;
    }

    fn says_goodbye(&self) -> bool {
        match self.ending {
            Ending::Now(_) => true,
            Ending::Drained => self.is_empty(),
            Ending::No | Ending::Done => false,
        }
    }

    fn goodbye(&mut self, out: &mut Vec<u8>) -> Transmit {
        self.ending = Ending::Done;
        // A client ends a call as Asterisk does, by closing the connection.
        if self.settings.role == Role::Server {
            Frame::Hangup.encode(out);
        }
        Transmit::Goodbye
    }

    fn note_drained(&mut self) {
        if self.wants_drain && self.queue.len() <= self.rate.bytes_in(self.settings.high_water) / 2
        {
            self.wants_drain = false;
            self.drained = true;
        }
    }

    fn note_passed(&mut self) {
        self.marks.advance(self.queue.gone(), &self.voices);
    }

    fn drop_everything(&mut self) {
        self.queue.clear();
        self.control.clear();
        self.voices.drop_all();
    }

    fn is_playing(&self) -> bool {
        !self.paused && self.voices.has_frame(self.rate.frame_bytes())
    }

    fn is_empty(&self) -> bool {
        self.voices.is_empty() && self.queue.len() < 2
    }
}
