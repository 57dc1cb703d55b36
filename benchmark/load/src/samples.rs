//! Many durations and what they amount to.

use crate::clock::{MICROSECOND, milliseconds};
use crate::json::Object;

#[derive(Default)]
pub struct Samples(Vec<u64>);

impl Samples {
    /// Room for `count`, so that none is made while something is measured.
    pub fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    pub fn push(&mut self, nanoseconds: u64) {
        self.0.push(nanoseconds);
    }

    /// p50, p90, p99 and the longest in milliseconds, and how many are in each class of length.
    pub fn summary(mut self) -> Object {
        self.0.sort_unstable();
        Object::default()
            .number("count", self.0.len() as f64)
            .number("p50", self.at(0.5))
            .number("p90", self.at(0.9))
            .number("p99", self.at(0.99))
            .number("max", self.0.last().map_or(f64::NAN, |&last| milliseconds(last)))
            .pairs("hist", self.classes())
    }

    fn at(&self, share: f64) -> f64 {
        let index = (self.0.len() as f64 * share) as usize;
        self.0.get(index).map_or(f64::NAN, |&sample| milliseconds(sample))
    }

    /// Upper end in milliseconds and count of each class that is not empty, four to an octave.
    fn classes(&self) -> Vec<(f64, f64)> {
        let mut classes: Vec<(f64, f64)> = Vec::new();
        for &sample in &self.0 {
            let microseconds = (sample as f64 / MICROSECOND as f64).max(1.0);
            let end = ((microseconds.log2() * 4.0).ceil() / 4.0).exp2() / 1000.0;
            match classes.last_mut() {
                Some((last, count)) if *last == end => *count += 1.0,
                _ => classes.push((end, 1.0)),
            }
        }
        classes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_of_all_samples_in_any_order() {
        let mut samples = Samples::default();
        (1..=100).rev().for_each(|count| samples.push(count * 1_000_000));
        let text = samples.summary().to_string();
        let expected = "\"count\":100,\"p50\":51,\"p90\":91,\"p99\":100,\"max\":100";
        assert!(text.contains(expected), "{text}");
    }
}
