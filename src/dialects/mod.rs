//! How the senders of call audio over WebSocket speak: messages in, what they say out, and back.
//!
//! [`Session`] is one sender's connection: `handle_text` and `handle_binary` take its messages and
//! tell what they [say](DialectEvent); `handle_audio`, `handle_mark` and their like take what the app wants,
//! and [`Session::poll_transmit`] gives the messages for it. [`Dialect`] is who the sender is, and
//! [`capabilities`] what it can do. [`far_end`] is the other side: what a server answers to whom a
//! call of ours is forked.
//!
//! WebSocket itself, its handshake and its pings are left to `crate::net`, as is the clock: time is
//! an argument. Start reading at [`Session`], then at the dialect's own file.

mod audiofork;
mod beginning;
mod capabilities;
mod chan_websocket;
mod early_audio;
mod event;
pub mod far_end;
mod gather;
mod marks;
mod mod_audio_fork;
mod mod_audio_stream;
mod name;
mod outbox;
mod peer;
mod raw;
mod recognise;
mod refusal;
mod sample_aligner;
mod session;
mod voice;

pub use capabilities::{Capabilities, capabilities};
pub use event::{Begun, Channels, DialectEvent, Format};
pub use name::Dialect;
pub use outbox::Outgoing;
pub use recognise::subprotocol_to_accept;
pub use refusal::Refusal;
pub use session::{Session, SessionOptions, SessionStats};
pub use voice::Playback;
