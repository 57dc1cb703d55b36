//! What a fork of a call sends: both sides of the call, shaped and cut to frames as its far end
//! wants them.
//!
//! ```text
//! align's Queue → Flow (Aligner or Follower → Shape → Backlog) → frames
//! ```
//!
//! The two sides are kept together in time by [`align`](crate::align), with little look-ahead; one side
//! alone goes as it comes. Time is an argument; connecting, sending and what the far end answers are left to
//! `net`. Start reading at [`Flow`].

mod backlog;
mod backoff;
mod flow;
mod shape;

pub use backoff::{Backoff, Growth};
pub use flow::{Flow, FlowOptions};
pub use shape::Shape;
