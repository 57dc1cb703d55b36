//! Between us and the decoders of others.

use std::panic::{AssertUnwindSafe, catch_unwind};

use symphonia::core::errors::{Error, Result};

/// Runs a piece of a decoder. symphonia 0.6.1 indexes beyond a table where a Vorbis file has codes
/// of more than 32 bits, and its like may be found elsewhere: a panic is a damaged file, and not
/// the end of the process. What panicked is not used again: every caller gives up on this error.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let broken = Err(Error::LimitError("its decoder broke on it"));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoder_that_panics_has_found_damage() {
        let broken: Result<()> = guarded(|| panic!("index out of bounds"));
        assert!(matches!(broken, Err(Error::LimitError(_))));
        assert!(matches!(guarded(|| Ok(1)), Ok(1)));
    }
}
