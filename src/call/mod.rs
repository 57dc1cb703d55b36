//! One call, as a thing of bytes and time.
//!
//! [`Inbound`] is what the peer says: bytes in, [`InboundEvent`] out. [`Outbound`] is what the peer is to
//! hear: audio in, frames out, each when it is due. Neither knows a socket or a clock; time is an
//! argument. `crate::net` drives both.

mod catch_up;
mod companding;
mod converter;
mod inbound;
mod inbound_converter;
mod inbound_event;
mod inbound_pace;
mod marks;
mod mixer;
mod outbound;
mod playback;
mod queue;
mod rate_changes;
mod rates;
mod settings;
mod speech;
mod timeline;

pub use companding::{Companding, Expander};
pub(crate) use converter::take_side;
pub use inbound::{Inbound, InboundStats, Role};
pub use inbound_converter::InboundConverter;
pub use inbound_event::{InboundEvent, Warning};
pub use inbound_pace::InboundPace;
pub use marks::Passed;
pub use outbound::{Outbound, OutboundStats};
pub use playback::{Finished, Play, Slot, SourceFailure};
pub use queue::Full;
pub use rate_changes::TooManyRateChanges;
pub use settings::{Settings, Silence};
pub use speech::{Detector, Speech, SpeechEvent, SpeechOptions};
pub use timeline::Transmit;
