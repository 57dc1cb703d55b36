//! What was queued, through the aligner.

use std::time::Duration;

use super::aligner::Aligner;
use super::queue::{Batch, Entry};

impl Aligner {
    /// Takes all that was queued, and gives `sink` what is final. Returns how many frames
    /// nothing converts.
    pub(crate) fn handle_batch<E>(
        &mut self,
        batch: &Batch,
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut rest = batch.pcm.as_slice();
        let mut left_out = 0;
        for entry in &batch.entries {
            match *entry {
                Entry::Break(at) => self.break_at(at, sink)?,
                Entry::Frame { at, side, rate, len, after_loss } => {
                    let (pcm, others) = rest.split_at(len.min(rest.len()));
                    rest = others;
                    self.settle(at, sink)?;
                    if after_loss {
                        self.handle_loss(side);
                    }
                    left_out += u64::from(!self.handle_frame(at, side, rate, pcm));
                }
            }
        }
        Ok(left_out)
    }

    /// Nothing that came before reaches beyond: gives `sink` all of it.
    pub(crate) fn break_at<E>(
        &mut self,
        at: Duration,
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.settle(at, sink)?;
        self.handle_break(at);
        self.settle(at, sink)
    }

    /// Gives `sink` what is final at `now`.
    pub(crate) fn settle<E>(
        &mut self,
        now: Duration,
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        loop {
            let pcm = self.poll_output(now);
            if pcm.is_empty() {
                return Ok(());
            }
            sink(pcm)?;
        }
    }
}
