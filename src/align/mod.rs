//! Two sides of a call on one time axis. Recordings and forks stand on it.
//!
//! Nothing here knows a clock, a file or a socket: when a frame came is an argument. Every sample that
//! comes in goes out, in order and unchanged. What the network holds up is made up for in silence: late
//! audio takes the place of silence that is not out yet, or goes behind what is out.
//!
//! ```text
//! two sides:  Queue → Aligner → audio of one or two channels, a look-ahead later
//! one side:   Queue → Follower → audio as soon as it comes
//! ```
//!
//! [`Aligner`] is where two sides meet: start reading there.

mod aligner;
mod batch;
mod convert;
mod follower;
mod queue;
mod sides;
mod track;

pub use aligner::{Aligner, LOOK_AHEAD};
pub use convert::{Convert, MakeConvert, resample};
pub use follower::Follower;
pub(crate) use queue::{Batch, Queue};
pub use sides::{Side, Sides};
