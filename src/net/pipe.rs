//! Bytes from JavaScript to a decoder that waits for them.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::sync::lock;

/// The writer has enough to wait when more than this is unread.
const ENOUGH: usize = 64 * 1024;

/// The writer is asked for more when less than this is unread.
const LOW: usize = 32 * 1024;

/// JavaScript's end. Dropping it ends the decoder.
#[derive(Debug)]
pub(super) struct PipeWriter(Arc<Pipe>);

/// The decoder's end: reading waits.
pub(super) struct PipeReader {
    pipe: Arc<Pipe>,
    /// Asks the writer for more.
    ask: Box<dyn Fn() + Send + Sync>,
}

/// What both ends share.
#[derive(Debug, Default)]
pub(super) struct Pipe {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    bytes: VecDeque<u8>,
    /// The writer waits to be asked.
    waits: bool,
    /// No more bytes come.
    ended: bool,
    /// Nobody wants what is decoded.
    closed: bool,
    /// More decoded audio is wanted.
    wanted: bool,
}

/// A pipe, and what the decoder's thread waits on.
pub(super) fn pipe(ask: impl Fn() + Send + Sync + 'static) -> (PipeWriter, PipeReader, Arc<Pipe>) {
    let pipe = Arc::new(Pipe::default());
    let reader = PipeReader { pipe: Arc::clone(&pipe), ask: Box::new(ask) };
    (PipeWriter(Arc::clone(&pipe)), reader, pipe)
}

impl PipeWriter {
    /// Adds bytes. True if that is enough until the reader asks.
    pub fn push(&self, bytes: &[u8]) -> bool {
        let mut state = lock(&self.0.state);
        state.bytes.extend(bytes);
        state.waits = state.bytes.len() > ENOUGH;
        self.0.changed.notify_all();
        state.waits
    }

    /// No more bytes come.
    pub fn end(&self) {
        lock(&self.0.state).ended = true;
        self.0.changed.notify_all();
    }

    /// More decoded audio is wanted.
    pub fn want(&self) {
        lock(&self.0.state).wanted = true;
        self.0.changed.notify_all();
    }
}

impl Drop for PipeWriter {
    fn drop(&mut self) {
        lock(&self.0.state).closed = true;
        self.0.changed.notify_all();
    }
}

impl Pipe {
    /// Waits until more decoded audio is wanted. False: none ever will be.
    pub fn wait_wanted(&self) -> bool {
        let mut state = self.wait(|state| state.wanted || state.closed);
        state.wanted = false;
        !state.closed
    }

    fn wait(&self, enough: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let state = lock(&self.state);
        self.changed
            .wait_while(state, |state| !enough(state))
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for PipeReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let enough = |state: &State| !state.bytes.is_empty() || state.ended || state.closed;
        let mut state = self.pipe.wait(enough);
        if state.closed {
            return Err(io::Error::from(io::ErrorKind::BrokenPipe));
        }
        let length = state.bytes.read(out)?;
        let asks = state.waits && state.bytes.len() < LOW;
        if asks {
            state.waits = false;
        }
        drop(state);
        if asks {
            (self.ask)();
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn bytes_come_through_in_order_and_end() {
        let (writer, mut reader, _) = pipe(|| {});
        let sender = thread::spawn(move || {
            (0..100u8).for_each(|byte| {
                writer.push(&[byte; 100]);
            });
            writer.end();
            writer
        });
        let mut heard = Vec::new();
        reader.read_to_end(&mut heard).expect("no error");
        assert_eq!(heard.len(), 10_000);
        assert!(heard.is_sorted());
        drop(sender.join());
    }

    #[test]
    fn the_writer_is_told_when_to_wait_and_asked_once_to_go_on() {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let (writer, mut reader, _) = pipe(move || {
            count.fetch_add(1, Ordering::SeqCst);
        });
        assert!(!writer.push(&[0; ENOUGH]));
        assert!(writer.push(&[0; 1]));
        let mut out = vec![0; 20 * 1024];
        for _ in 0..3 {
            reader.read_exact(&mut out).expect("bytes");
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_dropped_writer_ends_a_reader_that_waits() {
        let (writer, mut reader, pipe) = pipe(|| {});
        let waiting =
            thread::spawn(move || reader.read(&mut [0; 10]).map_err(|error| error.kind()));
        drop(writer);
        assert_eq!(waiting.join().ok(), Some(Err(io::ErrorKind::BrokenPipe)));
        assert!(!pipe.wait_wanted());
    }
}
