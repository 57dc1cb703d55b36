//! How loud the background is, and what stands out from it.

/// The power of a square wave of full scale, 0 dBov.
const FULL_SCALE: f64 = 32_768.0 * 32_768.0;

/// A step of 16 bits: digital silence is never loud, whatever the options.
const MIN_POWER: f64 = 1.0;

/// How much softer, in power, sound may get while there is speech: 3 dB.
const HYSTERESIS: f64 = 0.5;

/// Blocks of 10 ms in a span, and spans that are remembered: together the two seconds after which
/// sound that holds still is background. Speech does not: syllables end.
const SPAN: u32 = 20;
const SPANS: usize = 10;

/// Opens for sound that is loud enough.
#[derive(Debug)]
pub(super) struct Gate {
    background: Background,
    above_noise: f64,
    min_power: f64,
    is_speaking: bool,
}

impl Gate {
    /// One for sound this many dB above the background, and at least of this level in dBov.
    pub fn new(above_noise: f32, min_level: f32) -> Self {
        Self {
            background: Background::default(),
            above_noise: power(above_noise),
            min_power: (power(min_level) * FULL_SCALE).clamp(MIN_POWER, f64::MAX),
            is_speaking: false,
        }
    }

    /// Takes the power of the next block, and whether there is speech now.
    pub fn handle_block(&mut self, power: f64, is_speaking: bool) {
        self.background.handle_block(power);
        self.is_speaking = is_speaking;
    }

    /// The power from which on the next block is loud. It is not a number if an option is none.
    pub fn threshold(&self) -> f64 {
        let above = self.background.power * self.above_noise;
        let threshold =
            if above > self.min_power || above.is_nan() { above } else { self.min_power };
        if self.is_speaking { threshold * HYSTERESIS } else { threshold }
    }
}

fn power(decibels: f32) -> f64 {
    10f64.powf(f64::from(decibels) / 10.0)
}

/// The power of the background: the least of the smoothed powers of the last two seconds. After
/// R. Martin, "Noise power spectral density estimation based on optimal smoothing and minimum
/// statistics", IEEE Trans. Speech and Audio Processing 9(5), 2001; in one band, and without its
/// bias compensation, as with this smoothing the least is less than 1 dB below the mean.
///
/// It falls at once and rises after two seconds; at the start of a call it is nothing, so that a
/// caller who speaks at once is heard.
#[derive(Debug, Default)]
struct Background {
    power: f64,
    smoothed: f64,
    /// The least of the span under way, and how many blocks it has had.
    least: f64,
    blocks: u32,
    /// The least of each span before.
    spans: [f64; SPANS],
    oldest: usize,
}

impl Background {
    fn handle_block(&mut self, power: f64) {
        self.smoothed += (power - self.smoothed) / 4.0;
        self.least = self.least.min(self.smoothed);
        self.power = self.power.min(self.least);
        self.blocks += 1;
        if self.blocks == SPAN {
            self.blocks = 0;
            self.spans[self.oldest] = self.least;
            self.oldest = (self.oldest + 1) % SPANS;
            self.least = self.smoothed;
            self.power = self.spans.iter().copied().fold(f64::INFINITY, f64::min);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn threshold_db(gate: &Gate) -> f64 {
        10.0 * (gate.threshold() / FULL_SCALE).log10()
    }

    fn hear(gate: &mut Gate, level: f64, blocks: u32) {
        (0..blocks).for_each(|_| gate.handle_block(10f64.powf(level / 10.0) * FULL_SCALE, false));
    }

    #[test]
    fn the_threshold_follows_a_louder_background_after_two_seconds_and_a_softer_one_at_once() {
        let mut gate = Gate::new(12.0, -50.0);
        assert!((threshold_db(&gate) + 50.0).abs() < 0.01);
        hear(&mut gate, -40.0, 200);
        assert!((threshold_db(&gate) + 50.0).abs() < 0.01);
        hear(&mut gate, -40.0, 40);
        assert!((threshold_db(&gate) + 28.0).abs() < 0.1);
        hear(&mut gate, -70.0, 10);
        assert!((threshold_db(&gate) + 40.5).abs() < 0.1);
        hear(&mut gate, -70.0, 9);
        assert!((threshold_db(&gate) + 50.0).abs() < 0.01);
    }

    #[test]
    fn speech_may_be_three_decibels_softer_than_its_start() {
        let mut gate = Gate::new(12.0, -50.0);
        gate.handle_block(0.0, true);
        assert!((threshold_db(&gate) + 53.0).abs() < 0.02);
    }

    #[test]
    fn digital_silence_is_below_every_threshold() {
        let mut gate = Gate::new(f32::NEG_INFINITY, f32::NEG_INFINITY);
        hear(&mut gate, -200.0, 300);
        assert!(gate.threshold() > 0.0);
    }

    #[test]
    fn an_option_that_is_not_a_number_keeps_the_gate_shut() {
        for mut gate in [Gate::new(f32::NAN, -50.0), Gate::new(12.0, f32::NAN)] {
            hear(&mut gate, 0.0, 300);
            assert!(gate.threshold().is_nan());
        }
    }
}
