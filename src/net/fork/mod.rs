//! Forks of a line's calls: both sides of a call to a WebSocket server, and what that says back.
//!
//! A [`Fork`] is everyone's handle on one: the line gives it frames, JavaScript its orders. Its
//! `task` on the I/O thread connects, and connects again; a `session` is one connection; a
//! `speaker` plays to the caller what the far end says. Whatever the far end does, nobody but the
//! fork's own task waits for it. Start reading at `task`.

mod far_end;
mod handle;
mod options;
mod orders;
mod registry;
mod report;
mod session;
mod speaker;
mod speaking;
mod start;
mod task;

pub use handle::{Fork, ForkStats};
pub use options::{ForkOptions, Reconnect};
pub(super) use registry::Forks;
pub(super) use speaking::is_voice;
pub use start::NotForked;
