//! Tells the benchmark where the server is and, whenever it asks, how many frames have come.

use std::fs::File;
use std::io::{self, BufRead, Write};
use std::os::fd::FromRawFd;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::clock::{self, milliseconds};
use crate::json::Object;

/// Where reports go: stdout may be full of what a server's library logs.
const REPORTS: i32 = 3;

pub static FRAMES: AtomicU64 = AtomicU64::new(0);

pub fn start(port: u16) -> io::Result<()> {
    // SAFETY: the benchmark gave this descriptor to the process, and nobody else here uses it. Without
    // one, writing to it fails.
    let mut reports = unsafe { File::from_raw_fd(REPORTS) };
    say(&mut reports, Object::default().number("port", f64::from(port)))?;
    thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let frames = FRAMES.load(Ordering::Relaxed) as f64;
            let answer =
                Object::default().number("frames", frames).number("at", milliseconds(clock::now()));
            if line.is_err() || say(&mut reports, answer).is_err() {
                break;
            }
        }
        // The benchmark is gone.
        process::exit(0);
    });
    Ok(())
}

fn say(reports: &mut File, what: Object) -> io::Result<()> {
    reports.write_all(format!("{what}\n").as_bytes())
}
