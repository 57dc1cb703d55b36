//! The only place that knows N-API: converts, delegates, and maps what comes back.

mod engine;
mod fork;
mod notifier;
mod options;
mod results;
mod websocket;
mod websocket_engine;
