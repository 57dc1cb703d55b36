//! What is left when the process ends in mid-call, or the disk does.
//!
//! The process that ends is this program, run again for one of the tests that are ignored else.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use callstreams::record::{RecordThread, Sides};

use crate::support::{Folder, Recording, length, nearest, options, read_wav, until};

/// Tells the process that ends where to record to.
const TARGET: &str = "RECORD_TEST_TARGET";

fn target() -> PathBuf {
    std::env::var_os(TARGET).expect("run by another test").into()
}

fn again(program: &mut Command, path: &Path) -> std::process::Child {
    let quiet = program.env(TARGET, path).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.spawn().unwrap()
}

#[test]
fn a_process_that_is_killed_in_mid_call_leaves_a_playable_file() {
    let folder = Folder::new("killed");
    for round in 0..6_u64 {
        let path = folder.file(&format!("{round}.wav"));
        let mut program = Command::new(std::env::current_exe().unwrap());
        program.args(["--ignored", "--exact", "crash::record_until_killed"]);
        let mut child = again(&mut program, &path);
        until("written", || length(&path) > 16_000 * (round + 1));
        child.kill().unwrap();
        child.wait().unwrap();
        let (channels, _, heard) = read_wav(&path);
        assert_eq!(channels, 2);
        // All but the last that was being written.
        assert!(heard.len() as u64 * 2 > 16_000 * round, "{} samples", heard.len());
        assert!(heard.chunks(2).all(|pair| pair == [1, 2]));
    }
}

#[test]
#[ignore = "never ends; run by the test above"]
fn record_until_killed() {
    let thread = RecordThread::new(nearest);
    let recording = Recording::start(&thread, options(target(), Sides::Both));
    for turn in 0.. {
        recording.speak(turn * 200, (turn + 1) * 200);
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_disk_that_fails_in_mid_call_leaves_what_was_written() {
    let folder = Folder::new("disk");
    let path = folder.file("call.wav");
    // A limit of 64 blocks of 512 bytes, and no signal at it.
    let script =
        "trap '' XFSZ; ulimit -f 64; exec \"$0\" --ignored --exact crash::fail_in_mid_call";
    let mut program = Command::new("sh");
    program.args(["-c", script]).arg(std::env::current_exe().unwrap());
    assert!(again(&mut program, &path).wait().unwrap().success());
    let (_, _, heard) = read_wav(&path);
    assert!(heard.len() > 12_000 && heard.chunks(2).all(|pair| pair == [1, 2]));
}

#[test]
#[ignore = "needs a limit on files; run by the test above"]
fn fail_in_mid_call() {
    const EFBIG: i32 = 27;
    let thread = RecordThread::new(nearest);
    let recording = Recording::start(&thread, options(target(), Sides::Both));
    for second in 0..10 {
        recording.speak(second * 1000, (second + 1) * 1000);
        std::thread::sleep(Duration::from_millis(120));
    }
    recording.stop(10_000);
    let error = recording.outcome().unwrap_err();
    assert_eq!((error.syscall(), error.errno()), ("write", EFBIG));
}
