//! Echo servers without JavaScript.
//!
//! They are told nothing but their mode, and say where they are and how many frames they have had as
//! the benchmark's other servers do; see `benchmark/servers/report.js`.

pub mod epoll_echo;
mod report;
pub mod tokio_echo;
