//! A side's audio at the recording's rate, whatever it comes at.

use crate::audio::Resampler;
use crate::protocol::SampleRate;

/// Changes the rate of one stream of 16-bit little-endian mono audio.
pub trait Convert: Send {
    /// Takes a piece and appends what follows from it.
    fn convert(&mut self, pcm: &[u8], out: &mut Vec<u8>);

    /// Appends what was held back, as if silence followed, and starts over.
    fn finish(&mut self, out: &mut Vec<u8>);
}

/// Makes a converter from one rate to another. `None` where it cannot: that audio is then silence
/// in the recording.
pub type MakeConvert = fn(from: SampleRate, to: SampleRate) -> Option<Box<dyn Convert>>;

/// The converter to use where no other is wanted: band-limited, and adding no delay.
pub fn resample(from: SampleRate, to: SampleRate) -> Option<Box<dyn Convert>> {
    let resampler = Resampler::aligned(from.hz(), to.hz()).ok()?;
    Some(Box::new(resampler))
}

impl Convert for Resampler {
    fn convert(&mut self, pcm: &[u8], out: &mut Vec<u8>) {
        self.process_pcm(pcm, out);
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        self.finish_pcm(out);
    }
}

/// Brings one side's frames to one rate.
pub(super) struct Input {
    to: SampleRate,
    make: MakeConvert,
    /// The rate that comes now, and what converts it.
    current: Option<(SampleRate, Box<dyn Convert>)>,
    converted: Vec<u8>,
}

impl Input {
    pub fn new(to: SampleRate, make: MakeConvert) -> Self {
        Self { to, make, current: None, converted: Vec::new() }
    }

    /// A frame that follows the one before: appends its samples. False if nothing converts it.
    pub fn convert(&mut self, rate: SampleRate, pcm: &[u8], out: &mut Vec<i16>) -> bool {
        if self.current.as_ref().is_some_and(|(from, _)| *from != rate) {
            self.finish(out);
            self.current = None;
        }
        if rate == self.to {
            out.extend(samples(pcm));
            return true;
        }
        if self.current.is_none() {
            self.current = (self.make)(rate, self.to).map(|converter| (rate, converter));
        }
        let Some((_, converter)) = &mut self.current else {
            return false;
        };
        self.converted.clear();
        converter.convert(pcm, &mut self.converted);
        out.extend(samples(&self.converted));
        true
    }

    /// A gap follows: appends the end of what came before it.
    pub fn finish(&mut self, out: &mut Vec<i16>) {
        if let Some((_, converter)) = &mut self.current {
            self.converted.clear();
            converter.finish(&mut self.converted);
            out.extend(samples(&self.converted));
        }
    }
}

fn samples(pcm: &[u8]) -> impl Iterator<Item = i16> + '_ {
    pcm.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
}
