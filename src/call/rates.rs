//! The two rates of what is to be said: the app's, and the one that leaves.

use std::time::Instant;

use super::outbound::Outbound;
use super::rate_changes::TooManyRateChanges;
use crate::audio::Resampler;
use crate::protocol::SampleRate;

impl Outbound {
    /// The peer's audio came, at this rate: what leaves from `now` on has it too.
    ///
    /// An app that keeps no rate of its own goes over to it. What it has written and what is fed as
    /// it is was and is for the call's rate, and stays as it is; what is decoded is converted.
    ///
    /// Errors: [`TooManyRateChanges`] where it changes too often; nothing is changed then.
    pub fn handle_wire_rate(
        &mut self,
        now: Instant,
        wire: SampleRate,
    ) -> Result<(), TooManyRateChanges> {
        if self.heard_peer && self.wire != wire {
            self.rate_changes.count(now)?;
        }
        self.heard_peer = true;
        self.starts_anew |= self.unsure.take().is_some();
        self.wire = wire;
        if !self.settings.keeps_rate && self.rate != wire {
            self.mixer.change_rate(self.rate, wire);
            self.rate = wire;
        }
        self.convert_for_wire();
        Ok(())
    }

    /// The app speaks at this rate from `now` on, and keeps it. What it has written is converted,
    /// and so is all that plays go on to bring.
    ///
    /// Before the peer's first audio it is as if the call had begun so: the wire's rate is waited
    /// for as long as then, and is this one if nothing comes.
    pub fn handle_app_rate(&mut self, now: Instant, rate: SampleRate) {
        self.settings.keeps_rate = true;
        if !self.heard_peer && self.settings.waits_for_wire() && now < self.wire_wait_ends {
            self.unsure = Some(self.wire_wait_ends);
        }
        if self.rate == rate {
            return;
        }
        self.mixer.keep_rate(self.rate);
        self.mixer.change_rate(self.rate, rate);
        let left = self.queue.gone();
        let queued = self.queue.len();
        self.queue.change_rate(self.rate, rate);
        self.marks.scale(left, queued, self.queue.len());
        self.rate = rate;
        if !self.heard_peer {
            self.wire = rate;
        }
        self.convert_for_wire();
    }

    fn convert_for_wire(&mut self) {
        // The wire's rates are all rates that can be converted.
        let rates = (self.rate, self.wire);
        if self.converts != Some(rates) {
            let converter = || Resampler::live(self.rate.hz(), self.wire.hz()).ok();
            self.converter = (self.rate != self.wire).then(converter).flatten();
            self.converts = Some(rates);
        }
    }
}
