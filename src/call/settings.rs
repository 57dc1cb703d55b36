//! How a call is to be spoken on.

use std::time::Duration;

use super::inbound::Role;
use crate::protocol::{FRAME_MS, SampleRate};

pub(super) const FRAME: Duration = Duration::from_millis(FRAME_MS);

/// How long an app with a rate of its own waits for the peer's audio to say what the wire has: going
/// over to another rate in mid-speech can be heard. Asterisk speaks within a frame or two.
pub(super) const WIRE_WAIT: Duration = Duration::from_millis(100);

/// When silence is sent where there is nothing else to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Until the peer's first audio: a call in which both sides wait can stay mute for good.
    UntilAudio,
    Always,
    Never,
}

/// How a call is to be spoken on.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub role: Role,
    /// The app's rate: kept, or given up for the wire's when the peer's first audio says it. The
    /// wire's, until then.
    pub rate: SampleRate,
    pub keeps_rate: bool,
    pub silence: Silence,
    /// Above this much written audio, the writer is asked to wait.
    pub high_water: Duration,
    /// More written audio than this is refused.
    pub limit: Duration,
}

impl Settings {
    /// Whether the wire's rate is the peer's to say, and makes a difference.
    pub(super) fn waits_for_wire(&self) -> bool {
        self.keeps_rate && self.role == Role::Server
    }
}
