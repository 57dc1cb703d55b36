//! A call and what taps it.

use std::sync::Arc;

use super::call_handle::CallHandle;
use super::taps::Tap;
use crate::protocol::SampleRate;
use crate::record::Side;
use crate::sync::lock;

impl CallHandle {
    /// Gives `tap` all that follows.
    pub(super) fn add_tap(&self, id: u32, tap: Arc<dyn Tap>) {
        self.taps.add(id, tap);
        // The call may have ended meanwhile, without this one.
        if lock(&self.out).ended {
            self.end_taps();
        }
    }

    /// A frame was heard or sent.
    pub(super) fn handle_tapped(&self, side: Side, rate: SampleRate, pcm: &[u8]) {
        self.taps.push(side, rate, pcm);
    }

    /// The call is over, and so is what taps it.
    pub(super) fn end_taps(&self) {
        self.taps.end();
    }
}
