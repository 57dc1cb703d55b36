//! Decoding a file for the cache, beside those who play it.

use super::{Place, open_pipeline};
use crate::audio::{AudioError, Pipeline};

/// What is decoded at once, so that plays need not wait for it.
const STEP_BYTES: usize = 32 * 1024;

/// A file being decoded for the cache.
pub struct Filling {
    place: Place,
    /// None before the first step.
    pipeline: Option<Box<Pipeline>>,
    /// What there is so far. Room was taken for it.
    pcm: Vec<u8>,
    /// It is broken, or too long to be kept.
    is_in_vain: bool,
}

impl Filling {
    pub(super) fn new(place: Place) -> Self {
        Self { place, pipeline: None, pcm: Vec::new(), is_in_vain: false }
    }

    /// Decodes the next two seconds or so. False when there is nothing more to do.
    pub fn step(&mut self) -> bool {
        let from = self.pcm.len();
        let decoded = self.read();
        self.is_in_vain = decoded.is_err() || self.pcm.len() > self.place.cache.longest();
        if self.is_in_vain || !self.place.cache.reserve(self.pcm.len() - from) {
            self.pcm.truncate(from);
            return false;
        }
        let more = matches!(decoded, Ok(true));
        if !more {
            self.place.cache.keep(&self.place.key, std::mem::take(&mut self.pcm));
        }
        more
    }

    fn read(&mut self) -> Result<bool, AudioError> {
        let Place { key, options, .. } = &self.place;
        let pipeline = match self.pipeline.take() {
            Some(pipeline) => pipeline,
            None => open_pipeline(key.path.clone(), key.raw, key.to_hz, *options)?,
        };
        self.pipeline.insert(pipeline).read(STEP_BYTES, &mut self.pcm)
    }
}

impl Drop for Filling {
    /// What is not kept gives its room back. What is in vain stays marked, and is not tried again.
    fn drop(&mut self) {
        self.place.cache.give_back(&self.place.key, self.pcm.len(), self.is_in_vain);
    }
}
