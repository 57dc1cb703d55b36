//! Forks, as `lib/fork.js` asks for them. `lib/fork-options.js` has checked every value.

use std::time::{Duration, Instant};

use napi::bindgen_prelude::Result;
use napi_derive::napi;

use super::engine::Engine;
use super::options::{invalid, milliseconds};
use super::websocket::WebSocketClientOptions;
use crate::fork::{FlowOptions, Growth, Shape};
use crate::net::{self, NotForked, Reconnect};
use crate::protocol::SampleRate;
use crate::record::Side;

/// Where a call is forked to, and how; times in milliseconds, gains in dB.
#[napi(object)]
pub struct ForkOptions {
    pub client: WebSocketClientOptions,
    pub hears_caller: bool,
    pub hears_app: bool,
    pub is_stereo: bool,
    pub gain_in: f64,
    pub gain_out: f64,
    /// None is the call's.
    pub sample_rate: Option<u32>,
    pub frame_ms: u32,
    pub delay_ms: u32,
    pub buffer_ms: u32,
    pub metadata: Option<String>,
    pub heartbeat_ms: Option<f64>,
    pub reconnect_ms: f64,
    pub attempts: u32,
    pub is_exponential: bool,
    pub keeps: bool,
    pub bidirectional: bool,
}

/// A fork that has begun, or why it has not.
#[napi(object)]
pub struct Forked {
    pub id: u32,
    /// Empty, or an error's code; there is no number then.
    pub code: String,
    pub message: String,
}

/// What a fork has done so far.
#[napi(object)]
pub struct ForkStats {
    pub frames_sent: f64,
    pub bytes_sent: f64,
    pub dropped_frames: f64,
    pub late_frames: f64,
    pub bytes_received: f64,
    pub messages_received: f64,
    pub dropped_bytes_back: f64,
    pub reconnects: f64,
    pub queued_ms: f64,
}

#[napi]
impl Engine {
    /// Begins a fork; its `ForkClosed` follows.
    #[napi]
    pub fn fork(&self, id: u32, options: ForkOptions) -> Result<Forked> {
        let Some(line) = self.engine.line(id) else { return Ok(Err(NotForked::Ended).into()) };
        let rate = match options.sample_rate {
            Some(hz) => SampleRate::from_hz(hz).ok_or_else(|| invalid("sampleRate"))?,
            None => line.rate(),
        };
        Ok(line.fork(options.with_rate(rate)).into())
    }

    /// Sends a text. False if there was no room for it, or the fork is gone.
    #[napi]
    pub fn fork_text(&self, id: u32, text: String) -> bool {
        self.engine.fork(id).is_some_and(|fork| fork.send_text(text))
    }

    #[napi]
    pub fn pause_fork(&self, id: u32, paused: bool) {
        if let Some(fork) = self.engine.fork(id) {
            fork.pause(Instant::now(), paused);
        }
    }

    /// The caller is silence in the fork, or the app.
    #[napi]
    pub fn mute_fork(&self, id: u32, is_caller: bool, muted: bool) {
        if let Some(fork) = self.engine.fork(id) {
            fork.mute(if is_caller { Side::Caller } else { Side::App }, muted);
        }
    }

    #[napi]
    pub fn stop_fork(&self, id: u32, metadata: Option<String>) {
        if let Some(fork) = self.engine.fork(id) {
            fork.stop(Instant::now(), metadata);
        }
    }

    /// Null once the fork is forgotten.
    #[napi]
    pub fn fork_stats(&self, id: u32) -> Option<ForkStats> {
        Some(self.engine.fork(id)?.stats().into())
    }

    /// Ends all forks before it returns, or leaves those behind that take too long.
    #[napi]
    pub fn stop_forks(&self) {
        self.engine.stop_forks();
    }

    /// JavaScript has seen the fork's end.
    #[napi]
    pub fn forget_fork(&self, id: u32) {
        self.engine.forget_fork(id);
    }
}

impl ForkOptions {
    fn with_rate(self, rate: SampleRate) -> net::ForkOptions {
        let gains = [self.gain_in as f32, self.gain_out as f32];
        let shape = Shape::new(self.hears_caller, self.hears_app, self.is_stereo, gains);
        net::ForkOptions {
            client: self.client.into(),
            flow: FlowOptions {
                shape,
                rate,
                frame: milliseconds(self.frame_ms),
                delay: milliseconds(self.delay_ms),
                backlog: milliseconds(self.buffer_ms),
            },
            metadata: self.metadata,
            heartbeat: self.heartbeat_ms.map(span),
            reconnect: Reconnect {
                wait: span(self.reconnect_ms),
                attempts: self.attempts,
                growth: if self.is_exponential { Growth::Exponential } else { Growth::Fixed },
            },
            keeps: self.keeps,
            bidirectional: self.bidirectional,
        }
    }
}

impl From<std::result::Result<u32, NotForked>> for Forked {
    fn from(forked: std::result::Result<u32, NotForked>) -> Self {
        match forked {
            Ok(id) => Self { id, code: String::new(), message: String::new() },
            Err(error) => {
                Self { id: 0, code: error.code().to_string(), message: error.to_string() }
            }
        }
    }
}

fn span(ms: f64) -> Duration {
    Duration::from_micros((ms.max(0.0) * 1000.0) as u64)
}

impl From<net::ForkStats> for ForkStats {
    fn from(stats: net::ForkStats) -> Self {
        Self {
            frames_sent: stats.frames_sent as f64,
            bytes_sent: stats.bytes_sent as f64,
            dropped_frames: stats.dropped_frames as f64,
            late_frames: stats.late_frames as f64,
            bytes_received: stats.bytes_received as f64,
            messages_received: stats.messages_received as f64,
            dropped_bytes_back: stats.dropped_bytes_back as f64,
            reconnects: stats.reconnects as f64,
            queued_ms: stats.queued.as_secs_f64() * 1000.0,
        }
    }
}
