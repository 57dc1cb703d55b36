//! What happened, on its way to JavaScript.
//!
//! Each call and each server has an [`Inbox`] behind a [`Source`]; the [`EventQueue`] knows which
//! of them have news, rings one doorbell ([`Wake`]) for all, and empties them in one drain into a
//! slab of JavaScript's ([`Packer`]). Nothing here knows a socket or N-API.

mod event;
mod inbox;
mod long;
mod packed;
mod queue;

pub use event::Event;
pub use inbox::{AudioLimit, Inbox, InboxStats, Opening, Overflow};
pub use packed::Packer;
pub use queue::{EventQueue, Source, Wake};
