//! Plain mirrors of what JavaScript passes for calls over WebSocket. `lib/websocket-options.js` has
//! checked every value and filled in the defaults.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use napi::bindgen_prelude::{Buffer, Error, Result};
use napi_derive::napi;

use super::options::{CallOptions, Limits, address, invalid, milliseconds, networks};
use crate::dialects::{Channels, Dialect, Format, Playback};
use crate::net;
use crate::protocol::SampleRate;

/// A server's own part; where it listens, if it does, is in `ListenOptions`.
#[napi(object)]
pub struct WebSocketServerOptions {
    pub handshake_timeout_ms: u32,
    pub peer_timeout_ms: u32,
    pub limits: Limits,
    /// The balancers' networks, which say first who connects.
    pub proxies: Vec<String>,
    /// A certificate chain and its key, in PEM.
    pub cert: Option<Buffer>,
    pub key: Option<Buffer>,
}

/// How a call is run; times in milliseconds.
#[napi(object)]
pub struct WebSocketTerms {
    pub call: CallOptions,
    pub dialect: Option<String>,
    pub wire_rate: u32,
    pub wire_channels: u32,
    /// `json`, `wav` or `binary`.
    pub playback: String,
    pub chunk_ms: u32,
    /// 0 for none.
    pub metadata_wait_ms: u32,
    /// 0 for none.
    pub ping_ms: u32,
    pub idle_ms: Option<u32>,
    pub max_message: u32,
    pub max_text: u32,
    pub max_rate: u32,
}

/// How a WebSocket is accepted.
#[napi(object)]
pub struct WebSocketAcceptance {
    pub subprotocol: Option<String>,
    pub deflate: bool,
    /// Names and values in turn.
    pub headers: Vec<String>,
    pub stitch_ms: u32,
    pub terms: WebSocketTerms,
}

/// How a WebSocket is made.
#[napi(object)]
pub struct WebSocketClientOptions {
    pub url: String,
    /// Names and values in turn.
    pub headers: Vec<String>,
    pub subprotocols: Vec<String>,
    pub deflate: bool,
    pub timeout_ms: u32,
    pub peer_timeout_ms: u32,
    pub max_message: u32,
    pub max_text: u32,
    /// `system`, `none`, or else a PEM file with `ca_is_file`.
    pub ca: String,
    pub ca_is_file: bool,
    /// PEM files.
    pub cert: Option<String>,
    pub key: Option<String>,
    pub check_hostname: bool,
}

/// Whom to call over WebSocket.
#[napi(object)]
pub struct WebSocketDialOptions {
    pub client: WebSocketClientOptions,
    pub patience_ms: u32,
    pub terms: WebSocketTerms,
}

/// A request that Node's HTTP server has read.
#[napi(object)]
pub struct UpgradeRequest {
    pub method: String,
    pub target: String,
    /// Names and values in turn.
    pub headers: Vec<String>,
    pub head: Buffer,
    pub remote_address: String,
    pub remote_port: u16,
}

/// What became of a socket that was handed over.
#[napi(object)]
pub struct Attached {
    /// The number that its bytes go by, if it was taken.
    pub id: Option<u32>,
    /// What it is to be sent before it is closed, if it was not.
    pub reply: Option<Buffer>,
}

impl TryFrom<WebSocketServerOptions> for net::ServerOptions {
    type Error = Error;

    fn try_from(options: WebSocketServerOptions) -> Result<Self> {
        let tls = options.cert.as_deref().zip(options.key.as_deref());
        let service = net::WebSocketOptions::new(tls).map_err(Error::from_reason)?;
        Ok(Self {
            service: net::Service::WebSocket(service),
            handshake_timeout: milliseconds(options.handshake_timeout_ms),
            peer_timeout: milliseconds(options.peer_timeout_ms),
            limits: options.limits.try_into()?,
            proxies: networks("proxyProtocol", &options.proxies)?,
        })
    }
}

impl TryFrom<WebSocketTerms> for net::Terms {
    type Error = Error;

    fn try_from(terms: WebSocketTerms) -> Result<Self> {
        Ok(Self {
            call: terms.call.try_into()?,
            dialect: match terms.dialect.as_deref() {
                Some(name) => Some(Dialect::from_name(name).ok_or_else(|| invalid("dialect"))?),
                None => None,
            },
            format: Format {
                rate: SampleRate::from_hz(terms.wire_rate).ok_or_else(|| invalid("format"))?,
                channels: Channels::from_count(terms.wire_channels)
                    .ok_or_else(|| invalid("format"))?,
            },
            playback: match terms.playback.as_str() {
                "json" => Playback::Json,
                "wav" => Playback::Wav,
                "binary" => Playback::Binary,
                _ => return Err(invalid("playback")),
            },
            chunk: milliseconds(terms.chunk_ms),
            metadata_wait: milliseconds(terms.metadata_wait_ms),
            ping: milliseconds(terms.ping_ms),
            idle: terms.idle_ms.map(milliseconds),
            max_message: terms.max_message as usize,
            max_text: terms.max_text as usize,
            max_rate: terms.max_rate,
        })
    }
}

impl TryFrom<WebSocketAcceptance> for net::Answer {
    type Error = Error;

    fn try_from(acceptance: WebSocketAcceptance) -> Result<Self> {
        Ok(Self::Accept(Box::new(net::Acceptance {
            subprotocol: acceptance.subprotocol,
            deflate: acceptance.deflate,
            headers: pairs(acceptance.headers),
            stitch: milliseconds(acceptance.stitch_ms),
            terms: acceptance.terms.try_into()?,
        })))
    }
}

impl From<WebSocketClientOptions> for net::ClientOptions {
    fn from(options: WebSocketClientOptions) -> Self {
        let roots = match options.ca.as_str() {
            path if options.ca_is_file => net::Roots::File(PathBuf::from(path)),
            "none" => net::Roots::None,
            _ => net::Roots::System,
        };
        let identity = options.cert.zip(options.key);
        Self {
            url: options.url,
            headers: pairs(options.headers),
            subprotocols: options.subprotocols,
            deflate: options.deflate,
            timeout: milliseconds(options.timeout_ms),
            tls: net::TlsOptions {
                roots,
                identity: identity.map(|(cert, key)| (cert.into(), key.into())),
                check_hostname: options.check_hostname,
            },
            socket: net::SocketOptions {
                max_message: options.max_message as usize,
                max_text: options.max_text as usize,
            },
            send_buffer: None,
            peer_timeout: milliseconds(options.peer_timeout_ms),
        }
    }
}

impl TryFrom<WebSocketDialOptions> for net::WebSocketDialOptions {
    type Error = Error;

    fn try_from(options: WebSocketDialOptions) -> Result<Self> {
        Ok(Self {
            client: options.client.into(),
            patience: Duration::from_millis(options.patience_ms.into()),
            terms: options.terms.try_into()?,
        })
    }
}

impl TryFrom<UpgradeRequest> for net::Upgrade {
    type Error = Error;

    fn try_from(request: UpgradeRequest) -> Result<Self> {
        Ok(Self {
            method: request.method,
            target: request.target,
            headers: pairs(request.headers),
            head: request.head.to_vec(),
            peer: SocketAddr::new(address(&request.remote_address)?, request.remote_port),
        })
    }
}

impl From<net::Attached> for Attached {
    fn from(attached: net::Attached) -> Self {
        match attached {
            net::Attached::Taken(id) => Self { id: Some(id), reply: None },
            net::Attached::Refused(reply) => Self { id: None, reply: Some(reply.into()) },
        }
    }
}

/// Names and values in turn, in pairs.
pub(super) fn pairs(words: Vec<String>) -> Vec<(String, String)> {
    let mut words = words.into_iter();
    std::iter::from_fn(|| words.next().zip(words.next())).collect()
}
