//! The only place that knows N-API: converts, delegates, and maps what comes back.

mod doorbell;
mod engine;
mod fork;
mod options;
mod results;
mod websocket;
mod websocket_engine;
