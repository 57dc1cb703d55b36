//! The core of `callstreams`: live audio of telephone calls for Node.js.
//!
//! | module     | what it is                                              | what it leaves to others |
//! | ---------- | ------------------------------------------------------- | ------------------------ |
//! | [`error`]  | every code by which JavaScript knows an error           | where it happens         |
//! | [`protocol`] | AudioSocket's frames and their bytes                  | what a frame means       |
//! | [`audio`]  | mixing, and files of audio                              | when it is heard         |
//! | [`call`]   | one call: what is heard, what is said and when          | sockets, the clock       |
//! | [`dialects`] | how senders of call audio over WebSocket speak | WebSocket itself      |
//! | [`align`]  | two sides of a call on one time axis                   | who wants it, the clock  |
//! | [`record`] | the recording of a call: both sides in time, in a file  | the clock, who starts it |
//! | [`fork`]   | what a fork of a call sends: both sides shaped, in frames | who takes it, the clock |
//! | [`events`] | what happened, on its way to JavaScript                 | N-API                    |
//! | [`net`]    | servers, connections, the I/O thread, the pacer         | JavaScript               |
//! | `binding`  | N-API                                                   | everything else          |
//!
//! Each knows only those above it. Read `call::timeline` for how audio keeps time, `net::Engine`
//! for how it all runs.

pub mod align;
pub mod audio;
mod binding;
pub mod call;
pub mod dialects;
pub mod error;
pub mod events;
pub mod fork;
pub mod net;
pub mod protocol;
pub mod record;
mod sync;
