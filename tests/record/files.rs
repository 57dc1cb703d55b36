//! The file of a recording, and what can go wrong with it.

use std::path::Path;
use std::time::Duration;

use callstreams::protocol::SampleRate;
use callstreams::record::{Format, RecordError, RecordOptions, RecordThread, Side, Sides};

use crate::support::{
    FRAME, Folder, Recording, nearest, options, read_wav, runs, samples, tone, until,
};

const ENOENT: i32 = 2;
const EEXIST: i32 = 17;
const EISDIR: i32 = 21;
const ENOSPC: i32 = 28;

/// Records a second of both sides.
fn record_a_second(options: RecordOptions) -> Result<callstreams::record::Summary, RecordError> {
    let thread = RecordThread::new(nearest);
    let recording = Recording::start(&thread, options);
    recording.speak(0, 1000);
    recording.stop(1000);
    recording.outcome()
}

#[track_caller]
fn assert_system(error: &RecordError, syscall: &str, errno: i32, path: &Path) {
    assert_eq!((error.syscall(), error.errno(), error.path()), (syscall, errno, path));
    assert!(error.to_string().contains(&format!("{syscall} '{}'", path.display())), "{error}");
}

#[test]
fn both_sides_are_a_stereo_file_as_long_as_the_call() {
    let folder = Folder::new("stereo");
    let path = folder.file("call.wav");
    let summary = record_a_second(options(&path, Sides::Both)).unwrap();
    assert_eq!((summary.path.as_path(), summary.duration), (&*path, Duration::from_secs(1)));
    assert_eq!((summary.bytes, summary.dropped_frames), (44 + 32_000, 0));
    assert_eq!(std::fs::metadata(&path).unwrap().len(), summary.bytes);
    assert!(read_wav(&path) == (2, 8000, [1, 2].repeat(8000)));
}

#[test]
fn one_side_and_the_mix_are_mono() {
    let folder = Folder::new("mono");
    for (sides, value) in [(Sides::Caller, 1), (Sides::App, 2), (Sides::Mix, 3)] {
        let path = folder.file(&format!("{value}.wav"));
        record_a_second(options(&path, sides)).unwrap();
        assert!(read_wav(&path) == (1, 8000, vec![value; 8000]));
    }
}

#[test]
fn raw_files_have_samples_and_nothing_else() {
    let folder = Folder::new("sln");
    let path = folder.file("call.sln");
    let options = RecordOptions { format: Format::Sln, ..options(&path, Sides::Mix) };
    assert_eq!(record_a_second(options).unwrap().bytes, 16_000);
    assert_eq!(runs(&samples(&std::fs::read(&path).unwrap())), [(3, 8000)]);
}

#[test]
fn a_raw_file_of_two_channels_is_refused() {
    let folder = Folder::new("sln-stereo");
    let path = folder.file("call.sln");
    let options = RecordOptions { format: Format::Sln, ..options(&path, Sides::Both) };
    assert_eq!(record_a_second(options).unwrap_err().code(), "ERR_UNSUPPORTED_FORMAT");
    assert!(!path.exists());
}

#[test]
fn the_file_has_the_rate_that_was_asked_for() {
    let folder = Folder::new("rate");
    let path = folder.file("call.wav");
    let sample_rate = SampleRate::from_hz(16_000);
    record_a_second(RecordOptions { sample_rate, ..options(&path, Sides::Caller) }).unwrap();
    assert!(read_wav(&path) == (1, 16_000, vec![1; 16_000]));
}

#[test]
fn a_file_that_is_there_is_left_alone_unless_told() {
    let folder = Folder::new("exists");
    let path = folder.file("call.wav");
    std::fs::write(&path, vec![9; 100_000]).unwrap();
    let error = record_a_second(options(&path, Sides::Mix)).unwrap_err();
    assert_system(&error, "open", EEXIST, &path);
    assert!(std::fs::read(&path).unwrap() == [9; 100_000]);

    let summary = record_a_second(RecordOptions { overwrite: true, ..options(&path, Sides::Mix) });
    assert_eq!(summary.unwrap().bytes, 44 + 16_000);
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 44 + 16_000);
}

#[test]
fn a_folder_that_is_not_there_or_in_the_way_is_an_error() {
    let folder = Folder::new("folders");
    let path = folder.file("none/call.wav");
    assert_system(&record_a_second(options(&path, Sides::Mix)).unwrap_err(), "open", ENOENT, &path);
    let path = folder.file(".");
    let over = RecordOptions { overwrite: true, ..options(&path, Sides::Mix) };
    assert_system(&record_a_second(over).unwrap_err(), "open", EISDIR, &path);
}

#[test]
fn a_pipe_is_refused_since_it_would_hold_up_all_recordings() {
    let folder = Folder::new("pipe");
    let path = folder.file("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let over = RecordOptions { overwrite: true, ..options(&path, Sides::Mix) };
    assert_eq!(record_a_second(over).unwrap_err().code(), "ERR_NOT_A_FILE");
}

#[test]
fn a_full_disk_is_an_error_of_the_recording() {
    let path = Path::new("/dev/full");
    let over = RecordOptions { overwrite: true, ..options(path, Sides::Mix) };
    assert_system(&record_a_second(over).unwrap_err(), "write", ENOSPC, path);
    let raw = RecordOptions { overwrite: true, format: Format::Sln, ..options(path, Sides::Mix) };
    assert_system(&record_a_second(raw).unwrap_err(), "write", ENOSPC, path);
}

#[test]
fn a_folder_that_is_lost_in_mid_call_is_an_error_and_the_call_goes_on() {
    let folder = Folder::new("lost");
    let path = folder.file("sub/call.wav");
    std::fs::create_dir(folder.file("sub")).unwrap();
    let thread = RecordThread::new(nearest);
    let recording = Recording::start(&thread, options(&path, Sides::Both));
    recording.speak(0, 1000);
    until("there", || path.exists());
    std::fs::remove_dir_all(folder.file("sub")).unwrap();
    recording.speak(1000, 60_000);
    recording.stop(60_000);
    assert_system(&recording.outcome().unwrap_err(), "fstat", ENOENT, &path);
}

#[test]
fn paused_time_is_left_out() {
    let folder = Folder::new("pause");
    let path = folder.file("call.wav");
    let thread = RecordThread::new(nearest);
    let recording = Recording::start(&thread, options(&path, Sides::Caller));
    let at = |ms| recording.start + Duration::from_millis(ms);
    recording.speak(0, 500);
    recording.recorder.pause(at(500));
    recording.recorder.pause(at(600));
    recording.push(700, Side::Caller, &tone(9, FRAME));
    recording.recorder.resume(at(10_500));
    recording.recorder.resume(at(10_600));
    recording.speak(10_600, 11_000);
    recording.recorder.pause(at(11_000));
    recording.stop(99_000);
    assert_eq!(recording.outcome().unwrap().duration, Duration::from_secs(1));
    assert_eq!(runs(&read_wav(&path).2), [(1, 4000), (0, 800), (1, 3200)]);
}
