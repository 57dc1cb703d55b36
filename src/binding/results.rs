//! Plain mirrors of what JavaScript is told. Counts are doubles: exact up to 2^53.

use std::io;
use std::time::Duration;

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

use crate::audio;
use crate::net;

/// A server that listens, or why it does not.
#[napi(object)]
pub struct Listening {
    /// 0, or the system's error number; the other fields mean nothing then.
    pub errno: i32,
    pub id: u32,
    pub address: String,
    pub port: u16,
    pub family: String,
}

impl From<io::Result<net::Bound>> for Listening {
    fn from(bound: io::Result<net::Bound>) -> Self {
        match bound {
            Ok(bound) => Self {
                errno: 0,
                id: bound.id,
                address: bound.address.ip().to_string(),
                port: bound.address.port(),
                family: if bound.address.is_ipv4() { "IPv4" } else { "IPv6" }.to_owned(),
            },
            Err(error) => Self {
                errno: error.raw_os_error().unwrap_or(-1),
                id: 0,
                address: String::new(),
                port: 0,
                family: String::new(),
            },
        }
    }
}

/// What the change of a call's rate has made.
#[napi(object)]
pub struct RateChange {
    /// Bytes of written audio that wait.
    pub waiting: f64,
    /// What became of the frames that were given.
    pub taken: Vec<Buffer>,
}

/// What one server has seen.
#[napi(object)]
pub struct ServerStats {
    pub connections: f64,
    pub accepted: f64,
    pub calls: f64,
    pub dropped: f64,
    /// Why, and how often, in turn.
    pub dropped_codes: Vec<String>,
    pub dropped_counts: Vec<f64>,
    pub accept_errors: f64,
}

/// How well files that are played often are kept.
#[napi(object)]
pub struct PromptCacheStats {
    pub hits: f64,
    pub misses: f64,
    pub files: f64,
    pub bytes: f64,
}

impl From<net::ServerStats> for ServerStats {
    fn from(stats: net::ServerStats) -> Self {
        let by_code = stats.dropped_by_code.iter();
        Self {
            dropped_codes: by_code.clone().map(|(code, _)| code.to_string()).collect(),
            dropped_counts: by_code.map(|(_, count)| *count as f64).collect(),
            connections: stats.connections as f64,
            accepted: stats.accepted as f64,
            calls: stats.calls as f64,
            dropped: stats.dropped as f64,
            accept_errors: stats.accept_errors as f64,
        }
    }
}

impl From<audio::PromptCacheStats> for PromptCacheStats {
    fn from(stats: audio::PromptCacheStats) -> Self {
        Self {
            hits: stats.hits as f64,
            misses: stats.misses as f64,
            files: stats.files as f64,
            bytes: stats.bytes as f64,
        }
    }
}

impl From<net::RateChange> for RateChange {
    fn from(change: net::RateChange) -> Self {
        Self {
            waiting: change.waiting as f64,
            taken: change.taken.into_iter().map(Into::into).collect(),
        }
    }
}

/// Puts what a call has carried into `counts`, as doubles, and behind it how much of its audio has
/// left and how much of what was written waits, in milliseconds; `lib/counts.js` names them. An object
/// would cost more than all else at a call's end.
pub fn write_counts(stats: &net::CallStats, progress: (Duration, Duration), counts: &mut [u8]) {
    let numbers = [
        stats.frames_in as f64,
        stats.bytes_in as f64,
        stats.inbox.dropped_frames as f64,
        stats.inbox.dropped_bytes as f64,
        stats.protocol.unknown_kinds as f64,
        stats.protocol.malformed as f64,
        stats.outbound.frames as f64,
        stats.outbound.bytes as f64,
        stats.queued_bytes as f64,
        stats.outbound.late_frames as f64,
        stats.outbound.underruns as f64,
        progress.0.as_secs_f64() * 1000.0,
        progress.1.as_secs_f64() * 1000.0,
        stats.fast_audio_ms as f64,
    ];
    for (place, number) in counts.chunks_exact_mut(size_of::<f64>()).zip(numbers) {
        place.copy_from_slice(&number.to_ne_bytes());
    }
}
