//! The engine, as JavaScript has it: `lib/engine.js` is its only caller.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use napi::Env;
use napi::bindgen_prelude::{BufferSlice, Function, Result};
use napi_derive::napi;

use super::notifier::JsNotifier;
use super::options::{DialOptions, ListenOptions, PlayOptions, RecordOptions, ServerOptions};
use super::results::{Listening, PromptCacheStats, RateChange, ServerStats, write_counts};
use crate::events::{Opening, Packer};
use crate::net::{self, CallHandle, PlayInput};
use crate::protocol::{Digit, SampleRate};

/// Bytes of an entry in the list of writes: the call's number, the length, both 32 bits.
const ENTRY: usize = 8;

/// Everything of one JavaScript environment.
#[napi]
pub struct Engine {
    pub(super) engine: Arc<net::Engine>,
}

#[napi]
impl Engine {
    /// `onWake` is called when there is something to drain.
    #[napi(constructor)]
    pub fn new(env: Env, on_wake: Function<'_, (), ()>) -> Result<Self> {
        let engine = net::Engine::new(Box::new(JsNotifier::new(&on_wake)?));
        env.add_env_cleanup_hook(Arc::clone(&engine), |engine| engine.stop())?;
        Ok(Self { engine })
    }

    /// Binds, listens and returns.
    #[napi]
    pub fn listen(&self, listen: ListenOptions, options: ServerOptions) -> Result<Listening> {
        Ok(self.engine.listen(&listen.try_into()?, options.try_into()?).into())
    }

    /// Hangs up the server's calls; its `Closed` follows.
    #[napi]
    pub fn close_server(&self, id: u32) {
        self.engine.close_server(id);
    }

    /// Has the server take nobody new; its `Closed` follows when its last call has ended.
    #[napi]
    pub fn drain_server(&self, id: u32) {
        self.engine.drain_server(id);
    }

    #[napi]
    pub fn server_stats(&self, id: u32) -> Option<ServerStats> {
        self.engine.server_stats(id).map(Into::into)
    }

    #[napi]
    pub fn set_prompt_cache(&self, bytes: f64) {
        self.engine.prompts.set_limit(bytes as usize);
    }

    #[napi]
    pub fn set_gather(&self, ms: f64) {
        self.engine.set_gather(Duration::from_secs_f64(ms / 1000.0));
    }

    #[napi]
    pub fn prompt_cache_stats(&self) -> PromptCacheStats {
        self.engine.prompts.stats().into()
    }

    /// Gives the number of a call that is being placed.
    #[napi]
    pub fn connect(&self, options: DialOptions) -> Result<u32> {
        Ok(self.engine.connect(options.try_into()?)?)
    }

    /// Gives up a call that was placed. Nothing follows.
    #[napi]
    pub fn abandon(&self, id: u32) {
        self.engine.abandon(id);
    }

    /// Fills `slab` from `at` on, and `words` (see `events::packed`). Gives twice the number of
    /// events, plus one if some found no room.
    #[napi]
    pub fn drain(&self, mut slab: BufferSlice<'_>, at: u32, mut words: BufferSlice<'_>) -> u32 {
        let mut packer = Packer::new(&mut slab, at as usize, &mut words);
        let more = self.engine.drain(&mut packer);
        packer.events() as u32 * 2 + u32::from(more)
    }

    /// Writes many pieces: `entries` says of whom each is and how long; their audio lies end to end
    /// in `pcm`. Each length is replaced by the bytes that wait on that call then.
    #[napi]
    pub fn write_many(&self, pcm: BufferSlice<'_>, mut entries: BufferSlice<'_>, count: u32) {
        let mut rest: &[u8] = &pcm;
        for entry in entries.chunks_exact_mut(ENTRY).take(count as usize) {
            let (id, length) = entry.split_at_mut(ENTRY / 2);
            let piece = rest.get(..word(length) as usize).unwrap_or_default();
            rest = rest.get(piece.len()..).unwrap_or_default();
            let waiting = self.line(word(id)).map_or(0, |line| {
                // The caller has seen to it that there is room; what it counted is a lower bound.
                line.write(piece).map_or(0, |(waiting, _)| waiting)
            });
            length.copy_from_slice(&(waiting as u32).to_ne_bytes());
        }
    }

    /// Writes one piece. Gives -1 if there is no room for it, else twice the bytes that wait, plus
    /// one if the writer should wait for `Drain`.
    #[napi]
    pub fn write(&self, id: u32, pcm: &[u8]) -> i64 {
        match self.line(id).map(|line| line.write(pcm)) {
            Some(Ok((waiting, above))) => waiting as i64 * 2 + i64::from(above),
            Some(Err(_full)) => -1,
            None => 1,
        }
    }

    /// Someone listens to the call's audio.
    #[napi]
    pub fn open(&self, id: u32) {
        self.engine.open(id, Opening::Full);
    }

    /// Someone listens to the call's keys.
    #[napi]
    pub fn open_for_control(&self, id: u32) {
        self.engine.open(id, Opening::Control);
    }

    /// Begins a play; its `Played` follows. False if the call is gone. With `path` that file is
    /// played, with `bytes` those, else what is fed.
    #[napi]
    pub fn play(
        &self,
        id: u32,
        play: u32,
        options: PlayOptions,
        path: Option<String>,
        bytes: Option<&[u8]>,
    ) -> Result<bool> {
        let input = match (path, bytes) {
            (Some(path), _) => Some(PlayInput::File(PathBuf::from(path))),
            (None, Some(bytes)) => Some(PlayInput::Memory(Bytes::copy_from_slice(bytes))),
            (None, None) => None,
        };
        let request = options.request(play, input)?;
        Ok(self.with(id, |line| line.play(request)))
    }

    /// Feeds a play. True if it has enough until `Hungry`; null if it is over.
    #[napi]
    pub fn feed(&self, id: u32, play: u32, pcm: &[u8]) -> Option<bool> {
        self.line(id)?.feed(play, pcm)
    }

    /// A fed play gets no more.
    #[napi]
    pub fn feed_end(&self, id: u32, play: u32) {
        self.with(id, |line| line.feed_end(play));
    }

    /// Ends one play.
    #[napi]
    pub fn stop(&self, id: u32, play: u32) {
        self.with(id, |line| line.stop(play));
    }

    /// Ends all plays.
    #[napi]
    pub fn stop_all(&self, id: u32) {
        self.with(id, CallHandle::stop_all);
    }

    /// Drops what was written, and ends all plays.
    #[napi]
    pub fn clear(&self, id: u32) {
        self.with(id, CallHandle::clear);
    }

    #[napi]
    pub fn pause(&self, id: u32, paused: bool) {
        self.with(id, |line| line.pause(paused));
    }

    /// Sets a mark; its `Mark` follows.
    #[napi]
    pub fn mark(&self, id: u32, mark: u32) {
        self.with(id, |line| line.mark(mark));
    }

    /// The app hears and speaks at this rate from now on. `taken` are frames that were drained and
    /// are not delivered, each of the rate in `rates`. Null if the call is gone.
    #[napi]
    pub fn set_rate(
        &self,
        id: u32,
        hz: u32,
        taken: Vec<BufferSlice<'_>>,
        rates: Vec<u32>,
    ) -> Option<RateChange> {
        let (line, rate) = (self.line(id)?, SampleRate::from_hz(hz)?);
        let rates = rates.into_iter().map(|hz| SampleRate::from_hz(hz).unwrap_or(rate));
        let taken: Vec<_> = rates.zip(taken.iter().map(|pcm| &pcm[..])).collect();
        Some(line.set_rate(rate, &taken).into())
    }

    /// Sends a key; the caller has checked that it is one. False if as many wait as may.
    #[napi]
    pub fn dtmf(&self, id: u32, digit: u8) -> bool {
        match (Digit::new(digit), self.line(id)) {
            (Some(digit), Some(line)) => line.send_dtmf(digit).is_ok(),
            _ => true,
        }
    }

    /// Begins a recording and gives its number; its `Recorded` or `RecordingFailed` follows. Null if
    /// the call is gone or has too many.
    #[napi]
    pub fn record(&self, id: u32, options: RecordOptions) -> Result<Option<u32>> {
        let options = options.try_into()?;
        Ok(self.line(id).and_then(|line| line.record(options)))
    }

    #[napi]
    pub fn pause_recording(&self, id: u32, paused: bool) {
        if let Some(recorder) = self.engine.recorder(id) {
            let now = Instant::now();
            if paused { recorder.pause(now) } else { recorder.resume(now) }
        }
    }

    #[napi]
    pub fn stop_recording(&self, id: u32) {
        if let Some(recorder) = self.engine.recorder(id) {
            recorder.stop(Instant::now());
        }
    }

    #[napi]
    pub fn hangup(&self, id: u32, drain: bool) {
        self.with(id, |line| line.hangup(drain));
    }

    /// Puts what the call has carried, and how far its audio is, into `counts`, as doubles. False once
    /// the call is forgotten.
    #[napi]
    pub fn call_counts(&self, id: u32, mut counts: BufferSlice<'_>) -> bool {
        self.with(id, |line| write_counts(&line.stats(), line.progress(), &mut counts))
    }

    /// JavaScript has seen the call's end.
    #[napi]
    pub fn forget(&self, id: u32) {
        self.engine.forget(id);
    }

    pub(super) fn line(&self, id: u32) -> Option<Arc<CallHandle>> {
        self.engine.line(id)
    }

    pub(super) fn with(&self, id: u32, act: impl FnOnce(&Arc<CallHandle>)) -> bool {
        self.line(id).inspect(act).is_some()
    }
}

fn word(bytes: &[u8]) -> u32 {
    bytes.try_into().map(u32::from_ne_bytes).unwrap_or_default()
}
