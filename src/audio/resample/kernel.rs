//! The weights of the resampling filter.

use std::f64::consts::PI;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::protocol::SampleRate;

/// The filter for one ratio of rates: a sinc, cut off below the lower rate's half and faded out
/// by a Kaiser window, in one row of weights for each place an output can have between two inputs.
#[derive(Debug)]
pub(super) struct Kernel {
    /// Outputs for every `down` inputs.
    pub(super) up: usize,
    pub(super) down: usize,
    /// From one output to the next: whole inputs, and the part of one in units of 1/`up`.
    pub(super) step: usize,
    pub(super) part_step: usize,
    taps: usize,
    rows: Rows,
    weights: Vec<f32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    /// Both rates are the same: one weight, 1.
    Copy,
    /// One row for each of `up` places.
    Exact,
    /// So many rows for more places than that; what lies between is interpolated.
    Between(usize),
}

impl Kernel {
    /// The kernel for two rates in Hz; the same one for all who ask while it is kept.
    pub(super) fn shared(from_hz: u32, to_hz: u32) -> Arc<Self> {
        let divisor = gcd(from_hz, to_hz);
        let (up, down) = ((to_hz / divisor) as usize, (from_hz / divisor) as usize);
        if let Some(place) = wire_place(from_hz, to_hz) {
            return Arc::clone(place.get_or_init(|| Arc::new(Self::new(up, down))));
        }
        let find = |kept: &[Arc<Self>]| {
            kept.iter().find(|kernel| (kernel.up, kernel.down) == (up, down)).map(Arc::clone)
        };
        if let Some(found) = find(&lock(&KEPT)) {
            return found;
        }
        // Made outside of the lock: nobody waits for another's ratio.
        let made = Arc::new(Self::new(up, down));
        let mut kept = lock(&KEPT);
        if let Some(found) = find(&kept) {
            return found;
        }
        if kept.len() == KEPT_MAX {
            kept.remove(0);
        }
        kept.push(Arc::clone(&made));
        made
    }

    /// Samples that one output is made of.
    pub(super) fn taps(&self) -> usize {
        self.taps
    }

    /// How many samples ahead of an output its window reaches.
    pub(super) fn reach(&self) -> usize {
        self.taps / 2
    }

    /// The sample `phase`/`up` after the middle of a window of [`taps`](Self::taps) samples.
    pub(super) fn weigh(&self, window: &[f32], phase: usize) -> f32 {
        match self.rows {
            Rows::Copy => window.first().copied().unwrap_or_default(),
            Rows::Exact => dot(window, self.row(phase)),
            Rows::Between(rows) => {
                let place = (phase * rows) as f64 / self.up as f64;
                let row = place as usize;
                let before = dot(window, self.row(row));
                let after = dot(window, self.row(row + 1));
                before + (after - before) * place.fract() as f32
            }
        }
    }

    fn new(up: usize, down: usize) -> Self {
        let (step, part_step) = (down / up, down % up);
        if up == down {
            let (taps, rows, weights) = (1, Rows::Copy, Vec::new());
            return Self { up, down, step, part_step, taps, rows, weights };
        }
        let stretch = (down as f64 / up as f64).max(1.0);
        let taps = (TAPS as f64 * stretch / LANES as f64).ceil() as usize * LANES;
        // The slower the filter moves from one input to the next, the fewer rows it takes.
        let enough = (ROWS_MAX as f64 / stretch).ceil() as usize;
        let (rows, count) = match up <= enough {
            true => (Rows::Exact, up),
            false => (Rows::Between(enough), enough),
        };
        let last = count + usize::from(rows != Rows::Exact);
        let mut weights = Vec::with_capacity(last * taps);
        for row in 0..last {
            push_row(&mut weights, taps, stretch, row as f64 / count as f64);
        }
        Self { up, down, step, part_step, taps, rows, weights }
    }

    fn row(&self, row: usize) -> &[f32] {
        self.weights.get(row * self.taps..(row + 1) * self.taps).unwrap_or_default()
    }
}

/// Appends the weights for an output `offset` (0 to 1) of a sample after the window's middle.
fn push_row(weights: &mut Vec<f32>, taps: usize, stretch: f64, offset: f64) {
    let reach = (taps / 2) as f64;
    let cutoff = CUTOFF / stretch;
    let start = weights.len();
    let mut sum = 0.0;
    for tap in 0..taps {
        let distance = tap as f64 - (reach - 1.0) - offset;
        let weight = sinc(cutoff * distance) * kaiser(distance / reach);
        sum += weight;
        weights.push(weight as f32);
    }
    for weight in weights.iter_mut().skip(start) {
        *weight = (f64::from(*weight) / sum) as f32;
    }
}

/// The sum of products. Written as it is for the vectors that the compiler makes of it: with
/// arrays for the slices, or the last sums in another order, it takes twice as long.
fn dot(window: &[f32], row: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    for (values, weights) in window.chunks_exact(LANES).zip(row.chunks_exact(LANES)) {
        for track in 0..LANES {
            sums[track] += values[track] * weights[track];
        }
    }
    sums.iter().sum()
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// The Kaiser window at -1 to 1.
fn kaiser(x: f64) -> f64 {
    bessel(KAISER_BETA * (1.0 - x * x).max(0.0).sqrt()) / bessel(KAISER_BETA)
}

/// The modified Bessel function of the first kind and order zero, by its series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > sum * 1e-12 {
        term *= (x / 2.0 / k).powi(2);
        sum += term;
        k += 1.0;
    }
    sum
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Where the kernel of two wire rates stays once it is made. Only who asks for the same pair while
/// it is made waits for it.
fn wire_place(from_hz: u32, to_hz: u32) -> Option<&'static OnceLock<Arc<Kernel>>> {
    let index = |hz| SampleRate::all().position(|rate| rate.hz() == hz);
    WIRE.get(index(from_hz)?)?.get(index(to_hz)?)
}

fn lock(kept: &Mutex<Vec<Arc<Kernel>>>) -> MutexGuard<'_, Vec<Arc<Kernel>>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The kernels of all pairs of wire rates, by [`SampleRate::all`]'s order: 3 MB when all are made.
static WIRE: [[OnceLock<Arc<Kernel>>; SampleRate::COUNT]; SampleRate::COUNT] =
    [const { [const { OnceLock::new() }; SampleRate::COUNT] }; SampleRate::COUNT];

/// The kernels of other pairs, which only files have.
static KEPT: Mutex<Vec<Arc<Kernel>>> = Mutex::new(Vec::new());

/// How many kernels of other pairs are kept, in use or not: each takes up to 170 KB and up to 3 ms to make.
const KEPT_MAX: usize = 16;

/// Samples of the lower rate that an output is made of. More sharpen the edge and add latency.
const TAPS: usize = 64;

/// Sums that run side by side; each row of weights is a multiple of it.
const LANES: usize = 8;

/// Rows beyond which interpolating between two of them errs by less than -100 dB.
const ROWS_MAX: usize = 512;

/// For 75 dB of attenuation.
const KAISER_BETA: f64 = 0.1102 * (75.0 - 8.7);

/// The middle of the filter's edge, in halves of the lower rate. The edge starts at 0.855 of that
/// (3,420 Hz at 8 kHz: all of a telephone's band passes) and ends at 1, so that nothing folds back.
const CUTOFF: f64 = 0.9275;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_of_wire_rates_stay_whatever_else_is_asked_for() {
        let wire: Vec<u32> = SampleRate::all().map(SampleRate::hz).collect();
        let pairs = || wire.iter().flat_map(|from| wire.iter().map(|to| (*from, *to)));
        let first: Vec<_> = pairs().map(|(from, to)| Kernel::shared(from, to)).collect();
        for odd in 0..2 * KEPT_MAX as u32 {
            Kernel::shared(8_000 + 7 * (odd + 1), 8_000);
        }
        for ((from, to), kernel) in pairs().zip(&first) {
            assert!(Arc::ptr_eq(kernel, &Kernel::shared(from, to)), "{from} to {to}");
        }
        assert_eq!(lock(&KEPT).len(), KEPT_MAX);
        let bytes: usize = first.iter().map(|kernel| 4 * kernel.weights.len()).sum();
        assert!(bytes < 4 << 20, "{bytes} bytes");
    }

    #[test]
    fn a_wire_pair_does_not_wait_for_who_holds_the_others() {
        let _held = lock(&KEPT);
        let (done, wait) = std::sync::mpsc::channel();
        std::thread::spawn(move || done.send(Kernel::shared(12_000, 96_000).taps()));
        assert!(wait.recv_timeout(std::time::Duration::from_secs(20)).is_ok());
    }
}
