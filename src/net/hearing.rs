//! What a line hears, and how it ends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use uuid::Uuid;

use super::call_handle::{CallHandle, PlaySource};
use super::end_reason::EndReason;
use super::flags::Flag;
use crate::call::{InboundStats, TooManyRateChanges};
use crate::dialects::{Channels, Dialect, Format};
use crate::error::ErrorCode;
use crate::events::{AudioLimit, Event};
use crate::protocol::SampleRate;
use crate::sync::lock;

impl CallHandle {
    /// Makes the call known to JavaScript with its first event, and starts its clock.
    pub(super) fn begin(self: &Arc<Self>, first: Event) {
        self.engine.register(self);
        self.push(first);
        self.pump(&mut lock(&self.out), Instant::now());
    }

    /// So many bytes came with the call's name: the peer has been speaking before the call was here.
    pub(super) fn handle_backlog(&self, bytes: usize) {
        lock(&self.out).outbound.handle_backlog(bytes);
    }

    /// What makes a call that came in known.
    pub(super) fn connection_event(&self, id: Uuid, peer: SocketAddr) -> Event {
        let server = self.server.unwrap_or_default();
        Event::Connection { server, id, peer, rate: self.options.rate.hz() }
    }

    /// What makes a call over WebSocket known.
    pub(super) fn begun_event(&self, dialect: Dialect, format: Format, details: String) -> Event {
        let rate = if self.options.keeps_rate { self.options.rate } else { format.rate };
        let channels = format.channels.count();
        Event::Begun { dialect: dialect.name(), rate: rate.hz(), channels, details }
    }

    /// The peer's audio has this rate, or is there at all.
    ///
    /// Errors: why the call is over, where its peer changes the rate too often.
    pub(super) fn handle_rate(self: &Arc<Self>, rate: SampleRate) -> Result<(), EndReason> {
        let changed = self.change_rate(rate).map_err(|TooManyRateChanges| {
            let message = "the peer changes the rate of its audio all the time".to_owned();
            EndReason::Broken(ErrorCode::RateChanges, message)
        })?;
        if let Some(now) = changed {
            self.push(Event::Rate(now.hz()));
        }
        Ok(())
    }

    /// The peer's audio has this format.
    ///
    /// Errors: as [`Self::handle_rate`].
    pub(super) fn handle_format(self: &Arc<Self>, format: Format) -> Result<(), EndReason> {
        let is_stereo = format.channels == Channels::Stereo;
        lock(&self.ear).set_stereo(is_stereo);
        self.hears_both.store(is_stereo, Ordering::Relaxed);
        self.handle_rate(format.rate)
    }

    /// Gives the app's rate, if the wire's has changed it.
    fn change_rate(
        self: &Arc<Self>,
        wire: SampleRate,
    ) -> Result<Option<SampleRate>, TooManyRateChanges> {
        let now = Instant::now();
        let mut out = lock(&self.out);
        let before = out.outbound.rate();
        out.outbound.handle_wire_rate(now, wire)?;
        // What waited for the rate leaves with it.
        self.pump(&mut out, now);
        Ok(Some(out.outbound.rate()).filter(|now| *now != before))
    }

    /// The peer sent a frame of audio.
    pub(super) fn count_audio(&self, pcm: &[u8]) {
        self.engine.gather.count_frame();
        self.frames_in.fetch_add(1, Ordering::Relaxed);
        self.bytes_in.fetch_add(pcm.len() as u64, Ordering::Relaxed);
    }

    /// Passes the peer's audio on, as the app hears it.
    pub(super) fn hear(&self, wire: SampleRate, pcm: &[u8]) {
        lock(&self.ear).hear(wire, pcm, &mut |rate, pcm| self.handle_audio(rate, pcm));
    }

    /// The peer says no more.
    pub(super) fn finish_hearing(&self, wire: SampleRate) {
        lock(&self.ear).finish(wire, &mut |rate, pcm| self.handle_audio(rate, pcm));
    }

    /// Passes on what the app hears.
    fn handle_audio(&self, rate: SampleRate, pcm: &[u8]) {
        let voices = if self.hears_both.load(Ordering::Relaxed) { 2 } else { 1 };
        let limit = AudioLimit {
            held: rate.bytes_in(self.options.hold) * voices,
            queued: rate.bytes_in(self.options.inbound_limit) * voices,
        };
        self.engine.queue.push_audio(&self.source, rate, pcm, limit);
    }

    pub(super) fn handle_protocol_stats(&self, stats: InboundStats) {
        self.unknown_kinds.store(stats.unknown_kinds, Ordering::Relaxed);
        self.malformed.store(stats.malformed, Ordering::Relaxed);
    }

    /// The one end of a call, whatever brought it about: settles the play, then says `why`, then
    /// `End`. Only the first time counts.
    pub(super) fn end(&self, why: Option<Event>) {
        let mut out = lock(&self.out);
        if std::mem::replace(&mut out.ended, true) {
            return;
        }
        out.sources = PlaySource::NONE;
        out.outbound.handle_end();
        self.report(&mut out);
        drop(out);
        self.end_taps();
        if let Some(event) = why {
            self.push(event);
        }
        self.engine.queue.push_end(&self.source);
    }

    /// Tells JavaScript.
    pub(super) fn push(&self, event: Event) {
        if self.engine.queue.push(&self.source, event).is_err() {
            self.flags.raise(Flag::Flooded);
        }
    }
}
