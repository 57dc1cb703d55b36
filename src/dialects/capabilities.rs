//! What each dialect can do.

use super::name::Dialect;
use super::voice::Playback;

/// What a call can do. What it cannot is refused with `ERR_NOT_SUPPORTED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Audio can be said.
    pub audio: bool,
    /// Audio is gathered to chunks before it leaves; else it leaves frame by frame.
    pub gathered: bool,
    /// Text can be sent.
    pub text: bool,
    /// Digits may come.
    pub dtmf: bool,
    /// What was said and not yet heard can be dropped: at the far end, or all that has not left.
    pub clear: bool,
    /// The far end is told to drop it.
    pub clear_at_far_end: bool,
    /// The far end tells when a mark is passed. Else it is known only when the audio before it left.
    pub mark: bool,
    /// The call can be answered by order.
    pub answer: bool,
    /// The sender tells when its queue is full.
    pub hold: bool,
    /// The sender answers pings.
    pub pong: bool,
}

/// What a sender of a dialect can do when audio is given to it this way.
pub fn capabilities(dialect: Dialect, playback: Playback) -> Capabilities {
    let two_way = dialect != Dialect::Audiofork;
    let is_freeswitch = matches!(dialect, Dialect::ModAudioStream | Dialect::ModAudioFork);
    let is_asterisk = dialect == Dialect::ChanWebsocket;
    let is_fork = dialect == Dialect::ModAudioFork;
    Capabilities {
        audio: two_way,
        gathered: is_freeswitch && playback != Playback::Binary,
        text: two_way && !is_asterisk,
        dtmf: is_asterisk || is_fork,
        clear: two_way,
        clear_at_far_end: is_asterisk || is_fork,
        // A build that plays JSON answers no mark.
        mark: is_asterisk || (is_fork && playback == Playback::Binary),
        answer: is_asterisk,
        hold: is_asterisk,
        pong: two_way,
    }
}
