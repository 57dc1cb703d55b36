//! Sound as samples: what is in a file, at which rate, how loud, and mixed. No sockets, no clock;
//! the only I/O is the bytes that are decoded.
//!
//! [`open_file`] makes a [`Source`] of a file, [`Pipeline`] makes of it what a call takes.
//! [`Resampler`] serves live audio as well. `docs/audio-formats.md` has the formats and figures.

mod decode;
mod detect;
mod error;
pub mod g711;
mod media;
mod mix;
mod mono;
mod mpeg;
mod open;
mod pipeline;
mod prompt;
mod raw;
mod resample;
mod riff;
mod sample;
mod source;

pub use error::AudioError;
pub use mix::{fade_out, mix_into};
pub use open::{Input, open_bytes, open_contained, open_file};
pub use pipeline::{Pipeline, PlayOptions};
pub use prompt::{Filling, Prompt, PromptCache, PromptCacheStats};
pub use raw::{Encoding, RawFormat};
pub use resample::Resampler;
pub use source::{SAMPLE_RATES, Source};
