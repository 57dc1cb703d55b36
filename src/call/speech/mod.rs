//! When the peer speaks.
//!
//! ```text
//!  pcm --> Meter --10 ms blocks--> Gate --loud?--> Turn --> SpeechEvent
//!    \                               |               ^
//!     +--> Voice (VAD only) <--open?-+--speech?------+
//! ```
//!
//! [`Meter`] measures how loud each block is and where in it sound begins and ends, [`Gate`] knows
//! how loud the background is, [`Voice`] asks a neural network whether it is speech, and [`Turn`]
//! decides when that is the start or the end of a turn. Time is counted in samples: what is heard
//! late or at once gives the same events.
//!
//! Where a start is to stop what is being played, its delay counts most: sound that goes on is told
//! of at the end of the block in which it has lasted for [`SpeechOptions::min_speech`]. In frames
//! of 20 ms that is at most `min_speech` + 20 ms after its first sample. The network mostly
//! recognises speech in 30 to 100 ms, while `min_speech` passes, and so adds nothing to that.

mod gate;
mod meter;
mod turn;
mod voice;
mod wideband;

use std::time::Duration;

use self::gate::Gate;
use self::meter::Meter;
use self::turn::Turn;
use self::voice::Voice;
use crate::protocol::SampleRate;

/// What tells speech from the rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Detector {
    /// Sound that stands out from the background. It costs least, and takes any sound for speech
    /// that lasts long enough: ringing, music, a dog.
    Energy {
        /// How far above the background, in dB. 10 by default: less hears softer speech in noise,
        /// and more of the noise.
        above_noise: f32,
    },
    /// Sound that stands out from the background, by 6 dB, and that a neural network takes for
    /// speech: not noise or a single tone, but some music and keys (DTMF). While there is sound, it
    /// costs ten to twenty times as much.
    Vad {
        /// The probability of speech, 0 to 1, from which on it counts. 0.5 by default.
        probability: f32,
    },
}

impl Detector {
    /// The energy detector with its default threshold.
    pub const ENERGY: Self = Self::Energy { above_noise: 10.0 };
    /// The neural network with its default threshold.
    pub const VAD: Self = Self::Vad { probability: 0.5 };
}

/// When sound is speech, and speech is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpeechOptions {
    pub detector: Detector,
    /// Softer sound is never speech: its level in dB, 0 being that of a square wave of full scale
    /// (dBov of ITU-T G.100.1). -50 by default: comfort noise is softer, a soft caller louder.
    pub min_level: f32,
    /// Shorter sound is not speech. 100 ms by default: longer ignores longer coughs, and delays
    /// [`SpeechEvent::Start`] by as much.
    pub min_speech: Duration,
    /// A shorter pause does not end speech. 500 ms by default: shorter answers faster, and
    /// interrupts those who think while they speak.
    pub min_silence: Duration,
}

impl Default for SpeechOptions {
    fn default() -> Self {
        Self {
            detector: Detector::ENERGY,
            min_level: -50.0,
            min_speech: Duration::from_millis(100),
            min_silence: Duration::from_millis(500),
        }
    }
}

/// A change in whether the peer speaks. Times are those of the audio, from its first sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpeechEvent {
    /// The peer has been speaking since `at`.
    Start { at: Duration },
    /// The peer stopped at `at`, and spoke for `lasted` before that, short pauses included.
    End { at: Duration, lasted: Duration },
}

/// Listens to one call for speech. It keeps 300 bytes, or 9 KB with the neural network, however
/// long it listens, and allocates nothing once made.
#[derive(Debug)]
pub struct Speech {
    meter: Meter,
    gate: Gate,
    voice: Option<Box<Voice>>,
    turn: Turn,
}

impl Speech {
    /// One that has heard nothing. A threshold that is not a number is never passed.
    pub fn new(options: SpeechOptions) -> Self {
        let (above_noise, voice) = match options.detector {
            Detector::Energy { above_noise } => (above_noise, None),
            Detector::Vad { probability } => {
                (voice::ABOVE_NOISE, Some(Box::new(Voice::new(probability))))
            }
        };
        let gate = Gate::new(above_noise, options.min_level);
        Self {
            meter: Meter::new(SampleRate::NARROWBAND, gate.threshold()),
            gate,
            voice,
            turn: Turn::new(options.min_speech, options.min_silence),
        }
    }

    /// Whether the peer is speaking.
    pub fn is_speaking(&self) -> bool {
        self.turn.is_speaking()
    }

    /// Takes the next audio of the call, of any length and rate, and tells `heard` what it brings:
    /// in a frame of 20 ms that is rarely anything and, with the default options, at most one
    /// event. Half a sample at the end is ignored.
    pub fn handle_audio(
        &mut self,
        rate: SampleRate,
        mut pcm: &[u8],
        heard: &mut impl FnMut(SpeechEvent),
    ) {
        self.meter.set_rate(rate);
        while pcm.len() >= 2 {
            let wanted = (self.meter.samples_to_come() * 2).min(pcm.len() & !1);
            let (piece, rest) = pcm.split_at(wanted);
            pcm = rest;
            if let Some(voice) = &mut self.voice {
                voice.handle_audio(rate, piece);
            }
            if let Some(event) = self.handle_piece(piece) {
                heard(event);
            }
        }
    }

    fn handle_piece(&mut self, piece: &[u8]) -> Option<SpeechEvent> {
        let block = self.meter.handle_audio(piece)?;
        let loud = block.loud.is_some();
        let is_voice = match &mut self.voice {
            Some(voice) => voice.handle_block(loud),
            None => true,
        };
        let event = self.turn.handle_block(&block, is_voice);
        self.gate.handle_block(block.power, self.turn.is_speaking());
        self.meter.set_threshold(self.gate.threshold());
        event
    }
}
