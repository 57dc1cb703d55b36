//! Echo servers without JavaScript.
//!
//! They are told what to do with audio, and say where they are and how many frames they have had, as
//! the benchmark's other servers do; see `benchmark/servers/report.js`.

pub mod epoll_echo;
mod report;
pub mod tokio_echo;

use std::sync::atomic::Ordering;

use crate::frames::{AUDIO, header};

/// What is done with audio.
#[derive(Clone, Copy)]
struct Behaviour {
    writes_back: bool,
}

impl Behaviour {
    fn new(mut words: impl Iterator<Item = String>) -> Self {
        Self { writes_back: words.next().is_none_or(|word| word != "count") }
    }

    /// Puts what is to be sent for a frame into `out`.
    fn take(self, kind: u8, payload: &[u8], out: &mut Vec<u8>) {
        if kind == AUDIO {
            report::FRAMES.fetch_add(1, Ordering::Relaxed);
        }
        if kind == AUDIO && self.writes_back {
            out.extend_from_slice(&header(kind, payload.len()));
            out.extend_from_slice(payload);
        }
    }
}
