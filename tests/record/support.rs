//! Calls whose every sample says when it was spoken, and a reader of WAV files.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use callstreams::align::{Aligner, Convert};
use callstreams::protocol::SampleRate;
use callstreams::record::{
    Format, RecordError, RecordOptions, RecordThread, Recorder, Side, Sides, Summary,
};

pub const RATE: SampleRate = SampleRate::NARROWBAND;
pub const FRAME: usize = 160;

pub fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

pub fn pcm(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

pub fn samples(pcm: &[u8]) -> Vec<i16> {
    pcm.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

/// Waits for something, 10 s at most.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < patience, "never {what}");
        std::thread::sleep(ms(5));
    }
}

/// The length of a file, 0 if there is none.
pub fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

/// How often each value follows itself.
pub fn runs(samples: &[i16]) -> Vec<(i16, usize)> {
    samples.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect()
}

/// Two bytes a sample, the value all over.
pub fn tone(value: i16, samples: usize) -> Vec<u8> {
    pcm(&vec![value; samples])
}

/// Half milliseconds after which stamps start over.
const STAMPS: u64 = 30_000;

/// A 20 ms frame at 8 kHz, whose samples say when they were spoken.
pub fn stamped(spoken_ms: u64) -> Vec<u8> {
    let at = |sample: usize| spoken_ms * 2 + (sample / 4) as u64;
    pcm(&(0..FRAME).map(|sample| (at(sample) % STAMPS + 1) as i16).collect::<Vec<_>>())
}

/// How many milliseconds after it was spoken a sample is heard in the recording; none if silent.
pub fn delays(samples: impl Iterator<Item = i16>) -> Vec<Option<f64>> {
    let delay = |(position, sample): (usize, i16)| {
        let heard = (position / 4) as i64 % STAMPS as i64;
        let late = (heard - (i64::from(sample) - 1)).rem_euclid(STAMPS as i64);
        let late = if late > STAMPS as i64 / 2 { late - STAMPS as i64 } else { late };
        (sample != 0).then_some(late as f64 / 2.0)
    };
    samples.enumerate().map(delay).collect()
}

/// An aligner and all that came out of it.
pub struct OpenFile {
    pub aligner: Aligner,
    pub out: Vec<u8>,
}

impl OpenFile {
    pub fn new(sides: Sides) -> Self {
        Self { aligner: Aligner::new(sides, RATE, nearest), out: Vec::new() }
    }

    pub fn with_look_ahead(self, look_ahead: Duration) -> Self {
        Self { aligner: self.aligner.with_look_ahead(look_ahead), ..self }
    }

    pub fn poll(&mut self, now: Duration) {
        loop {
            let pcm = self.aligner.poll_output(now);
            if pcm.is_empty() {
                return;
            }
            self.out.extend_from_slice(pcm);
        }
    }

    pub fn frame(&mut self, now: Duration, side: Side, pcm: &[u8]) -> bool {
        self.poll(now);
        self.aligner.handle_frame(now, side, RATE, pcm)
    }

    pub fn pause(&mut self, now: Duration) {
        self.poll(now);
        self.aligner.handle_break(now);
        self.poll(now);
    }

    pub fn end(mut self, now: Duration) -> Vec<i16> {
        self.pause(now);
        samples(&self.out)
    }
}

/// Repeats or leaves out samples, and holds the last 4 ms back as a filter would: enough to see
/// where they end up.
struct Nearest {
    from: u64,
    to: u64,
    phase: u64,
    held: VecDeque<u8>,
}

impl Convert for Nearest {
    fn convert(&mut self, pcm: &[u8], out: &mut Vec<u8>) {
        for sample in pcm.chunks_exact(2) {
            self.phase += self.to;
            while self.phase >= self.from {
                self.phase -= self.from;
                self.held.extend(sample);
            }
        }
        let latency = self.to as usize / 250 * 2;
        out.extend(self.held.drain(..self.held.len().saturating_sub(latency)));
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        self.phase = 0;
        out.extend(self.held.drain(..));
    }
}

pub fn nearest(from: SampleRate, to: SampleRate) -> Option<Box<dyn Convert>> {
    let (from, to) = (from.hz().into(), to.hz().into());
    Some(Box::new(Nearest { from, to, phase: 0, held: VecDeque::new() }))
}

/// A folder of its own for each test, gone after it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("record-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn options(path: impl AsRef<Path>, sides: Sides) -> RecordOptions {
    RecordOptions {
        path: path.as_ref().to_owned(),
        sides,
        format: Format::Wav,
        sample_rate: None,
        overwrite: false,
    }
}

/// A recording on the real thread, in invented time.
pub struct Recording {
    pub start: Instant,
    pub recorder: Recorder,
    outcomes: Receiver<Result<Summary, RecordError>>,
}

impl Recording {
    pub fn start(thread: &RecordThread, options: RecordOptions) -> Self {
        let (sender, outcomes) = channel();
        let start = Instant::now() + Duration::from_secs(3600);
        let outcome = Box::new(move |outcome| sender.send(outcome).unwrap());
        let recorder = thread.start(start, RATE, options, outcome);
        Self { start, recorder, outcomes }
    }

    pub fn push(&self, at_ms: u64, side: Side, pcm: &[u8]) {
        self.recorder.push(side, self.start + ms(at_ms), RATE, pcm);
    }

    /// Both sides speak from one time to another, the caller 1 and the app 2 all over.
    pub fn speak(&self, from_ms: u64, to_ms: u64) {
        for at in (from_ms..to_ms).step_by(20) {
            self.push(at, Side::Caller, &tone(1, FRAME));
            self.push(at, Side::App, &tone(2, FRAME));
        }
    }

    pub fn stop(&self, at_ms: u64) {
        self.recorder.stop(self.start + ms(at_ms));
    }

    /// How it ended; fails if it does not, or twice.
    pub fn outcome(self) -> Result<Summary, RecordError> {
        let outcome = self.outcomes.recv_timeout(Duration::from_secs(10)).unwrap();
        drop(self.recorder);
        let again = self.outcomes.recv_timeout(Duration::from_secs(10));
        assert!(again.is_err(), "a second outcome: {again:?}");
        outcome
    }
}

/// A WAV file's channels, its rate, and its samples: as many as the header says there are.
pub fn read_wav(path: &Path) -> (u16, u32, Vec<i16>) {
    let bytes = std::fs::read(path).unwrap();
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let half = |at: usize| u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap());
    assert_eq!((&bytes[..4], &bytes[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
    assert_eq!((word(16), half(20), half(34), &bytes[36..40]), (16, 1, 16, &b"data"[..]));
    let (channels, rate, data) = (half(22), word(24), word(40) as usize);
    assert_eq!((word(28), half(32)), (rate * 2 * u32::from(channels), 2 * channels));
    assert_eq!(word(4) as usize, data + 36);
    assert!(44 + data <= bytes.len(), "{data} bytes of audio in a file of {}", bytes.len());
    assert_eq!(data % (2 * usize::from(channels)), 0);
    (channels, rate, samples(&bytes[44..44 + data]))
}
