//! Takes frames through one piece of the hot path, and ends: `scripts/instruction-counts.js` runs it
//! under callgrind, with few frames and with many, and takes the difference.
//!
//! usage: `counts NAME FRAMES`; without arguments it prints the names.

mod batch;
mod decoder;
mod mixer;
mod pacing;
mod pieces;
mod resampler;

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Cargo adds a word of its own.
    let arguments: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    match arguments.as_slice() {
        [] => pieces::all().iter().for_each(|piece| println!("{}", piece.name)),
        [name, frames] => return run(name, frames.parse().unwrap_or_default()),
        _ => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}

fn run(name: &str, frames: u64) -> ExitCode {
    let Some(mut piece) = pieces::all().into_iter().find(|piece| piece.name == name) else {
        return ExitCode::FAILURE;
    };
    (0..frames / piece.frames).for_each(|_| (piece.run)());
    ExitCode::SUCCESS
}
