//! How WebSockets are treated.

use std::fmt;
use std::time::Duration;

use tokio_rustls::TlsAcceptor;

use crate::dialects::{Dialect, Format, Playback};
use crate::net::options::CallOptions;
use crate::net::websocket::acceptor;

/// How a server takes connections.
#[derive(Clone)]
pub struct WebSocketOptions {
    tls: Option<TlsAcceptor>,
}

impl WebSocketOptions {
    /// `tls` is a certificate chain and its key, in PEM.
    ///
    /// # Errors
    /// What is wrong with those.
    pub fn new(tls: Option<(&[u8], &[u8])>) -> Result<Self, String> {
        let tls = tls.map(|(certificate, key)| acceptor(certificate, key)).transpose()?;
        Ok(Self { tls })
    }

    pub(in crate::net) fn tls(&self) -> Option<&TlsAcceptor> {
        self.tls.as_ref()
    }
}

impl fmt::Debug for WebSocketOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocketOptions").field("tls", &self.tls.is_some()).finish()
    }
}

/// What a request for a WebSocket is answered.
#[derive(Clone, Debug)]
pub enum Answer {
    Accept(Box<Acceptance>),
    /// An HTTP answer of 300 to 599.
    Refuse {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
}

/// How a WebSocket is accepted.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// None takes the one that the dialect goes by, if it is offered.
    pub subprotocol: Option<String>,
    pub deflate: bool,
    pub headers: Vec<(String, String)>,
    /// How long a sender that lost its connection may take to come again to the same URL, to go on
    /// with its call; zero: each connection is a call of its own.
    pub stitch: Duration,
    pub terms: Terms,
}

/// How a call is run over a WebSocket that is open.
#[derive(Clone, Debug)]
pub struct Terms {
    pub call: CallOptions,
    /// The sender's dialect; None to recognise it.
    pub dialect: Option<Dialect>,
    /// What audio is where its dialect does not tell.
    pub format: Format,
    /// How FreeSWITCH is given audio.
    pub playback: Playback,
    /// How much audio goes into one JSON message.
    pub chunk: Duration,
    /// How long a call's first audio waits for its metadata, where it may have some; zero: not at all.
    pub metadata_wait: Duration,
    /// Between two pings, where the dialect's senders answer them; zero for none.
    pub ping: Duration,
    /// How long nothing at all may come, zero for ever; None for three pings, or for ever where there
    /// are none.
    pub idle: Option<Duration>,
    /// The longest message, in bytes.
    pub max_message: usize,
    /// The longest text, likewise.
    pub max_text: usize,
    /// The most messages in a second.
    pub max_rate: u32,
}
