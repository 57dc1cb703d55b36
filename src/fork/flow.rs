//! From a call's frames to a far end's.

use std::convert::Infallible;
use std::time::Duration;

use super::backlog::Backlog;
use super::shape::Shape;
use crate::align::{Aligner, Batch, Follower, LOOK_AHEAD, resample};
use crate::protocol::SampleRate;

/// What a far end gets, and how much of it may wait.
#[derive(Clone, Copy, Debug)]
pub struct FlowOptions {
    pub shape: Shape,
    pub rate: SampleRate,
    /// The length of a frame.
    pub frame: Duration,
    /// How long a stretch of both sides waits for frames that come late, so that they stay together. What
    /// comes later than that goes behind what is out. One side alone waits for nothing.
    pub delay: Duration,
    /// How much may wait to be sent. The oldest frames go where more would.
    pub backlog: Duration,
}

/// Puts both sides together, and has the frames that are to be sent. Times are the queue's.
pub struct Flow {
    input: Input,
    shape: Shape,
    backlog: Backlog,
    /// Frames of the call that nothing converts.
    left_out: u64,
    shaped: Vec<u8>,
    frame_time: Duration,
    frame_bytes: usize,
}

/// What the call's frames go through.
enum Input {
    Both(Box<Aligner>),
    One(Box<Follower>),
}

impl Flow {
    pub fn new(options: FlowOptions) -> Self {
        let FlowOptions { shape, rate, frame, delay, backlog } = options;
        let channels = shape.channels();
        let frame_bytes = rate.bytes_in(frame).max(2) * channels;
        let input = match shape.sides().only() {
            Some(side) => {
                let wait = delay.max(LOOK_AHEAD);
                Input::One(Box::new(Follower::new(side, rate, resample, wait, frame)))
            }
            None => {
                let aligner = Aligner::new(shape.sides(), rate, resample).with_look_ahead(delay);
                Input::Both(Box::new(aligner))
            }
        };
        Self {
            input,
            shape,
            backlog: Backlog::new(frame_bytes, rate.bytes_in(backlog) * channels),
            left_out: 0,
            shaped: Vec::new(),
            frame_time: rate.duration_of(frame_bytes / channels),
            frame_bytes,
        }
    }

    /// Takes what the call brought until `now`.
    pub(crate) fn handle_batch(&mut self, now: Duration, batch: &Batch) {
        let Self { input, shape, backlog, shaped, left_out, .. } = self;
        let mut sink = sink(shape, shaped, backlog);
        match input {
            Input::Both(aligner) => {
                let Ok(count) = aligner.handle_batch(batch, &mut sink);
                *left_out += count;
                let Ok(()) = aligner.settle(now, &mut sink);
            }
            Input::One(follower) => {
                let sink = &mut |pcm: &[u8]| {
                    let Ok(()) = sink(pcm);
                };
                *left_out += follower.handle_batch(batch, sink);
                sink(follower.poll_silence(now));
            }
        }
    }

    /// Nothing follows: what is kept for late frames may go.
    pub fn finish(&mut self, now: Duration) {
        let Self { input, shape, backlog, shaped, .. } = self;
        let mut sink = sink(shape, shaped, backlog);
        let Ok(()) = match input {
            Input::Both(aligner) => aligner.break_at(now, &mut sink),
            Input::One(follower) => sink(follower.finish()),
        };
    }

    /// The next frame, in place of what was in `out`. False if none is whole.
    pub fn poll_frame(&mut self, out: &mut Vec<u8>) -> bool {
        self.backlog.pop(out)
    }

    /// The last frames, the very last of which may be short.
    pub fn poll_last(&mut self, out: &mut Vec<u8>) -> bool {
        self.backlog.pop_rest(out)
    }

    /// Drops what waits, and counts it.
    pub fn clear(&mut self) {
        self.backlog.clear();
    }

    /// Frames of the far end's that were dropped because they waited too long, or nobody was there.
    pub fn dropped(&self) -> u64 {
        self.backlog.dropped
    }

    /// Frames of the call that nothing converts.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// How much waits to be sent.
    pub fn waiting(&self) -> Duration {
        let frames = self.backlog.len() as f64 / self.frame_bytes as f64;
        self.frame_time.mul_f64(frames)
    }
}

fn sink<'a>(
    shape: &'a Shape,
    shaped: &'a mut Vec<u8>,
    backlog: &'a mut Backlog,
) -> impl FnMut(&[u8]) -> Result<(), Infallible> + 'a {
    |pcm| {
        shape.apply(pcm, shaped);
        backlog.push(shaped);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::align::{Queue, Side};

    const RATE: SampleRate = SampleRate::NARROWBAND;
    const FRAME: usize = 160;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    struct Bench {
        start: Instant,
        queue: Queue,
        flow: Flow,
        frames: Vec<Vec<i16>>,
    }

    impl Bench {
        fn new(shape: Shape, backlog: Duration) -> Self {
            let start = Instant::now();
            let (frame, delay) = (ms(20), ms(60));
            let flow = Flow::new(FlowOptions { shape, rate: RATE, frame, delay, backlog });
            Self { start, queue: Queue::new(start), flow, frames: Vec::new() }
        }

        fn push(&mut self, at: u64, side: Side, value: i16) {
            let pcm: Vec<u8> = std::iter::repeat_n(value.to_le_bytes(), FRAME).flatten().collect();
            self.queue.push(side, self.start + ms(at), RATE, &pcm);
        }

        fn flow(&mut self, at: u64) {
            let mut batch = Batch::default();
            let now = self.queue.time(self.start + ms(at));
            self.queue.take(&mut batch);
            self.flow.handle_batch(now, &batch);
        }

        fn send(&mut self) -> &[Vec<i16>] {
            let mut frame = Vec::new();
            while self.flow.poll_frame(&mut frame) {
                let pairs = frame.chunks_exact(2);
                self.frames.push(pairs.map(|s| i16::from_le_bytes([s[0], s[1]])).collect());
            }
            &self.frames
        }
    }

    fn both(is_stereo: bool) -> Shape {
        Shape::new(true, true, is_stereo, [0.0; 2])
    }

    #[test]
    fn a_side_that_says_nothing_holds_nothing_back() {
        let mut bench = Bench::new(both(false), ms(5000));
        for at in (0..1000).step_by(20) {
            bench.push(at, Side::Caller, 7);
            bench.flow(at);
            let sent = bench.send().len() as u64 * 20;
            assert!(sent + 60 >= at && sent <= at, "{sent} ms were sent at {at} ms");
        }
        assert!(bench.frames.iter().flatten().all(|sample| *sample == 7));
    }

    #[test]
    fn silence_is_sent_where_neither_side_says_anything() {
        let mut bench = Bench::new(both(true), ms(5000));
        bench.flow(560);
        assert_eq!(bench.send().len(), 25);
        assert!(bench.frames.iter().all(|frame| *frame == vec![0; 2 * FRAME]));
    }

    #[test]
    fn what_was_said_at_once_is_sent_at_once() {
        let mut bench = Bench::new(both(true), ms(5000));
        for at in (0..400).step_by(20) {
            bench.push(at, Side::Caller, 1);
            if at >= 200 {
                bench.push(at, Side::App, 2);
            }
        }
        bench.flow(460);
        let pairs: Vec<_> = bench
            .send()
            .iter()
            .flatten()
            .copied()
            .collect::<Vec<_>>()
            .chunks(2)
            .map(|p| (p[0], p[1]))
            .collect();
        assert_eq!(pairs.len(), 400 * 8);
        assert!(pairs[..200 * 8].iter().all(|pair| *pair == (1, 0)));
        assert!(pairs[200 * 8..].iter().all(|pair| *pair == (1, 2)));
    }

    #[test]
    fn a_side_that_is_muted_is_silent_in_its_time() {
        let mut bench = Bench::new(both(false), ms(5000));
        for at in (0..300).step_by(20) {
            if (100..200).contains(&at) {
                bench.queue.leave_out(Side::Caller);
            } else {
                bench.push(at, Side::Caller, 5);
            }
        }
        bench.flow(360);
        let sums: Vec<i16> =
            bench.send().iter().map(|frame| frame[0].max(frame[FRAME - 1])).collect();
        assert_eq!(sums, [vec![5; 5], vec![0; 5], vec![5; 5]].concat());
    }

    #[test]
    fn what_is_paused_is_left_out() {
        let mut bench = Bench::new(both(false), ms(5000));
        for at in (0..300).step_by(20) {
            match at {
                100 => bench.queue.pause(bench.start + ms(100)),
                200 => bench.queue.resume(bench.start + ms(200)),
                _ => {}
            }
            bench.push(at, Side::Caller, at as i16 + 1);
        }
        bench.flow(360);
        let heard: Vec<i16> = bench.send().iter().map(|frame| frame[0]).collect();
        assert_eq!(heard, [1, 21, 41, 61, 81, 201, 221, 241, 261, 281]);
    }

    #[test]
    fn what_nobody_takes_is_bounded_and_the_newest_is_kept_in_order() {
        let mut bench = Bench::new(both(false), ms(200));
        for at in (0..2000).step_by(20) {
            bench.push(at, Side::Caller, at as i16 + 1);
            bench.flow(at);
        }
        bench.flow(2060);
        assert_eq!(bench.flow.dropped(), 90);
        assert_eq!(bench.flow.waiting(), ms(200));
        let heard: Vec<i16> = bench.send().iter().map(|frame| frame[0]).collect();
        assert_eq!(heard, (1801..2000).step_by(20).collect::<Vec<_>>());
    }

    #[test]
    fn the_end_brings_what_was_kept_for_late_frames() {
        let mut bench = Bench::new(both(false), ms(5000));
        bench.push(0, Side::Caller, 3);
        bench.flow(20);
        let end = bench.queue.time(bench.start + ms(30));
        bench.flow.finish(end);
        let mut frame = Vec::new();
        let mut lengths = Vec::new();
        while bench.flow.poll_last(&mut frame) {
            lengths.push(frame.len());
        }
        assert_eq!(lengths, [320, 160]);
    }
}
