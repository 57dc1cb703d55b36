//! The bytes that formats are read from: a file, memory or a stream; with bounds.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use symphonia::core::io::MediaSource;

use super::AudioError;

/// Bytes, the first of which can be looked at before they are read.
pub(super) struct Media {
    inner: Inner,
    /// The first bytes, as far as they were looked at. They stand before the rest of `inner`.
    head: Vec<u8>,
    /// Where the next byte is read, counted from the first that was not skipped.
    position: u64,
    watch: Arc<Watch>,
}

/// What a reader may take, and what went wrong below it; seen from outside the decoder.
pub(super) struct Watch {
    left: AtomicU64,
    failure: Mutex<Option<AudioError>>,
}

enum Inner {
    /// `origin` is where its first byte stands.
    Seekable {
        reader: Box<dyn ReadSeek>,
        origin: u64,
        length: u64,
    },
    Stream(Box<dyn Read + Send + Sync>),
}

trait ReadSeek: Read + Seek + Send + Sync {}
impl<T: Read + Seek + Send + Sync> ReadSeek for T {}

impl Media {
    /// Opens a file. Pipes, devices and directories are refused: reading one could take for ever.
    pub(super) fn file(path: &Path) -> Result<Self, AudioError> {
        let about = std::fs::metadata(path).map_err(|error| AudioError::io("open", &error))?;
        if !about.is_file() && !about.is_dir() {
            return Err(AudioError::NotAFile);
        }
        let file = File::open(path).map_err(|error| AudioError::io("open", &error))?;
        Ok(Self::new(Inner::Seekable { reader: Box::new(file), origin: 0, length: about.len() }))
    }

    /// Bytes that are all there.
    pub(super) fn memory(bytes: Bytes) -> Self {
        let length = bytes.len() as u64;
        let reader = Box::new(io::Cursor::new(bytes));
        Self::new(Inner::Seekable { reader, origin: 0, length })
    }

    /// Bytes that come when they come; reading them may wait.
    pub(super) fn stream(reader: Box<dyn Read + Send + Sync>) -> Self {
        Self::new(Inner::Stream(reader))
    }

    /// The watch over what is read.
    pub(super) fn watch(&self) -> Arc<Watch> {
        Arc::clone(&self.watch)
    }

    /// The first `count` bytes, or all where there are fewer. Reading goes on from the first.
    pub(super) fn peek(&mut self, count: usize) -> Result<&[u8], AudioError> {
        let had = self.head.len();
        if had < count {
            self.head.resize(count, 0);
            let read = self.fill(had);
            self.head.truncate(had + read.as_ref().copied().unwrap_or_default());
            read?;
        }
        Ok(self.head.get(..count.min(self.head.len())).unwrap_or_default())
    }

    /// Overwrites bytes that were looked at.
    pub(super) fn patch(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.head.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    /// Leaves out the next `count` bytes, before anything was read: what follows is the start.
    pub(super) fn leave_out(&mut self, count: u64) -> Result<(), AudioError> {
        let known = self.head.len() as u64;
        if count <= known {
            self.head.drain(..count as usize);
            if let Inner::Seekable { origin, .. } = &mut self.inner {
                *origin += count;
            }
            return Ok(());
        }
        self.head.clear();
        match &mut self.inner {
            Inner::Stream(reader) => {
                let beyond = io::copy(&mut reader.take(count - known), &mut io::sink());
                beyond.map_err(|error| AudioError::io("read", &error))?;
            }
            Inner::Seekable { reader, origin, length } => {
                *origin = origin.saturating_add(count).min(*length);
                let moved = reader.seek(SeekFrom::Start(*origin));
                moved.map_err(|error| AudioError::io("read", &error))?;
            }
        }
        Ok(())
    }

    /// Goes ahead by `count` bytes, if that is possible without reading them.
    pub(super) fn skip(&mut self, count: u64) -> bool {
        matches!(self.inner, Inner::Seekable { .. })
            && self.seek(SeekFrom::Start(self.position.saturating_add(count))).is_ok()
    }

    /// Reads what there is, at most `room`; waits for a stream to have some. Zero is the end.
    pub(super) fn read_some(&mut self, room: &mut [u8]) -> Result<usize, AudioError> {
        self.watch.allow(u64::MAX);
        self.read(room).map_err(|error| AudioError::io("read", &error))
    }

    fn new(inner: Inner) -> Self {
        let watch = Watch { left: AtomicU64::new(u64::MAX), failure: Mutex::new(None) };
        Self { inner, head: Vec::new(), position: 0, watch: Arc::new(watch) }
    }

    /// Fills the head from `from` on, as far as there are bytes.
    fn fill(&mut self, mut from: usize) -> Result<usize, AudioError> {
        let start = from;
        while let Some(room) = self.head.get_mut(from..).filter(|room| !room.is_empty()) {
            match self.inner.read(room) {
                Ok(0) => break,
                Ok(read) => from += read,
                Err(error) => return Err(AudioError::io("read", &error)),
            }
        }
        Ok(from - start)
    }
}

impl Read for Media {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let looked_at = usize::try_from(self.position).ok().and_then(|at| self.head.get(at..));
        if let Some(looked_at) = looked_at.filter(|bytes| !bytes.is_empty()) {
            let count = looked_at.len().min(room.len());
            let (now, _) = looked_at.split_at(count);
            room.iter_mut().zip(now).for_each(|(to, from)| *to = *from);
            self.position += count as u64;
            return Ok(count);
        }
        let read = self.inner.read(room).map_err(|error| self.watch.fail(error))?;
        self.position += read as u64;
        self.watch.take(read as u64)?;
        Ok(read)
    }
}

impl Seek for Media {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let Inner::Seekable { reader, origin, length } = &mut self.inner else {
            return Err(ErrorKind::Unsupported.into());
        };
        let end = length.saturating_sub(*origin);
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => end.checked_add_signed(by),
        };
        let position = position.ok_or(ErrorKind::InvalidInput)?;
        let beyond_head = position.max(self.head.len() as u64);
        reader.seek(SeekFrom::Start(origin.saturating_add(beyond_head)))?;
        self.position = position;
        Ok(position)
    }
}

impl MediaSource for Media {
    fn is_seekable(&self) -> bool {
        matches!(self.inner, Inner::Seekable { .. })
    }

    fn byte_len(&self) -> Option<u64> {
        match &self.inner {
            Inner::Seekable { origin, length, .. } => Some(length.saturating_sub(*origin)),
            Inner::Stream(_) => None,
        }
    }
}

impl Inner {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = match self {
                Self::Seekable { reader, .. } => reader.read(room),
                Self::Stream(reader) => reader.read(room),
            };
            match read {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }
}

impl Watch {
    /// Sets how many bytes may be read from now on.
    pub(super) fn allow(&self, bytes: u64) {
        self.left.store(bytes, Relaxed);
    }

    /// What stopped the reading, if it was neither the end nor the format.
    pub(super) fn failure(&self) -> Option<AudioError> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn take(&self, bytes: u64) -> io::Result<()> {
        let left = self.left.load(Relaxed);
        if bytes <= left {
            self.left.store(left - bytes, Relaxed);
            return Ok(());
        }
        self.set(AudioError::corrupt("there is too much between its sounds that is no sound"));
        Err(io::Error::other("no audio"))
    }

    fn fail(&self, error: io::Error) -> io::Error {
        self.set(AudioError::io("read", &error));
        error
    }

    fn set(&self, failure: AudioError) {
        let mut first = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(failure);
    }
}
