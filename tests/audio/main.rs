//! Sound: what every format decodes to, how well rates are changed, what broken files do.

mod figures;
mod formats;
mod hostile;
mod memory;
mod mp4;
mod pipeline;
mod recognition;
mod resampling;
mod support;
