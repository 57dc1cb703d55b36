//! Everything but audio that JavaScript is told.

use std::fmt::Write;
use std::net::SocketAddr;
use std::time::Duration;

use uuid::Uuid;

use crate::call::{Finished, Passed};
use crate::error::ErrorCode;

/// A control event. Unlike audio it is never dropped.
///
/// Its payload is UTF-8 text, one field a line; only the last field may hold a line break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A call came in at a server: `server`, `id`, address, port, rate in Hz.
    Connection { server: u32, id: Uuid, peer: SocketAddr, rate: u32 },
    /// A WebSocket is asked for at a server, and waits for the answer: server, address, port, path
    /// and query, then a header a line.
    Upgrade { server: u32, peer: SocketAddr, target: String, headers: Vec<(String, String)> },
    /// A call over WebSocket has begun: its peer's dialect, the rate in Hz and the channels of what is
    /// heard, and what the peer told of it, as JSON.
    Begun { dialect: &'static str, rate: u32, channels: u8, details: String },
    /// A text message of the peer's, or of a fork's far end.
    Message(String),
    /// The peer lost its connection and came again; the call goes on.
    Reconnected,
    /// A call that we placed is up: address, port.
    Connected { peer: SocketAddr },
    /// The peer's audio has this rate, in Hz, from here on.
    Rate(u32),
    /// A key, as ASCII.
    Dtmf(u8),
    /// The peer's error frame: its code.
    PeerError(u8),
    /// Something failed: `errno` of the system, or with `ERR_WS_HANDSHAKE` the status that the server
    /// answered, or 0; code, message.
    Error { errno: i32, code: ErrorCode, message: String },
    /// The peer broke the protocol without harm: code, message.
    Warning { code: ErrorCode, message: String },
    /// The peer speaks: since when, in milliseconds of its audio.
    Speech { start: Duration },
    /// The peer fell silent: when it began to speak, and when it stopped.
    Silence { start: Duration, end: Duration },
    /// A recording has ended well: its length in milliseconds and in bytes, the frames it lacks.
    Recorded { duration: Duration, bytes: u64, dropped_frames: u64 },
    /// A recording has ended with the system's error number and what was tried, or 0 and a code; and
    /// a message.
    RecordingFailed { errno: i32, cause: &'static str, message: String },
    /// A fork's far end is there: the subprotocol that it chose, or nothing.
    ForkConnected { subprotocol: String },
    /// A fork's far end is gone: the WebSocket's code and its reason.
    ForkDisconnected { code: u16, reason: String },
    /// A fork's far end cannot be had: how often that has happened in a row, how many milliseconds
    /// it is waited for the next attempt (0 where there is none), the HTTP status it answered or 0,
    /// code, message.
    ForkFailed { retries: u32, wait: Duration, http_status: u16, code: ErrorCode, message: String },
    /// A fork has ended: nothing where that was wanted, else code and message.
    ForkClosed { failure: Option<(ErrorCode, String)> },
    /// The queue of written audio has drained.
    Drain,
    /// A play settled: its number, completed (0 or 1), milliseconds played; where its source failed
    /// also the system's error number and what was tried, or 0 and a code; and a message.
    Played(Finished),
    /// A mark was passed: its number, cleared away (0 or 1).
    Mark(Passed),
    /// A play's source is asked for more: the play's number.
    Hungry(u32),
    /// The call is over, and something is still held for a listener that may yet come.
    Ending,
    /// The call is over; nothing follows.
    End,
    /// A server turned a connection away: code, address, port.
    Drop { code: ErrorCode, peer: SocketAddr },
    /// A server and all its calls are gone: how many connections it accepted, how many of them
    /// became calls, how many it could not accept, and how many were turned away by why: codes and
    /// numbers in turn.
    Closed { accepted: u64, calls: u64, accept_errors: u64, dropped: Vec<(ErrorCode, u64)> },
}

impl Event {
    /// The number that stands for audio, which is no control event.
    pub const AUDIO: u8 = 0;

    /// The number that stands for part of an event's payload; the rest follows, and has its number.
    pub const PIECE: u8 = 24;

    /// The number by which JavaScript knows the event; `lib/engine.js` has the same list.
    pub fn number(&self) -> u8 {
        match self {
            Self::Connection { .. } => 1,
            Self::Connected { .. } => 2,
            Self::Rate(_) => 3,
            Self::Dtmf(_) => 4,
            Self::PeerError(_) => 5,
            Self::Error { .. } => 6,
            Self::Warning { .. } => 7,
            Self::Drain => 8,
            Self::Played(_) => 9,
            Self::Hungry(_) => 10,
            Self::Ending => 11,
            Self::End => 12,
            Self::Drop { .. } => 13,
            Self::Closed { .. } => 14,
            Self::Mark(_) => 15,
            Self::Speech { .. } => 16,
            Self::Silence { .. } => 17,
            Self::Recorded { .. } => 18,
            Self::RecordingFailed { .. } => 19,
            Self::Upgrade { .. } => 20,
            Self::Begun { .. } => 21,
            Self::Message(_) => 22,
            Self::Reconnected => 23,
            Self::ForkConnected { .. } => 40,
            Self::ForkDisconnected { .. } => 41,
            Self::ForkFailed { .. } => 42,
            Self::ForkClosed { .. } => 43,
        }
    }

    /// Bytes of text whose length is up to the peer.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Begun { details: text, .. }
            | Self::Message(text)
            | Self::Warning { message: text, .. }
            | Self::Error { message: text, .. } => text.len(),
            Self::Upgrade { target, headers, .. } => headers
                .iter()
                .fold(target.len(), |sum, (name, value)| sum + name.len() + value.len() + 3),
            _ => 0,
        }
    }

    /// Whether the event answers JavaScript or makes a call known, rather than being something that
    /// the peer did: it has no place among the audio and is never held.
    pub fn is_urgent(&self) -> bool {
        matches!(
            self,
            Self::Connection { .. }
                | Self::Connected { .. }
                | Self::Upgrade { .. }
                | Self::Begun { .. }
                | Self::Drain
                | Self::Played(_)
                | Self::Mark(_)
                | Self::Hungry(_)
                | Self::Ending
        )
    }

    /// Whether a call or a server ends with the event.
    pub fn is_last_word(&self) -> bool {
        matches!(
            self,
            Self::PeerError(_)
                | Self::Error { .. }
                | Self::Ending
                | Self::End
                | Self::Closed { .. }
                | Self::ForkClosed { .. }
        )
    }

    /// Writes the payload over what `out` held.
    pub fn write_payload(&self, out: &mut String) {
        out.clear();
        // Writing to a String cannot fail.
        let _ = match self {
            Self::Connection { server, id, peer, rate } => {
                write!(out, "{server}\n{id}\n{}\n{}\n{rate}", peer.ip(), peer.port())
            }
            Self::Upgrade { server, peer, target, headers } => {
                write_upgrade(*server, *peer, target, headers, out)
            }
            Self::Begun { dialect, rate, channels, details } => {
                write!(out, "{dialect}\n{rate}\n{channels}\n{details}")
            }
            Self::Message(text) => write!(out, "{text}"),
            Self::Connected { peer } => write!(out, "{}\n{}", peer.ip(), peer.port()),
            Self::Rate(hz) => write!(out, "{hz}"),
            Self::Dtmf(byte) => write!(out, "{}", char::from(*byte)),
            Self::PeerError(code) => write!(out, "{code}"),
            Self::Error { errno, code, message } => write!(out, "{errno}\n{code}\n{message}"),
            Self::Warning { code, message } => write!(out, "{code}\n{message}"),
            Self::Played(finished) => write_finished(finished, out),
            Self::Speech { start } => write!(out, "{}", milliseconds(*start)),
            Self::Silence { start, end } => {
                write!(out, "{}\n{}", milliseconds(*start), milliseconds(*end))
            }
            Self::Recorded { duration, bytes, dropped_frames } => {
                write!(out, "{}\n{bytes}\n{dropped_frames}", milliseconds(*duration))
            }
            Self::RecordingFailed { errno, cause, message } => {
                write!(out, "{errno}\n{cause}\n{message}")
            }
            Self::ForkConnected { subprotocol } => write!(out, "{subprotocol}"),
            Self::ForkDisconnected { code, reason } => write!(out, "{code}\n{reason}"),
            Self::ForkFailed { retries, wait, http_status, code, message } => {
                let wait = milliseconds(*wait);
                write!(out, "{retries}\n{wait}\n{http_status}\n{code}\n{message}")
            }
            Self::ForkClosed { failure: Some((code, message)) } => {
                write!(out, "{code}\n{message}")
            }
            Self::Mark(passed) => write!(out, "{}\n{}", passed.mark, u8::from(passed.cleared)),
            Self::Hungry(play) => write!(out, "{play}"),
            Self::Drop { code, peer } => write!(out, "{code}\n{}\n{}", peer.ip(), peer.port()),
            Self::Closed { accepted, calls, accept_errors, dropped } => {
                write!(out, "{accepted}\n{calls}\n{accept_errors}").and_then(|()| {
                    dropped.iter().try_for_each(|it| write!(out, "\n{}\n{}", it.0, it.1))
                })
            }
            Self::ForkClosed { failure: None }
            | Self::Drain
            | Self::Reconnected
            | Self::Ending
            | Self::End => Ok(()),
        };
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn write_upgrade(
    server: u32,
    peer: SocketAddr,
    target: &str,
    headers: &[(String, String)],
    out: &mut String,
) -> std::fmt::Result {
    write!(out, "{server}\n{}\n{}\n{target}", peer.ip(), peer.port())?;
    // No header that was parsed has a line break.
    headers.iter().try_for_each(|(name, value)| write!(out, "\n{name}: {value}"))
}

fn write_finished(finished: &Finished, out: &mut String) -> std::fmt::Result {
    let Finished { play, completed, played, failure } = finished;
    write!(out, "{play}\n{}\n{}", u8::from(*completed), milliseconds(*played))?;
    match failure {
        Some(failure) => {
            write!(out, "\n{}\n{}\n{}", failure.errno, failure.cause, failure.message)
        }
        None => Ok(()),
    }
}
