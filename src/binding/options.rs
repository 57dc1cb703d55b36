//! Plain mirrors of what JavaScript passes. `lib/options.js` has checked every value and filled in
//! the defaults, so a value out of range can only be a mistake in that file.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use napi::bindgen_prelude::{Error, Result, Status};
use napi_derive::napi;

use crate::audio::{self, Encoding, RawFormat};
use crate::call::{self, Companding, Detector, Play, Silence, Slot};
use crate::net;
use crate::protocol::SampleRate;
use crate::record::{self, Sides};

/// How a call is handled; times in milliseconds.
#[napi(object)]
pub struct CallOptions {
    /// None takes 8000 until the peer says otherwise.
    pub sample_rate: Option<u32>,
    /// None leaves the frames of `data` as they come.
    pub frame_ms: Option<u32>,
    pub silence: String,
    /// What audio at 8 kHz is: `auto`, `slin`, `ulaw` or `alaw`.
    pub encoding: String,
    pub speech: Option<SpeechOptions>,
    pub high_water_ms: u32,
    pub outbound_limit_ms: u32,
    pub inbound_limit_ms: u32,
    pub hold_ms: u32,
    /// None is for ever.
    pub media_timeout_ms: Option<u32>,
    pub max_duration_ms: Option<u32>,
}

/// How speech is listened for; levels in dB, times in milliseconds.
#[napi(object)]
pub struct SpeechOptions {
    /// With the neural network, not by energy alone.
    pub is_vad: bool,
    /// dB above the background, or a probability with the neural network.
    pub threshold: f64,
    pub min_level: f64,
    pub min_speech_ms: u32,
    pub min_silence_ms: u32,
}

/// Where and how a server listens.
#[napi(object)]
pub struct ListenOptions {
    pub address: String,
    pub port: u16,
    pub backlog: i32,
    pub reuse_port: bool,
}

/// How a server treats its connections.
#[napi(object)]
pub struct ServerOptions {
    pub handshake_timeout_ms: u32,
    pub peer_timeout_ms: u32,
    pub limits: Limits,
    /// The balancers' networks, which say first who connects.
    pub proxies: Vec<String>,
    pub call: CallOptions,
}

/// Whose connections a server lets in; a limit that is missing is none.
#[napi(object)]
pub struct Limits {
    pub connections: u32,
    pub connections_per_address: Option<u32>,
    pub pending: Option<u32>,
    pub rate: Option<f64>,
    pub rate_per_address: Option<f64>,
    /// Networks, such as `10.0.0.0/8`.
    pub allow: Vec<String>,
    pub deny: Vec<String>,
}

/// Whom to call.
#[napi(object)]
pub struct DialOptions {
    pub addresses: Vec<String>,
    pub port: u16,
    pub id: String,
    pub timeout_ms: u32,
    pub peer_timeout_ms: u32,
    pub call: CallOptions,
}

/// How a source is played; times in milliseconds.
#[napi(object)]
pub struct PlayOptions {
    /// In the slot of `playStream`, not of `play`.
    pub is_stream: bool,
    /// What is fed is just as the call takes it.
    pub is_ready: bool,
    pub gain_db: f64,
    pub start_ms: f64,
    pub duration_ms: Option<f64>,
    /// How often; none is for ever.
    pub times: Option<u32>,
    pub fade_out_ms: f64,
    pub format: Option<Format>,
}

/// How a call is recorded.
#[napi(object)]
pub struct RecordOptions {
    pub path: String,
    /// `caller`, `app`, `both` or `mix`.
    pub sides: String,
    /// Signed linear audio without a header, not WAV.
    pub is_sln: bool,
    pub sample_rate: Option<u32>,
    pub overwrite: bool,
}

/// What raw bytes are.
#[napi(object)]
pub struct Format {
    pub encoding: String,
    pub sample_rate: u32,
    pub channels: u32,
}

impl TryFrom<CallOptions> for net::CallOptions {
    type Error = Error;

    fn try_from(options: CallOptions) -> Result<Self> {
        Ok(Self {
            rate: match options.sample_rate {
                Some(hz) => SampleRate::from_hz(hz).ok_or_else(|| invalid("sampleRate"))?,
                None => SampleRate::NARROWBAND,
            },
            keeps_rate: options.sample_rate.is_some(),
            frame: options.frame_ms.map(milliseconds),
            silence: match options.silence.as_str() {
                "until-audio" => Silence::UntilAudio,
                "always" => Silence::Always,
                "never" => Silence::Never,
                _ => return Err(invalid("silence")),
            },
            companding: match options.encoding.as_str() {
                "auto" => Companding::Auto,
                "slin" => Companding::Linear,
                "ulaw" => Companding::Ulaw,
                "alaw" => Companding::Alaw,
                _ => return Err(invalid("encoding")),
            },
            speech: options.speech.map(Into::into),
            high_water: milliseconds(options.high_water_ms),
            outbound_limit: milliseconds(options.outbound_limit_ms),
            inbound_limit: milliseconds(options.inbound_limit_ms),
            hold: milliseconds(options.hold_ms),
            media_timeout: options.media_timeout_ms.map(milliseconds),
            max_duration: options.max_duration_ms.map(milliseconds),
        })
    }
}

impl From<SpeechOptions> for call::SpeechOptions {
    fn from(options: SpeechOptions) -> Self {
        let threshold = options.threshold as f32;
        Self {
            detector: if options.is_vad {
                Detector::Vad { probability: threshold }
            } else {
                Detector::Energy { above_noise: threshold }
            },
            min_level: options.min_level as f32,
            min_speech: milliseconds(options.min_speech_ms),
            min_silence: milliseconds(options.min_silence_ms),
        }
    }
}

impl TryFrom<ListenOptions> for net::ListenOptions {
    type Error = Error;

    fn try_from(options: ListenOptions) -> Result<Self> {
        Ok(Self {
            address: address(&options.address)?,
            port: options.port,
            backlog: options.backlog,
            reuse_port: options.reuse_port,
        })
    }
}

impl TryFrom<ServerOptions> for net::ServerOptions {
    type Error = Error;

    fn try_from(options: ServerOptions) -> Result<Self> {
        Ok(Self {
            service: net::Service::AudioSocket(options.call.try_into()?),
            handshake_timeout: milliseconds(options.handshake_timeout_ms),
            peer_timeout: milliseconds(options.peer_timeout_ms),
            limits: options.limits.try_into()?,
            proxies: networks("proxyProtocol", &options.proxies)?,
        })
    }
}

impl TryFrom<Limits> for net::Limits {
    type Error = Error;

    fn try_from(limits: Limits) -> Result<Self> {
        Ok(Self {
            connections: limits.connections as usize,
            connections_per_address: limits.connections_per_address.map(|most| most as usize),
            pending: limits.pending.map(|most| most as usize),
            rate: limits.rate,
            rate_per_address: limits.rate_per_address,
            allow: networks("allow", &limits.allow)?,
            deny: networks("deny", &limits.deny)?,
        })
    }
}

pub(super) fn networks(name: &str, texts: &[String]) -> Result<Vec<net::Network>> {
    texts.iter().map(|text| text.parse().map_err(|_| invalid(name))).collect()
}

impl TryFrom<DialOptions> for net::DialOptions {
    type Error = Error;

    fn try_from(options: DialOptions) -> Result<Self> {
        let socket = |host: &String| Ok(SocketAddr::new(address(host)?, options.port));
        Ok(Self {
            addresses: options.addresses.iter().map(socket).collect::<Result<_>>()?,
            id: options.id.parse().map_err(|_| invalid("ref"))?,
            timeout: milliseconds(options.timeout_ms),
            peer_timeout: milliseconds(options.peer_timeout_ms),
            call: options.call.try_into()?,
        })
    }
}

impl TryFrom<RecordOptions> for record::RecordOptions {
    type Error = Error;

    fn try_from(options: RecordOptions) -> Result<Self> {
        let rate = |hz| SampleRate::from_hz(hz).ok_or_else(|| invalid("sampleRate"));
        Ok(Self {
            path: options.path.into(),
            sides: match options.sides.as_str() {
                "caller" => Sides::Caller,
                "app" => Sides::App,
                "both" => Sides::Both,
                "mix" => Sides::Mix,
                _ => return Err(invalid("sides")),
            },
            format: if options.is_sln { record::Format::Sln } else { record::Format::Wav },
            sample_rate: options.sample_rate.map(rate).transpose()?,
            overwrite: options.overwrite,
        })
    }
}

impl PlayOptions {
    /// The play of that number, of `input` or of what is fed.
    pub fn request(self, play: u32, input: Option<net::PlayInput>) -> Result<net::PlayRequest> {
        let slot = if self.is_stream { Slot::Stream } else { Slot::Play };
        let fed = if self.is_ready { net::PlayInput::Ready } else { net::PlayInput::Fed };
        Ok(net::PlayRequest {
            play: Play { play, slot, fade_out: time(self.fade_out_ms), keeps_rate: !self.is_ready },
            input: input.unwrap_or(fed),
            raw: self.format.map(Format::parse).transpose()?,
            options: audio::PlayOptions {
                gain_db: self.gain_db as f32,
                start: time(self.start_ms),
                duration: self.duration_ms.map(time),
                repeat: self.times,
            },
        })
    }
}

impl Format {
    fn parse(self) -> Result<RawFormat> {
        let encoding = Encoding::from_name(&self.encoding).ok_or_else(|| invalid("encoding"))?;
        let channels = u16::try_from(self.channels).map_err(|_| invalid("channels"))?;
        RawFormat::new(encoding, self.sample_rate, channels)
            .map_err(|error| Error::new(Status::InvalidArg, error.to_string()))
    }
}

fn time(milliseconds: f64) -> Duration {
    Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or_default()
}

pub(super) fn address(host: &str) -> Result<IpAddr> {
    host.parse().map_err(|_| invalid("host"))
}

pub(super) fn milliseconds(value: u32) -> Duration {
    Duration::from_millis(value.into())
}

pub(super) fn invalid(name: &str) -> Error {
    Error::new(Status::InvalidArg, format!("{name} is out of range"))
}
