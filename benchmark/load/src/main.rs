//! Loads servers with calls, over AudioSocket or WebSocket, and measures what comes back.
//!
//! `callstreams-load echo --port 9092 --calls 500` prints one JSON object; each mode's module has its
//! options. `tokio-echo` and `epoll-echo` are servers that run no JavaScript: the limits to compare with.

mod args;
mod clock;
mod connection;
mod ear;
mod echo;
mod epoll;
mod flood;
mod forks;
mod frames;
mod hold;
mod json;
mod peers;
mod play;
mod process;
mod receive;
mod samples;
mod schedule;
mod setup;
mod stamp;
mod wire;

use std::process::ExitCode;

use args::Args;
use json::Object;

/// What a run ends with when it cannot go on.
type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let mode = words.next().unwrap_or_default();
    match run(&mode, words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("callstreams-load {mode}: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(mode: &str, words: impl Iterator<Item = String>) -> Result<(), Failure> {
    let measure: fn(&Args) -> Result<Object, Failure> = match mode {
        "echo" => echo::run,
        "flood" => flood::run,
        "hold" => hold::run,
        "play" => play::run,
        "setup" => setup::run,
        "tokio-echo" => return peers::tokio_echo::run(words),
        "epoll-echo" => return peers::epoll_echo::run(words),
        _ => {
            return Err(
                "the modes are echo, flood, hold, play, setup, tokio-echo and epoll-echo".into()
            );
        }
    };
    println!("{}", measure(&Args::parse(words)?)?);
    Ok(())
}
