//! Encoders of others, where they are installed.

use std::path::Path;
use std::process::{Command, Stdio};

/// Runs a command line in a folder. None: the program, or the encoder in it, is not there.
pub fn run(folder: &Path, line: &str) -> Option<()> {
    let mut words = line.split_whitespace();
    let program = words.next()?;
    let mut command = Command::new(program);
    command.args(words).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null());
    let output = command.output().ok()?;
    if output.status.success() {
        return Some(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("Unknown encoder") || said.contains("no handler for"), "{line}: {said}");
    None
}
