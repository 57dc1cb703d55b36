//! Levels in dB, and what else than the tone is there.

use std::f64::consts::TAU;

/// A sine fitted to samples.
pub struct Fit {
    /// Its amplitude, 1 being full scale.
    pub amplitude: f64,
    /// Its power over that of all the rest, in dB.
    pub snr: f64,
}

/// Fits a sine of so many Hz, by least squares.
pub fn fit(samples: &[f32], hz: f64, rate: u32) -> Fit {
    let step = TAU * hz / f64::from(rate);
    let (mut ss, mut cc, mut sc, mut xs, mut xc) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let (s, c) = (step * n as f64).sin_cos();
        let x = f64::from(*sample);
        (ss, cc, sc, xs, xc) = (ss + s * s, cc + c * c, sc + s * c, xs + x * s, xc + x * c);
    }
    let by = ss * cc - sc * sc;
    let (a, b) = ((xs * cc - xc * sc) / by, (xc * ss - xs * sc) / by);
    let rest: f64 = samples
        .iter()
        .enumerate()
        .map(|(n, sample)| {
            let (s, c) = (step * n as f64).sin_cos();
            (f64::from(*sample) - a * s - b * c).powi(2)
        })
        .sum();
    let power = (a * a + b * b) / 2.0;
    Fit {
        amplitude: (2.0 * power).sqrt(),
        snr: 10.0 * (power * samples.len() as f64 / rest).log10(),
    }
}

/// The root mean square.
pub fn rms(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (sum / samples.len().max(1) as f64).sqrt()
}

/// A ratio of amplitudes in dB.
pub fn db(ratio: f64) -> f64 {
    20.0 * ratio.log10()
}

/// The middle half: without what starts and ends.
pub fn middle(samples: &[f32]) -> &[f32] {
    &samples[samples.len() / 4..samples.len() * 3 / 4]
}
