//! When what is to be said leaves.
//!
//! One grid of 20 ms slots per call, on absolute deadlines: `next` is when the next frame begins
//! to sound if the peer plays what it gets in real time. What each source may do with it:
//!
//! | source          | leaves                                       | when it comes late          |
//! | --------------- | -------------------------------------------- | --------------------------- |
//! | `write`, alone  | up to 60 ms ahead of real time               | the grid starts anew; what  |
//! |                 |                                              | goes on waiting catches up  |
//! | plays           | on the slot, mixed with what was written     | over two frames: skipped    |
//! | silence         | on the slot, where nothing else is           | over two frames: starts anew|
//!
//! Sixty milliseconds let a network's or an echo's bursts through and stay below what Asterisk's
//! bridges throw away (80 ms ahead).

use std::num::NonZeroU16;
use std::time::{Duration, Instant};

use super::inbound::Role;
use super::outbound::{Ending, Outbound};
use super::settings::{FRAME, Silence};
use crate::audio::mix_into;
use crate::protocol::{FRAME_MS, Frame, HEADER_LEN, audio_header};

/// How far ahead of real time written audio may leave, less the frame itself.
const LEAD: Duration = Duration::from_millis(40);

/// What writes are to leave sooner than they must: with nothing to spare, each that comes a little early
/// would wait.
const SPARE: Duration = Duration::from_millis(5);

/// How late a slot may be used before it counts as missed.
const PATIENCE: Duration = Duration::from_millis(2 * FRAME_MS);

/// How long a call that drains waits for a peer that has no room, or a transport that takes nothing.
const DRAIN_STALL: Duration = Duration::from_secs(5);

/// What [`Outbound::poll_transmit`] put out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transmit {
    Frame,
    /// The last bytes of the call, possibly none; close after them.
    Goodbye,
}

impl Outbound {
    /// When [`Self::poll_transmit`] has something next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.ending {
            Ending::Done => None,
            Ending::Now(at) => Some(at),
            _ if !self.control.is_empty() => {
                Some(self.next.checked_sub(PATIENCE).unwrap_or(self.next))
            }
            Ending::Drained(_) if self.is_empty() => Some(self.next),
            _ => {
                let dues = [self.play_due(), self.queue_due(), self.silence_due(), self.unsure];
                let due = dues.into_iter().flatten().min();
                match self.drain_ends() {
                    Some(end) => Some(due.map_or(end, |due| due.min(end))),
                    None => due,
                }
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
        loop {
            self.keep_time(now);
            if self.poll_timeout()? > now {
                return None;
            }
            if self.says_goodbye() {
                return Some(self.goodbye(out));
            }
            let has_samples = self.cut_frame(now, out);
            self.mixer.settle();
            self.note_passed();
            if has_samples {
                return Some(Transmit::Frame);
            }
        }
    }

    /// The call is hung up at `now`, whether or not its last bytes have left: what drains gives up here
    /// where the transport takes nothing for too long.
    pub fn is_hung_up(&mut self, now: Instant) -> bool {
        self.give_up_drain(now);
        matches!(self.ending, Ending::Now(_) | Ending::Done)
    }

    /// When a call that drains gives up, if nothing moves until then.
    #[inline]
    pub fn drain_ends(&self) -> Option<Instant> {
        let Ending::Drained(asked) = self.ending else { return None };
        Some(self.stalled_since?.max(asked) + DRAIN_STALL)
    }

    fn give_up_drain(&mut self, now: Instant) {
        if self.drain_ends().is_some_and(|at| at <= now) {
            self.handle_hangup(now, false);
        }
    }

    fn play_due(&self) -> Option<Instant> {
        self.is_playing().then_some(self.next)
    }

    fn queue_due(&self) -> Option<Instant> {
        if self.is_held() {
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
        let quiet = self.is_held() || (self.queue.len() < 2 && !self.is_playing());
        (wanted && quiet && !self.full).then_some(self.next)
    }

    /// Moves the grid on where slots have passed unused.
    fn keep_time(&mut self, now: Instant) {
        self.give_up_drain(now);
        let frame = self.rate.frame_bytes();
        if self.unsure.take_if(|until| *until <= now).is_some() {
            self.starts_anew = true;
        }
        if std::mem::take(&mut self.starts_anew) {
            self.start_anew(now);
        }
        if self.is_playing() {
            while self.next + PATIENCE < now && self.mixer.has_frame(frame) {
                self.mixer.skip(frame);
                self.next += FRAME;
                self.stats.late_frames += 1;
            }
        } else if self.queue.len() >= 2 || self.next + PATIENCE < now {
            self.start_anew(now);
        }
    }

    /// Makes up for a stall where what is written waits all the time. `before` bytes were there when
    /// something was written at `now`.
    pub(super) fn bring_forward(&mut self, now: Instant, before: usize) {
        if self.catch_up.has_lost_nothing() || self.is_held() || self.is_playing() {
            return;
        }
        let ahead = if before == 0 { Duration::ZERO } else { self.rate.duration_of(before) };
        let wait = (self.next + ahead + SPARE).saturating_duration_since(now + LEAD);
        let sooner = self.catch_up.handle_write(now, wait);
        self.next = self.next.checked_sub(sooner).unwrap_or(self.next);
    }

    /// Slots before `now` are lost.
    fn start_anew(&mut self, now: Instant) {
        self.catch_up.handle_gap(now.saturating_duration_since(self.next));
        self.next = self.next.max(now);
    }

    /// False, and `out` is empty, where what was cut is too short to be a sample of the wire's.
    fn cut_frame(&mut self, now: Instant, out: &mut Vec<u8>) -> bool {
        let frame = self.rate.frame_bytes();
        let queue_due = self.queue_due().is_some_and(|due| due <= now);
        out.extend([0; HEADER_LEN]);
        if !self.is_held() {
            self.mixer.mix_frame(frame, self.rate, HEADER_LEN, out);
        }
        if queue_due {
            self.queue.take(frame, |pcm| mix_into(out, HEADER_LEN, pcm));
            self.note_drained();
        }
        let is_silence = out.len() == HEADER_LEN;
        if is_silence {
            out.resize(HEADER_LEN + frame, 0);
        }
        self.mixer.note_missed(frame);
        let duration = self.rate.duration_of(out.len() - HEADER_LEN);
        self.next += duration;
        self.convert(out);
        if !is_silence {
            self.played += duration;
        } else if self.played.is_zero() {
            // Silence before the first word is nothing that a peer is ahead with.
            self.catch_up.handle_gap(duration);
        }
        let Some(length) = audio_length(out) else {
            out.clear();
            return false;
        };
        out[..HEADER_LEN].copy_from_slice(&audio_header(self.wire, length));
        self.stats.frames += 1;
        self.stats.bytes += u64::from(length.get());
        true
    }

    /// Nothing but silence leaves: the app paused it, the peer has no room, or the wire's rate is
    /// not known yet.
    fn is_held(&self) -> bool {
        self.paused || self.full || self.unsure.is_some()
    }

    /// Makes the wire's audio of the app's.
    fn convert(&mut self, out: &mut Vec<u8>) {
        if let Some(converter) = &mut self.converter {
            self.converted.clear();
            converter.process_pcm(&out[HEADER_LEN..], &mut self.converted);
            out.truncate(HEADER_LEN);
            out.extend_from_slice(&self.converted);
        }
    }

    fn says_goodbye(&self) -> bool {
        match self.ending {
            Ending::Now(_) => true,
            Ending::Drained(_) => self.is_empty(),
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

    fn is_playing(&self) -> bool {
        !self.is_held() && self.mixer.has_frame(self.rate.frame_bytes())
    }
}

/// The length of the audio behind a header's place, which is no frame without any.
fn audio_length(out: &[u8]) -> Option<NonZeroU16> {
    NonZeroU16::new(u16::try_from(out.len().checked_sub(HEADER_LEN)?).ok()?)
}
