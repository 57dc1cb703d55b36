//! What a call is told and what it tells.

use std::time::Duration;

use crate::call::{
    Companding, InboundConverter, InboundStats, OutboundStats, Role, Settings, Silence,
    SpeechOptions,
};
use crate::events::InboxStats;
use crate::protocol::SampleRate;

/// How one call is to be handled.
#[derive(Clone, Copy, Debug)]
pub struct CallOptions {
    /// The app's rate; the wire's too, until the peer's first audio says otherwise.
    pub rate: SampleRate,
    /// The app keeps its rate whatever the wire has.
    pub keeps_rate: bool,
    /// The length of the frames that the app hears; the peer's, if not given.
    pub frame: Option<Duration>,
    pub silence: Silence,
    /// What the peer's audio at 8 kHz is.
    pub companding: Companding,
    /// Listen for speech.
    pub speech: Option<SpeechOptions>,
    /// Above this much written audio, the writer is asked to wait.
    pub high_water: Duration,
    /// More written audio than this is refused.
    pub outbound_limit: Duration,
    /// The oldest audio that JavaScript has not taken is dropped beyond this.
    pub inbound_limit: Duration,
    /// The same while nobody listens.
    pub hold: Duration,
    /// How long no audio may come before the call ends.
    pub media_timeout: Option<Duration>,
    /// How long the call may last.
    pub max_duration: Option<Duration>,
}

/// What one call has carried, and what went wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct CallStats {
    pub frames_in: u64,
    pub bytes_in: u64,
    pub protocol: InboundStats,
    /// Milliseconds of audio that came further ahead of real time than a peer may be.
    pub fast_audio_ms: u64,
    pub inbox: InboxStats,
    pub outbound: OutboundStats,
    pub queued_bytes: u64,
}

impl CallOptions {
    /// How the app hears the peer.
    pub(super) fn ear(&self) -> InboundConverter {
        InboundConverter::new(self.keeps_rate.then_some(self.rate), self.frame)
    }

    /// The part that the call itself needs.
    pub(super) fn settings(&self, role: Role) -> Settings {
        Settings {
            role,
            rate: self.rate,
            keeps_rate: self.keeps_rate,
            silence: self.silence,
            high_water: self.high_water,
            limit: self.outbound_limit,
        }
    }
}
