//! The clock that the kernel's receive timestamps are of.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub const MICROSECOND: u64 = 1_000;
pub const MILLISECOND: u64 = 1_000_000;
pub const SECOND: u64 = 1_000_000_000;

/// Nanoseconds since the epoch.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Sleeps until then, and for no less than `least`.
///
/// The kernel notes when frames come, so nobody needs to be woken for them; that would cost the server
/// and the generator more than the frames do.
pub fn sleep_until(deadline: u64, least: u64) {
    thread::sleep(Duration::from_nanos(deadline.saturating_sub(now()).max(least)));
}

/// Seconds as they come on the command line.
pub fn seconds(count: f64) -> u64 {
    (count * SECOND as f64) as u64
}

pub fn milliseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / MILLISECOND as f64
}
