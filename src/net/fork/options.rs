//! Where a call is forked to, and how.

use std::time::Duration;

use crate::fork::{Backoff, FlowOptions, Growth};
use crate::net::websocket::ClientOptions;

/// One fork.
#[derive(Clone, Debug)]
pub struct ForkOptions {
    /// Whom it goes to, and how that is asked.
    pub client: ClientOptions,
    pub flow: FlowOptions,
    /// Sent first, as text, on each connection.
    pub metadata: Option<String>,
    /// How often the far end is pinged. One that says nothing between two pings is taken for gone.
    pub heartbeat: Option<Duration>,
    pub reconnect: Reconnect,
    /// Whether what was said while the far end was away is kept for it, as far as there is room.
    pub keeps: bool,
    /// Whether what the far end says is played to the caller, and its orders are carried out.
    pub bidirectional: bool,
}

/// How often a lost far end is called again.
#[derive(Clone, Copy, Debug)]
pub struct Reconnect {
    pub wait: Duration,
    pub attempts: u32,
    pub growth: Growth,
}

impl Reconnect {
    pub(super) fn backoff(self) -> Backoff {
        Backoff::new(self.wait, self.attempts, self.growth)
    }
}
