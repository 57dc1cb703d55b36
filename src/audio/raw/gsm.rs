//! GSM 06.10 full rate, decoding only: bit for bit what the standard's fixed-point arithmetic
//! gives. Names and steps are those of ETSI EN 300 961, section 5.3.

use crate::audio::{AudioError, sample};

/// Bytes of a frame: 4 bits of mark, 76 parameters.
pub(super) const FRAME_BYTES: usize = 33;

/// Samples of a frame, at 8 kHz.
pub(super) const FRAME_SAMPLES: usize = 160;

/// What a frame leaves for the next.
pub(super) struct Decoder {
    /// The last 120 samples of the reconstructed residual, then the 40 of the current part.
    residual: [i16; HISTORY + PART],
    /// The last valid lag.
    lag: usize,
    /// The log-area ratios of the frame before.
    ratios: [i16; 8],
    /// The lattice's memory.
    lattice: [i16; 9],
    /// The de-emphasis filter's memory.
    emphasis: i16,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            residual: [0; HISTORY + PART],
            lag: PART,
            ratios: [0; 8],
            lattice: [0; 9],
            emphasis: 0,
        }
    }
}

impl Decoder {
    /// Appends the samples of a frame.
    ///
    /// Errors: what has not the mark of a frame is none.
    pub(super) fn decode(&mut self, frame: &[u8], out: &mut Vec<f32>) -> Result<(), AudioError> {
        let mut bits = Bits { bytes: frame, at: 0 };
        if bits.take(4) != MARK {
            return Err(AudioError::corrupt("a GSM frame without its mark"));
        }
        let coded = [6, 6, 5, 5, 4, 4, 3, 3].map(|width| bits.take(width));
        let mut samples = [0; FRAME_SAMPLES];
        for part in samples.chunks_exact_mut(PART) {
            let excitation = excitation(&mut bits, |lag| self.choose_lag(lag));
            part.copy_from_slice(&self.long_term(&excitation));
        }
        self.short_term(decode_ratios(coded), &mut samples);
        out.extend(samples.map(|value| sample::from_i16(self.deemphasize(value))));
        Ok(())
    }

    fn choose_lag(&mut self, lag: usize) -> usize {
        if (PART..=HISTORY).contains(&lag) {
            self.lag = lag;
        }
        self.lag
    }

    /// Adds what the sound was one lag ago.
    fn long_term(&mut self, excitation: &Excitation) -> [i16; PART] {
        let (past, now) = self.residual.split_at_mut(HISTORY);
        let from = past.get(HISTORY - excitation.lag..).unwrap_or_default();
        let mut part = [0; PART];
        for ((sum, pulse), before) in part.iter_mut().zip(excitation.pulses).zip(from) {
            *sum = pulse.saturating_add(round_multiply(excitation.gain, *before));
        }
        now.copy_from_slice(&part);
        self.residual.copy_within(PART.., 0);
        part
    }

    /// Shapes the residual by the throat's reflections, which move from the last frame's to this
    /// one's over the first 40 samples.
    fn short_term(&mut self, ratios: [i16; 8], samples: &mut [i16; FRAME_SAMPLES]) {
        let before = std::mem::replace(&mut self.ratios, ratios);
        let between = |mix: Mix| {
            let mut mixed = ratios;
            mixed.iter_mut().zip(before).for_each(|(now, old)| *now = mix(old, *now));
            mixed.map(reflection)
        };
        let steps: [(usize, Mix); 4] = [
            (13, |old, now| (old >> 2).saturating_add(now >> 2).saturating_add(old >> 1)),
            (14, |old, now| (old >> 1).saturating_add(now >> 1)),
            (13, |old, now| (old >> 2).saturating_add(now >> 2).saturating_add(now >> 1)),
            (120, |_, now| now),
        ];
        let mut samples = samples.iter_mut();
        for (count, mix) in steps {
            let reflections = between(mix);
            samples.by_ref().take(count).for_each(|s| *s = self.reflect(&reflections, *s));
        }
    }

    fn reflect(&mut self, reflections: &[i16; 8], residual: i16) -> i16 {
        let mut sum = residual;
        for (stage, reflection) in reflections.iter().enumerate().rev() {
            if let Some([here, next]) = self.lattice.get_mut(stage..stage + 2) {
                sum = sum.saturating_sub(round_multiply(*reflection, *here));
                *next = here.saturating_add(round_multiply(*reflection, sum));
            }
        }
        self.lattice[0] = sum;
        sum
    }

    fn deemphasize(&mut self, value: i16) -> i16 {
        self.emphasis = value.saturating_add(round_multiply(self.emphasis, DEEMPHASIS));
        self.emphasis.saturating_add(self.emphasis) & !7
    }
}

/// How the last frame's ratio and this one's make one in between.
type Mix = fn(i16, i16) -> i16;

/// A quarter of a frame, before the filters.
struct Excitation {
    lag: usize,
    gain: i16,
    pulses: [i16; PART],
}

/// Every third place has a pulse: 13 of them, of 3 bits each, with a common size.
fn excitation(bits: &mut Bits<'_>, choose: impl FnOnce(usize) -> usize) -> Excitation {
    let lag = choose(usize::from(bits.take(7)));
    let gain = LAG_GAINS[usize::from(bits.take(2))];
    let offset = usize::from(bits.take(2));
    let (factor, shift) = pulse_size(bits.take(6));
    let half = if shift > 0 { 1 << (shift - 1) } else { 0 };
    let mut pulses = [0; PART];
    for pulse in pulses.iter_mut().skip(offset).step_by(3).take(13) {
        let coded = (bits.take(3) as i16 * 2 - 7) << 12;
        *pulse = round_multiply(factor, coded).saturating_add(half) >> shift;
    }
    Excitation { lag, gain, pulses }
}

/// The size of the pulses: a factor, and how far the product is shifted down.
fn pulse_size(coded: u16) -> (i16, u32) {
    let mut exponent = if coded > 15 { i32::from(coded >> 3) - 1 } else { 0 };
    let mut mantissa = i32::from(coded) - (exponent << 3);
    if mantissa == 0 {
        (exponent, mantissa) = (-4, 7);
    } else {
        while mantissa <= 7 {
            mantissa = mantissa << 1 | 1;
            exponent -= 1;
        }
        mantissa -= 8;
    }
    (PULSE_FACTORS[mantissa as usize & 7], (6 - exponent) as u32)
}

fn decode_ratios(coded: [u16; 8]) -> [i16; 8] {
    let mut ratios = [0; 8];
    for ((ratio, coded), (offset, least, scale)) in ratios.iter_mut().zip(coded).zip(RATIO_CODES) {
        let spread = (coded as i16 + least) << 10;
        let value = round_multiply(scale, spread.saturating_sub(offset << 1));
        *ratio = value.saturating_add(value);
    }
    ratios
}

/// The reflection coefficient of a log-area ratio.
fn reflection(ratio: i16) -> i16 {
    let size = ratio.saturating_abs();
    let value = match size {
        ..11_059 => size << 1,
        11_059..20_070 => size + 11_059,
        _ => (size >> 2).saturating_add(26_112),
    };
    if ratio < 0 { -value } else { value }
}

/// The product of two fractions, rounded.
fn round_multiply(a: i16, b: i16) -> i16 {
    let product = (i32::from(a) * i32::from(b) + 16_384) >> 15;
    product.min(i32::from(i16::MAX)) as i16
}

/// Reads bits, the highest first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> u16 {
        let mut value = 0;
        for at in self.at..self.at + count {
            let byte = self.bytes.get(at / 8).copied().unwrap_or_default();
            value = value << 1 | u16::from(byte >> (7 - at % 8) & 1);
        }
        self.at += count;
        value
    }
}

const MARK: u16 = 0xd;
const PART: usize = 40;
const HISTORY: usize = 120;
const DEEMPHASIS: i16 = 28_180;
const LAG_GAINS: [i16; 4] = [3_277, 11_469, 21_299, 32_767];
const PULSE_FACTORS: [i16; 8] = [18_431, 20_479, 22_527, 24_575, 26_623, 28_671, 30_719, 32_767];
const RATIO_CODES: [(i16, i16, i16); 8] = [
    (0, -32, 13_107),
    (0, -32, 13_107),
    (2_048, -16, 13_107),
    (-2_560, -16, 13_107),
    (94, -8, 19_223),
    (-1_792, -8, 17_476),
    (-341, -4, 31_454),
    (-1_144, -4, 29_708),
];
