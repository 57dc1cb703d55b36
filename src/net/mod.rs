//! What drives calls over sockets.
//!
//! An [`Engine`] is all of it for one JavaScript environment: one I/O thread with a tokio runtime,
//! the servers and calls on it, the pacer, and the queue of events. A [`Line`] is one call's
//! socket; both the I/O thread and JavaScript's may send on it, neither waits for the other's
//! socket. Start reading at [`Engine`], then `audiosocket::connection`.

mod app_rate;
mod attention;
mod audiosocket;
mod bell;
mod engine;
mod gather;
mod hearing;
mod io_thread;
mod lease;
mod line;
mod listen;
mod options;
mod outgoing;
mod pacer;
mod permits;
mod pipe;
mod playing;
mod recording;
mod refill;
mod scratch;
mod sending;
mod tcp;
mod timer;
#[allow(dead_code, unused_imports)] // Its user comes next.
mod websocket;
mod wire;

pub use app_rate::RateChange;
pub use audiosocket::{DialOptions, ServerOptions, ServerStats};
pub use engine::Engine;
pub use line::Line;
pub use listen::{Bound, ListenOptions};
pub use options::{CallOptions, CallStats};
pub use outgoing::Command;
pub use playing::{PlayInput, PlayRequest};
