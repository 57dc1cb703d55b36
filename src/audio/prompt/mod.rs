//! Files that are played often, decoded once.
//!
//! A short file's audio is kept as it comes out of its [`Pipeline`], under the file's path, size and
//! time of change and the way it is played, so that a changed file is decoded anew. Whoever plays it
//! first decodes what he needs; a [`Filling`] decodes all of it beside him, and all who play it go
//! over to that when it is there. All that is kept or being kept counts against one limit; the least
//! recently used goes first.

mod filling;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

pub use filling::Filling;

use super::{AudioError, Pipeline, PlayOptions, RawFormat, open_file};
use crate::sync::lock;

/// What one file may take: 65 s at 8 kHz. Longer ones are decoded each time.
const PROMPT_BYTES: usize = 1024 * 1024;

/// Files that may be marked as busy or not worth keeping. Beyond that all are tried again.
const MAX_BUSY: usize = 1024;

/// Decoded files, shared by all calls.
#[derive(Debug)]
pub struct PromptCache {
    limit: AtomicUsize,
    kept: Mutex<Kept>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// How well the cache does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PromptCacheStats {
    /// Plays that needed no decoding.
    pub hits: u64,
    /// Plays that did.
    pub misses: u64,
    /// Files that are kept.
    pub files: u64,
    /// What they take, and what those take that are being decoded.
    pub bytes: u64,
}

#[derive(Debug, Default)]
struct Kept {
    files: HashMap<Key, File>,
    /// What is being decoded, and what is not worth trying again.
    busy: HashSet<Key>,
    bytes: usize,
    /// Counts uses, to know which was the last.
    uses: u64,
}

#[derive(Debug)]
struct File {
    pcm: Arc<[u8]>,
    used: u64,
}

/// What makes the same audio.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    path: PathBuf,
    size: u64,
    changed: Option<SystemTime>,
    raw: Option<RawFormat>,
    to_hz: u32,
    gain: u32,
    start: std::time::Duration,
    duration: Option<std::time::Duration>,
}

/// A file being played: through a pipeline of its own, until the cache has it.
pub struct Prompt {
    from: From,
    /// Bytes that were read.
    at: usize,
    /// Where it is kept; none for what is not.
    kept: Option<Place>,
}

enum From {
    Pipeline(Box<Pipeline>),
    Cache(Arc<[u8]>),
}

#[derive(Clone)]
struct Place {
    cache: Arc<PromptCache>,
    key: Key,
    options: PlayOptions,
}

impl PromptCache {
    /// A cache of so many bytes; 0 keeps nothing.
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit: AtomicUsize::new(limit),
            kept: Mutex::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        })
    }

    /// Changes the limit. What is over it goes.
    pub fn set_limit(&self, limit: usize) {
        self.limit.store(limit, Ordering::Relaxed);
        let mut kept = lock(&self.kept);
        kept.make_room(0, limit);
        kept.busy.clear();
    }

    pub fn stats(&self) -> PromptCacheStats {
        let kept = lock(&self.kept);
        PromptCacheStats {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            files: kept.files.len() as u64,
            bytes: kept.bytes as u64,
        }
    }

    /// Opens a file, at the rate `to_hz` of a call.
    ///
    /// Errors: as [`open_file`].
    pub fn open(
        self: &Arc<Self>,
        path: &Path,
        raw: Option<RawFormat>,
        to_hz: u32,
        options: PlayOptions,
    ) -> Result<Prompt, AudioError> {
        let key = self.key(path, raw, to_hz, &options);
        let found = key.as_ref().and_then(|key| self.get(key));
        let from = match found {
            Some(pcm) => From::Cache(pcm),
            None => From::Pipeline(open_pipeline(path.to_owned(), raw, to_hz, options)?),
        };
        let kept = key.map(|key| Place { cache: Arc::clone(self), key, options });
        Ok(Prompt { from, at: 0, kept })
    }

    /// None for what is not kept: a loop, or a file that cannot be looked at.
    fn key(
        &self,
        path: &Path,
        raw: Option<RawFormat>,
        to_hz: u32,
        how: &PlayOptions,
    ) -> Option<Key> {
        if how.repeat != Some(1) || self.limit.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let file = std::fs::metadata(path).ok()?;
        Some(Key {
            path: path.to_owned(),
            size: file.len(),
            changed: file.modified().ok(),
            raw,
            to_hz,
            gain: how.gain_db.to_bits(),
            start: how.start,
            duration: how.duration,
        })
    }

    fn get(&self, key: &Key) -> Option<Arc<[u8]>> {
        let found = lock(&self.kept).get(key);
        let count = if found.is_some() { &self.hits } else { &self.misses };
        count.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// Takes room for a file that is being decoded. False if there is none.
    fn reserve(&self, bytes: usize) -> bool {
        let mut kept = lock(&self.kept);
        let fits = kept.make_room(bytes, self.limit.load(Ordering::Relaxed));
        if fits {
            kept.bytes += bytes;
        }
        fits
    }

    /// The most that one file may take.
    fn longest(&self) -> usize {
        PROMPT_BYTES.min(self.limit.load(Ordering::Relaxed))
    }

    /// A file is not decoded any more; what it took is given back.
    fn give_back(&self, key: &Key, bytes: usize, is_in_vain: bool) {
        let mut kept = lock(&self.kept);
        kept.bytes -= bytes;
        if !is_in_vain {
            kept.busy.remove(key);
        }
    }

    /// Keeps a file that room was taken for.
    fn keep(&self, key: &Key, pcm: Vec<u8>) {
        let mut kept = lock(&self.kept);
        kept.uses += 1;
        let file = File { pcm: pcm.into(), used: kept.uses };
        if let Some(same) = kept.files.insert(key.clone(), file) {
            kept.bytes -= same.pcm.len();
        }
    }
}

impl Kept {
    /// Marks what is going to be decoded. False if it is, was in vain, or is here.
    fn begin(&mut self, key: &Key) -> bool {
        if self.busy.len() >= MAX_BUSY {
            self.busy.clear();
        }
        !self.files.contains_key(key) && self.busy.insert(key.clone())
    }

    fn get(&mut self, key: &Key) -> Option<Arc<[u8]>> {
        self.uses += 1;
        let file = self.files.get_mut(key)?;
        file.used = self.uses;
        Some(Arc::clone(&file.pcm))
    }

    /// Lets go of what was used longest ago until so many bytes fit. False if they cannot.
    fn make_room(&mut self, bytes: usize, limit: usize) -> bool {
        while self.bytes + bytes > limit {
            let oldest = self.files.iter().min_by_key(|(_, file)| file.used);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else { return false };
            if let Some(file) = self.files.remove(&key) {
                self.bytes -= file.pcm.len();
            }
        }
        true
    }
}

impl Prompt {
    /// All of it is in memory, decoded.
    pub fn is_cached(&self) -> bool {
        matches!(self.from, From::Cache(_)) || self.cached().is_some()
    }

    /// What decodes the file for all who play it next, if nobody does yet.
    pub fn filling(&self) -> Option<Filling> {
        let place = self.kept.clone()?;
        let begun = lock(&place.cache.kept).begin(&place.key);
        begun.then(|| Filling::new(place))
    }

    /// As [`Pipeline::read`].
    pub fn read(&mut self, max: usize, out: &mut Vec<u8>) -> Result<bool, AudioError> {
        if let Some(pcm) = self.cached() {
            self.from = From::Cache(pcm);
        }
        let before = out.len();
        let more = match &mut self.from {
            From::Cache(pcm) => {
                let rest = pcm.get(self.at..).unwrap_or_default();
                let (now, later) = rest.split_at(rest.len().min(max & !1));
                out.extend_from_slice(now);
                !later.is_empty()
            }
            From::Pipeline(pipeline) => pipeline.read(max, out)?,
        };
        self.at += out.len() - before;
        Ok(more)
    }

    /// The file, if it has come into the cache since it was opened.
    fn cached(&self) -> Option<Arc<[u8]>> {
        match (&self.from, &self.kept) {
            (From::Pipeline(_), Some(Place { cache, key, .. })) => lock(&cache.kept).get(key),
            _ => None,
        }
    }
}

fn open_pipeline(
    path: PathBuf,
    raw: Option<RawFormat>,
    to_hz: u32,
    options: PlayOptions,
) -> Result<Box<Pipeline>, AudioError> {
    Pipeline::new(move || open_file(&path, raw, to_hz), to_hz, options).map(Box::new)
}
