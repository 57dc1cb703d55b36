//! A timer that is right to a fraction of a millisecond.
//!
//! tokio's own counts whole milliseconds, and waits for the one after: up to two late, which is a
//! tenth of a frame. Where the system has a timer that is a file, that one is used.

use std::time::Instant;

#[cfg(target_os = "linux")]
pub(super) use linux::Timer;
#[cfg(not(target_os = "linux"))]
pub(super) use portable::Timer;

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::fd::OwnedFd;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;
    use tokio::time::sleep_until;

    use super::Instant;

    const NEVER: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

    /// One waiter's timer.
    #[derive(Debug)]
    pub(in crate::net) struct Timer(Option<AsyncFd<OwnedFd>>);

    impl Timer {
        /// For a task of the runtime that it is made on. Where the system has no descriptor left,
        /// tokio's timer has to do.
        pub fn new() -> Self {
            Self(open().ok())
        }

        /// Resolves at `at`, or now and then before it.
        pub async fn until(&self, at: Instant) {
            match &self.0 {
                Some(timer) if set(timer, at).is_ok() => {
                    if let Ok(mut ready) = timer.readable().await {
                        ready.clear_ready();
                    }
                }
                _ => sleep_until(at.into()).await,
            }
        }
    }

    fn open() -> io::Result<AsyncFd<OwnedFd>> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        #[expect(
            deprecated,
            reason = "its successor is unsafe, for what may lie about its descriptor; an OwnedFd does not"
        )]
        AsyncFd::with_interest(timer, Interest::READABLE)
    }

    /// Setting it also forgets that it went off before, so it is never read.
    fn set(timer: &AsyncFd<OwnedFd>, at: Instant) -> rustix::io::Result<()> {
        let left = at.saturating_duration_since(Instant::now());
        let it_value = Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            // Zero would switch the timer off.
            tv_nsec: i64::from(left.subsec_nanos().max(1)),
        };
        let value = Itimerspec { it_interval: NEVER, it_value };
        timerfd_settime(timer.get_ref(), TimerfdTimerFlags::empty(), &value).map(drop)
    }
}

#[cfg(not(target_os = "linux"))]
mod portable {
    use tokio::time::sleep_until;

    use super::Instant;

    /// One waiter's timer.
    #[derive(Debug)]
    pub(in crate::net) struct Timer;

    impl Timer {
        pub fn new() -> Self {
            Self
        }

        /// Resolves at `at`.
        pub async fn until(&self, at: Instant) {
            sleep_until(at.into()).await;
        }
    }
}
