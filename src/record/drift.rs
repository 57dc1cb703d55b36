//! Keeps a side that speaks without a pause in time.
//!
//! Frames that continue each other are joined whatever jitter they came with. What that leaves is
//! slow: the first frame of a run may have been a late one, and the peer's clock is not ours
//! (50 ppm are 180 ms an hour). Once the most punctual frames come more than 10 ms off their
//! place, frames are made 1 % longer or shorter until they do not: nobody hears that, where
//! everybody would hear a hole or a cut.

use std::collections::VecDeque;

use super::options::Side;
use crate::protocol::SampleRate;

/// How late a side's most punctual frames come, in samples, measured from where they were put.
/// What the others are late by is the network's, and says nothing about when they were spoken.
#[derive(Debug)]
pub(super) struct Drift {
    floor: f64,
    /// What the floor may be.
    from: f64,
    to: f64,
    /// Samples over which the floor sinks.
    settle: f64,
}

impl Drift {
    pub fn new(rate: SampleRate, side: Side) -> Self {
        let hz = f64::from(rate.hz());
        let early = match side {
            Side::Caller => BAND,
            // The app's frames leave ahead of the time they sound at.
            Side::App => BAND + LEAD,
        };
        Self { floor: 0.0, from: -early * hz, to: BAND * hz, settle: SETTLE * hz }
    }

    /// A frame of so many samples came `lag` samples after its place in time, or before it if
    /// negative. Gives how many samples it should have.
    pub fn handle_frame(&mut self, lag: i64, samples: usize) -> usize {
        let off = lag as f64 - self.floor;
        let settle = if off < 0.0 { self.settle } else { self.settle * RELUCTANCE };
        self.floor += off * (samples as f64 / settle).min(1.0);
        let step = samples / STEP;
        if self.floor > self.to {
            self.floor -= step as f64;
            samples + step
        } else if self.floor < self.from {
            self.floor += step as f64;
            samples - step
        } else {
            samples
        }
    }

    /// What comes next was put where it belongs.
    pub fn reset(&mut self) {
        self.floor = 0.0;
    }
}

/// Appends `samples`, drawn out or together to `length` of them.
pub(super) fn stretch(samples: &[i16], length: usize, out: &mut VecDeque<i16>) {
    if samples.len() == length || samples.len() < 2 || length < 2 {
        out.extend(samples);
        return;
    }
    let scale = (samples.len() - 1) as f64 / (length - 1) as f64;
    out.extend((0..length).map(|index| {
        let place = index as f64 * scale;
        let before = (place as usize).min(samples.len() - 2);
        let (a, b) = (f64::from(samples[before]), f64::from(samples[before + 1]));
        (a + (b - a) * (place - before as f64)).round() as i16
    }));
}

/// Seconds that the floor may be off, either way.
const BAND: f64 = 0.010;

/// Seconds that the app's frames may leave early.
const LEAD: f64 = 0.060;

/// Seconds of frames that come earlier which the floor sinks by.
const SETTLE: f64 = 1.0;

/// How many times slower it rises.
const RELUCTANCE: f64 = 8.0;

/// One sample in so many is put in or left out.
const STEP: usize = 80;
