//! A call whose app wants another rate.

use std::sync::Arc;

use super::call_handle::CallHandle;
use crate::protocol::SampleRate;
use crate::sync::lock;

/// What the change of a call's rate has made.
#[derive(Debug)]
pub struct RateChange {
    /// Bytes of written audio that wait, at the new rate.
    pub waiting: usize,
    /// What became of the frames that were on their way to the app.
    pub taken: Vec<Vec<u8>>,
}

impl CallHandle {
    /// The app hears and speaks at this rate from now on. `taken` are the frames that JavaScript has
    /// from us and the app has not; behind them is what waits here.
    pub fn set_rate(
        self: &Arc<Self>,
        rate: SampleRate,
        taken: &[(SampleRate, &[u8])],
    ) -> RateChange {
        let mut waiting = 0;
        self.change(|outbound, now| {
            outbound.handle_app_rate(now, rate);
            waiting = outbound.queued_bytes();
        });
        let mut frames: Vec<Vec<u8>> = taken.iter().map(|(_, pcm)| pcm.to_vec()).collect();
        lock(&self.ear).change_rate(rate, |ear| {
            for (frame, (from, pcm)) in frames.iter_mut().zip(taken) {
                frame.clear();
                ear.convert(*from, pcm, frame);
            }
            self.engine.queue.convert(&self.source, |from, pcm, out| ear.convert(from, pcm, out));
        });
        RateChange { waiting, taken: frames }
    }
}
