//! Buffers that all calls of a thread share, so that a call at rest keeps none.

use std::cell::RefCell;

/// What is read at once.
pub(super) const READ_BYTES: usize = 64 * 1024;

thread_local! {
    static READ: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
    static FRAME: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Lends the buffer that sockets are read into.
pub(super) fn with_read_buffer<T>(lent: impl FnOnce(&mut [u8]) -> T) -> T {
    READ.with_borrow_mut(|buffer| lent(buffer))
}

/// Lends the buffer that frames are put together in.
pub(super) fn with_frame_buffer<T>(lent: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    FRAME.with_borrow_mut(lent)
}
