//! Locking without a way to fail.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks; a thread that panicked under the lock left nothing half done that matters here.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
