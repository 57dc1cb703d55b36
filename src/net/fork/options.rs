//! Where a call is forked to, and how.

use std::path::PathBuf;
use std::time::Duration;

use crate::fork::{Backoff, FlowOptions, Growth};
use crate::net::websocket::{ClientOptions, Roots, SocketOptions, TlsOptions};

/// The longest message that a far end may send.
pub(super) const MAX_MESSAGE: usize = 1 << 20;

/// What the system may keep for a far end that is slow, in bytes: seconds of a call, not minutes.
const SEND_BUFFER: usize = 32 * 1024;

/// One fork.
#[derive(Clone, Debug)]
pub struct ForkOptions {
    /// `ws:` or `wss:`.
    pub url: String,
    pub flow: FlowOptions,
    /// Sent first, as text, on each connection.
    pub metadata: Option<String>,
    pub headers: Vec<(String, String)>,
    /// Subprotocols, the dearest first.
    pub protocols: Vec<String>,
    /// Whether permessage-deflate is offered.
    pub deflate: bool,
    /// How often the far end is pinged. One that says nothing between two pings is taken for gone.
    pub heartbeat: Option<Duration>,
    /// For a connection to be there, handshake and all.
    pub timeout: Duration,
    pub trust: Trust,
    /// Certificate and key that the far end is shown, PEM files.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// Whether the far end's certificate must be for its host.
    pub check_hostname: bool,
    pub reconnect: Reconnect,
    /// Whether what was said while the far end was away is kept for it, as far as there is room.
    pub keeps: bool,
    /// Whether what the far end says is played to the caller, and its orders are carried out.
    pub bidirectional: bool,
}

/// Whose certificates are believed.
#[derive(Clone, Debug)]
pub enum Trust {
    /// Those of the system's authorities.
    System,
    /// Those of the authorities in a PEM file.
    File(PathBuf),
    /// Anyone's.
    Anyone,
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

impl ForkOptions {
    pub(super) fn client(&self) -> ClientOptions {
        ClientOptions {
            url: self.url.clone(),
            headers: self.headers.clone(),
            subprotocols: self.protocols.clone(),
            deflate: self.deflate,
            timeout: self.timeout,
            tls: TlsOptions {
                roots: match &self.trust {
                    Trust::System => Roots::System,
                    Trust::File(path) => Roots::File(path.clone()),
                    Trust::Anyone => Roots::None,
                },
                identity: self.identity.clone(),
                check_hostname: self.check_hostname,
            },
            socket: SocketOptions { max_message: MAX_MESSAGE },
            send_buffer: Some(SEND_BUFFER),
        }
    }
}
