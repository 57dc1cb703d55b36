//! What a fork of a call sends: both sides of the call, shaped and cut to frames as its far end
//! wants them.
//!
//! ```text
//! record's Queue → Flow (Aligner → Shape → Backlog) → frames
//! ```
//!
//! The two sides are kept together in time by [`record`](crate::record)'s aligner, with little
//! look-ahead. Time is an argument; connecting, sending and what the far end answers are left to
//! `net`. Start reading at [`Flow`].

mod backlog;
mod backoff;
mod flow;
mod shape;

pub use backoff::{Backoff, Growth};
pub use flow::{Flow, FlowOptions};
pub use shape::Shape;
