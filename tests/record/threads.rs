//! The thread of all recordings, and their ends.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread::{ThreadId, current};
use std::time::{Duration, Instant};

use callstreams::align::Convert;
use callstreams::protocol::SampleRate;
use callstreams::record::{RecordOptions, RecordThread, Side, Sides};

use crate::support::{
    FRAME, Folder, RATE, Recording, length, nearest, options, read_wav, runs, tone, until,
};

#[test]
fn one_thread_writes_all_recordings_and_ends_after_the_last() {
    let folder = Folder::new("threads");
    let thread = RecordThread::new(nearest);
    assert!(!thread.is_running());
    let (sender, writers) = channel::<ThreadId>();
    let start = Instant::now();
    let begin = |index: usize| {
        let (sender, path) = (sender.clone(), folder.file(&format!("{index}.wav")));
        let outcome = Box::new(move |_| sender.send(current().id()).unwrap());
        thread.start(start, RATE, options(path, Sides::Both), outcome)
    };
    let recorders: Vec<_> = (0..50).map(begin).collect();
    recorders.iter().for_each(|recorder| recorder.push(Side::App, start, RATE, &tone(2, FRAME)));
    assert!(thread.is_running());
    recorders.iter().for_each(|recorder| recorder.stop(start + Duration::from_secs(1)));
    let first = writers.recv().unwrap();
    assert!(writers.iter().take(49).all(|writer| writer == first && writer != current().id()));
    until("at rest", || !thread.is_running());
    assert_eq!(read_wav(&folder.file("49.wav")).2.len(), 16_000);

    begin(50).stop(start);
    assert_ne!(writers.recv().unwrap(), first);
}

#[test]
fn a_recording_that_is_stopped_twice_ends_the_first_time() {
    let folder = Folder::new("twice");
    let thread = RecordThread::new(nearest);
    let recording = Recording::start(&thread, options(folder.file("a.wav"), Sides::Both));
    recording.speak(0, 1000);
    recording.stop(1000);
    recording.stop(2000);
    recording.speak(1000, 2000);
    assert_eq!(recording.outcome().unwrap().duration, Duration::from_secs(1));
}

#[test]
fn a_recording_that_is_dropped_ends_with_the_last_frame() {
    let folder = Folder::new("dropped");
    let path = folder.file("call.wav");
    let thread = RecordThread::new(nearest);
    let (sender, outcomes) = channel();
    let start = Instant::now();
    let outcome = Box::new(move |outcome| sender.send(outcome).unwrap());
    let recorder = thread.start(start, RATE, options(&path, Sides::Both), outcome);
    recorder.push(Side::Caller, start + Duration::from_secs(1), RATE, &tone(1, FRAME));
    drop(recorder);
    assert_eq!(outcomes.recv().unwrap().unwrap().duration, Duration::from_millis(1020));
    assert_eq!(read_wav(&path).2.len(), 16_320);
}

#[test]
fn stopping_the_thread_ends_all_recordings_with_what_they_have() {
    let folder = Folder::new("stopped");
    let thread = RecordThread::new(nearest);
    let path = folder.file("call.wav");
    let recording = Recording::start(&thread, options(&path, Sides::Caller));
    recording.speak(0, 1000);
    thread.stop(Duration::from_secs(10));
    assert!(!thread.is_running());
    assert_eq!(runs(&read_wav(&path).2), [(1, 1000 * 8)]);
    assert_eq!(recording.outcome().unwrap().duration, Duration::from_secs(1));

    let again = Recording::start(&thread, options(folder.file("b.wav"), Sides::Caller));
    again.stop(10);
    assert!(again.outcome().is_ok());
    thread.stop(Duration::from_secs(10));
}

#[test]
fn dropping_the_thread_ends_all_recordings_too() {
    let folder = Folder::new("gone");
    let thread = RecordThread::new(nearest);
    let recording = Recording::start(&thread, options(folder.file("call.wav"), Sides::Caller));
    recording.speak(0, 1000);
    drop(thread);
    assert_eq!(recording.outcome().unwrap().duration, Duration::from_secs(1));
}

#[test]
fn calls_go_on_while_the_thread_is_held_up_and_lose_only_what_they_cannot_keep() {
    static HELD: Mutex<()> = Mutex::new(());
    static WAITS: AtomicBool = AtomicBool::new(false);
    struct Slow;
    impl Convert for Slow {
        fn convert(&mut self, _: &[u8], _: &mut Vec<u8>) {
            WAITS.store(true, Ordering::Relaxed);
            drop(HELD.lock());
        }
        fn finish(&mut self, _: &mut Vec<u8>) {}
    }
    let folder = Folder::new("slow");
    let path = folder.file("call.wav");
    let thread = RecordThread::new(|_, _| Some(Box::new(Slow)));
    let held = HELD.lock();
    let sample_rate = SampleRate::from_hz(16_000);
    let slow = RecordOptions { sample_rate, ..options(folder.file("slow.wav"), Sides::Caller) };
    let slow = Recording::start(&thread, slow);
    slow.speak(0, 20);
    until("held up", || WAITS.load(Ordering::Relaxed));

    let recording = Recording::start(&thread, options(&path, Sides::Caller));
    for at in (0..20_000).step_by(20) {
        recording.push(at, Side::Caller, &tone(1, FRAME));
    }
    drop(held);
    // What could be kept is written: there is room again.
    until("written", || length(&path) > 50_000);
    recording.push(20_000, Side::Caller, &tone(2, FRAME));
    recording.stop(20_020);
    assert_eq!(recording.outcome().unwrap().dropped_frames, 600);
    assert_eq!(runs(&read_wav(&path).2), [(1, 64_000), (0, 96_000), (2, 160)]);
}

#[test]
fn a_converter_that_panics_ends_the_recordings_and_not_those_after_them() {
    struct Broken;
    impl Convert for Broken {
        fn convert(&mut self, _: &[u8], _: &mut Vec<u8>) {
            panic!("as the test wants it");
        }
        fn finish(&mut self, _: &mut Vec<u8>) {}
    }
    let folder = Folder::new("panic");
    let thread = RecordThread::new(|_, _| Some(Box::new(Broken)));
    let sample_rate = SampleRate::from_hz(16_000);
    let broken = RecordOptions { sample_rate, ..options(folder.file("a.wav"), Sides::Caller) };
    let recording = Recording::start(&thread, broken);
    recording.speak(0, 1000);
    recording.stop(1000);
    assert_eq!(recording.outcome().unwrap_err().code(), "ERR_RECORDING_ABORTED");
    until("at rest", || !thread.is_running());
    let recording = Recording::start(&thread, options(folder.file("b.wav"), Sides::Caller));
    recording.stop(1000);
    assert!(recording.outcome().is_ok());
}

#[test]
fn audio_that_nothing_converts_is_silence_and_counted() {
    let folder = Folder::new("no-converter");
    let path = folder.file("call.wav");
    let sample_rate = SampleRate::from_hz(16_000);
    let wanted = RecordOptions { sample_rate, ..options(&path, Sides::Caller) };
    let thread = RecordThread::new(|_, _| None);
    let recording = Recording::start(&thread, wanted);
    recording.speak(0, 1000);
    recording.stop(1000);
    assert_eq!(recording.outcome().unwrap().dropped_frames, 50);
    assert_eq!(runs(&read_wav(&path).2), [(0, 16_000)]);
}
