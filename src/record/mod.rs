//! The recording of a call: both sides, each in its place in time.
//!
//! [`Aligner`] is where the sides meet: it knows neither files nor a clock. When something was
//! heard or said is an argument; conversion between rates is left to whoever brings a
//! [`Convert`].

mod aligner;
mod convert;
mod drift;
mod lane;
mod options;

pub use aligner::{Aligner, LOOK_AHEAD};
pub use convert::{Convert, MakeConvert};
pub use options::{Format, RecordOptions, Side, Sides, Summary};
