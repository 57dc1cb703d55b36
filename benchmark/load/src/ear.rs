//! One caller's ear for a play, and what many ears have heard.

use crate::clock::MILLISECOND;
use crate::json::Object;
use crate::samples::Samples;
use crate::stamp::is_silence;

const FRAME: u64 = 20 * MILLISECOND;
const BYTES_A_SAMPLE: usize = 2;

/// Each sample of a numbered play is its frame's number, counted from 1.
pub struct Ear {
    dialled: u64,
    frames: u32,
    numbered: bool,
    /// Number and time of the first frame and of the last so far.
    first: Option<(u32, u64)>,
    last: (u32, u64),
    heard: u32,
    corrupt: u32,
    deviations: Vec<u64>,
    longest_gap: u64,
    /// Whether the play's last frame has come.
    pub done: bool,
}

impl Ear {
    pub fn new(dialled: u64, frames: u32, numbered: bool) -> Self {
        Self {
            dialled,
            frames,
            numbered,
            first: None,
            last: (0, 0),
            heard: 0,
            corrupt: 0,
            deviations: Vec::with_capacity(frames as usize),
            longest_gap: 0,
            done: false,
        }
    }

    pub fn hear(&mut self, at: u64, payload: &[u8]) {
        if is_silence(payload) {
            return;
        }
        let number = if self.numbered { number(payload) } else { Some(self.last.0 + 1) };
        let Some(number) = number.filter(|number| (self.last.0 + 1..=self.frames).contains(number))
        else {
            self.corrupt += 1;
            return;
        };
        let (first, begin) = *self.first.get_or_insert((number, at));
        let due = begin + u64::from(number - first) * FRAME;
        self.deviations.push(at.abs_diff(due));
        if self.heard > 0 {
            self.longest_gap = self.longest_gap.max(at.saturating_sub(self.last.1));
        }
        self.last = (number, at);
        self.heard += 1;
        self.done = number == self.frames;
    }

    /// By how much the play was longer than it should be, as a share; negative where it was shorter.
    fn error(&self) -> Option<f64> {
        let (first, begin) = self.first.filter(|&(first, _)| first < self.last.0)?;
        let due = u64::from(self.last.0 - first) * FRAME;
        Some((self.last.1 - begin) as f64 / due as f64 - 1.0)
    }
}

#[derive(Default)]
pub struct Heard {
    calls: u32,
    complete: u32,
    frames: u32,
    missing: u32,
    corrupt: u32,
    longest_gap: u64,
    deviations: Samples,
    first: Samples,
    errors: Vec<f64>,
}

impl Heard {
    pub fn add(&mut self, ear: Ear) {
        self.calls += 1;
        self.complete += u32::from(ear.done);
        self.frames += ear.heard;
        self.missing += ear.frames - ear.heard;
        self.corrupt += ear.corrupt;
        self.longest_gap = self.longest_gap.max(ear.longest_gap);
        self.errors.extend(ear.error());
        if let Some((_, at)) = ear.first {
            self.first.push(at.saturating_sub(ear.dialled));
        }
        ear.deviations.into_iter().for_each(|deviation| self.deviations.push(deviation));
    }

    pub fn result(self) -> Object {
        let mean = self.errors.iter().sum::<f64>() / self.errors.len() as f64;
        let worst = self.errors.iter().fold(0.0, |worst: f64, error| worst.max(error.abs()));
        Object::default()
            .number("calls", f64::from(self.calls))
            .number("complete", f64::from(self.complete))
            .number("frames", f64::from(self.frames))
            .number("missing", f64::from(self.missing))
            .number("corrupt", f64::from(self.corrupt))
            .number("errorPercent", mean * 100.0)
            .number("worstErrorPercent", worst * 100.0)
            .number("longestGap", self.longest_gap as f64 / MILLISECOND as f64)
            .object("deviation", self.deviations.summary())
            .object("first", self.first.summary())
    }
}

/// The number that all samples of a frame are.
fn number(payload: &[u8]) -> Option<u32> {
    let first = payload.first_chunk::<BYTES_A_SAMPLE>()?;
    let same = payload.chunks(BYTES_A_SAMPLE).all(|sample| sample == first);
    same.then(|| u32::from(u16::from_le_bytes(*first)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(number: u16) -> Vec<u8> {
        number.to_le_bytes().repeat(160)
    }

    #[test]
    fn a_frame_is_measured_against_the_grid_of_its_number() {
        let mut ear = Ear::new(0, 4, true);
        ear.hear(5 * MILLISECOND, &frame(0));
        ear.hear(10 * MILLISECOND, &frame(1));
        ear.hear(31 * MILLISECOND, &frame(2));
        ear.hear(69 * MILLISECOND, &frame(4));
        ear.hear(70 * MILLISECOND, &frame(4));
        assert_eq!(ear.deviations, [0, MILLISECOND, MILLISECOND]);
        assert_eq!((ear.heard, ear.corrupt, ear.done), (3, 1, true));
    }
}
