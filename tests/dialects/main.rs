//! Senders of call audio over WebSocket, message by message as each really speaks.

mod audiofork;
mod chan_websocket;
mod chan_websocket_out;
mod mod_audio_fork;
mod mod_audio_stream;
mod properties;
mod raw;
mod recognition;
mod support;
