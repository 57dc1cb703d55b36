//! One side alone, as a fork has it.

use std::time::Duration;

use callstreams::align::{Follower, Side};

use crate::support::{FRAME, RATE, ms, nearest, runs, samples, tone};

/// A follower and all that went out.
struct Followed {
    follower: Follower,
    out: Vec<u8>,
}

impl Followed {
    fn new(side: Side) -> Self {
        let follower = Follower::new(side, RATE, nearest, ms(400), ms(20));
        Self { follower, out: Vec::new() }
    }

    fn poll(&mut self, now: Duration) {
        self.out.extend_from_slice(self.follower.poll_silence(now));
    }

    fn frame(&mut self, now: Duration, value: i16) {
        self.poll(now);
        let out = self.follower.handle_frame(now, RATE, &tone(value, FRAME));
        self.out.extend_from_slice(out.expect("converted"));
    }

    fn runs(&self) -> Vec<(i16, usize)> {
        runs(&samples(&self.out))
    }
}

#[test]
fn a_frame_goes_out_as_it_comes_whatever_its_jitter() {
    let mut followed = Followed::new(Side::Caller);
    for (index, at) in [0, 75, 75, 118, 380, 381, 381].into_iter().enumerate() {
        followed.frame(ms(at), 7);
        assert_eq!(followed.runs(), [(7, (index + 1) * FRAME)]);
    }
}

#[test]
fn silence_goes_out_once_nothing_came_for_the_wait_and_is_as_long_as_it_was() {
    let mut followed = Followed::new(Side::Caller);
    followed.frame(ms(0), 7);
    followed.poll(ms(420));
    assert_eq!(followed.runs(), [(7, FRAME)]);
    (421..=1420).for_each(|at| followed.poll(ms(at)));
    assert_eq!(followed.runs(), [(7, FRAME), (0, 1000 * 8)]);
}

#[test]
fn the_length_of_a_stall_is_taken_from_the_next_silence() {
    let mut followed = Followed::new(Side::Caller);
    followed.frame(ms(0), 1);
    (20..1000).step_by(20).for_each(|at| followed.poll(ms(at)));
    // 580 ms of silence are out when 980 ms of audio come.
    (0..49).for_each(|_| followed.frame(ms(1000), 2));
    (1020..3020).step_by(20).for_each(|at| followed.poll(ms(at)));
    let total = samples(&followed.out).len();
    assert_eq!(followed.runs()[2], (2, 49 * FRAME));
    assert_eq!(total, (3000 - 400) * 8);
}

#[test]
fn what_the_app_pauses_is_silence_at_once() {
    let mut followed = Followed::new(Side::App);
    followed.frame(ms(0), 1);
    followed.frame(ms(220), 2);
    assert_eq!(followed.runs(), [(1, FRAME), (0, 200 * 8), (2, FRAME)]);
}

#[test]
fn what_was_lost_is_silence() {
    let mut followed = Followed::new(Side::Caller);
    followed.frame(ms(0), 1);
    followed.follower.handle_loss();
    followed.frame(ms(60), 2);
    assert_eq!(followed.runs(), [(1, FRAME), (0, 40 * 8), (2, FRAME)]);
}
