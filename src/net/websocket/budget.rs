//! What one peer's bytes may cost in one pass over all sockets.
//!
//! Costs are in the bytes of a plain message that take as long. Unpacking is the dearest: a byte of
//! hostile deflate takes thirty times as long as one of audio.

use super::deflate::Unpacked;

/// 32 frames, or 256 KiB of a long one, or 64 KiB that are unpacked.
const BUDGET: usize = 256 * 1024;

/// What a frame costs on top of its bytes.
const FRAME: usize = BUDGET / 32;

const PACKED_BYTE: usize = 32;
const UNPACKED_BYTE: usize = 4;

/// Made anew in each poll of a task; [`super::Socket::poll_next`] is pending once it is spent.
#[derive(Debug)]
pub(in crate::net) struct Budget {
    left: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: BUDGET }
    }
}

impl Budget {
    /// Others are to have their turn.
    pub(in crate::net) fn is_spent(&self) -> bool {
        self.left == 0
    }

    pub(super) fn spend_frame(&mut self, bytes: usize) {
        self.spend_bytes(FRAME.saturating_add(bytes));
    }

    pub(super) fn spend_bytes(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
    }

    pub(super) fn spend_unpacked(&mut self, Unpacked { packed, unpacked }: Unpacked) {
        let packed = packed.saturating_mul(PACKED_BYTE);
        self.spend_bytes(packed.saturating_add(unpacked.saturating_mul(UNPACKED_BYTE)));
    }
}
