//! What drives calls over sockets.
//!
//! An [`Engine`] is all of it for one JavaScript environment: one I/O thread with a tokio runtime,
//! the servers and calls on it, the pacer, and the queue of events. A [`CallHandle`] is one call's
//! socket; both the I/O thread and JavaScript's may send on it, neither waits for the other's
//! socket. Start reading at [`Engine`], then `audiosocket::connection` and `websocket_audio`.

mod accept;
mod admission;
mod app_rate;
mod attached;
mod audiosocket;
mod blocking;
mod bounded;
mod call_handle;
mod dial;
mod end_reason;
mod engine;
mod flags;
mod flood;
mod fork;
mod gather;
mod handshakes;
mod hearing;
mod io_thread;
mod lease;
mod listen;
mod listener;
mod names;
mod notifier;
mod options;
mod outgoing;
mod pacer;
mod permits;
mod pipe;
mod place;
mod playing;
mod pool;
mod proxy;
mod recording;
mod refill;
mod scratch;
mod sending;
mod server;
mod start;
mod tapping;
mod taps;
mod tcp;
mod timer;
mod websocket;
mod websocket_audio;
mod wire;

pub use admission::{Limits, Network, NotANetwork};
pub use app_rate::RateChange;
pub use attached::{Attached, Upgrade};
pub use audiosocket::DialOptions;
pub use call_handle::CallHandle;
pub use engine::Engine;
pub use fork::{Fork, ForkOptions, ForkStats, NotForked, Reconnect};
pub use listen::{Bound, ListenOptions};
pub use options::{CallOptions, CallStats};
pub use outgoing::Command;
pub use playing::{PlayInput, PlayRequest};
pub use server::{ServerOptions, ServerStats, Service};
pub use websocket::{ClientOptions, Roots, SocketOptions, TlsOptions};
pub use websocket_audio::{Acceptance, Answer, Terms, WebSocketDialOptions, WebSocketOptions};
