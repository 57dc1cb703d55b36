//! From what the call has for its peer to messages.

use std::sync::Arc;
use std::time::Instant;

use super::state::State;
use crate::call::Passed;
use crate::dialect::{Outgoing, Refusal, Session};
use crate::events::Event;
use crate::net::line::Line;
use crate::net::outgoing::{Command, Item};
use crate::net::websocket::{self, Socket};
use crate::net::wire::Wire;
use crate::protocol::{HEADER_LEN, SampleRate, kind};

/// Bytes that may wait for the connection. With more, the call keeps its audio.
const MOST_BUFFERED: usize = 16 * 1024;

/// Gives the session what the call has for it, as far as the connection takes it.
pub(super) fn take_items(
    line: &Arc<Line>,
    session: &mut Session,
    socket: &Socket,
    state: &mut State,
    now: Instant,
) {
    let Wire::Messages(outgoing) = &line.wire else { return };
    while socket.buffered() < MOST_BUFFERED
        && let Some(item) = outgoing.pop()
    {
        let done = match item {
            Item::Frame(frame) => take_frame(session, state, &frame, now),
            Item::Command(command) => take_command(line, session, state, command),
        };
        if let Err(refusal) = done {
            let (code, message) = (refusal.code(), refusal.to_string());
            line.push(Event::Warning { code, message });
        }
    }
}

/// Forgets what the session cannot be given any more, marks excepted.
pub(super) fn forget_items(line: &Arc<Line>) {
    let Wire::Messages(outgoing) = &line.wire else { return };
    while let Some(item) = outgoing.pop() {
        if let Item::Command(Command::Mark(mark) | Command::Cleared(mark)) = item {
            line.push(Event::Mark(Passed { mark, cleared: true }));
        }
    }
}

/// Gives the connection the session's messages, as far as it takes them.
pub(super) fn transmit(session: &mut Session, socket: &mut Socket, now: Instant) {
    while socket.buffered() < MOST_BUFFERED
        && let Some(message) = session.poll_transmit(now)
    {
        let message = match &message {
            Outgoing::Text(text) => websocket::Outgoing::Text(text),
            Outgoing::Binary(bytes) => websocket::Outgoing::Binary(bytes),
            Outgoing::Close(code) => websocket::Outgoing::Close { code: Some(*code), reason: "" },
        };
        // It can only be closed already, which its reader learns of.
        let _ = socket.start_send(message);
    }
}

/// A frame as AudioSocket has it.
fn take_frame(
    session: &mut Session,
    state: &mut State,
    frame: &[u8],
    now: Instant,
) -> Result<(), Refusal> {
    let [what, ..] = frame else { return Ok(()) };
    if let Some(rate) = SampleRate::from_kind(*what) {
        state.farewell.has_spoken = true;
        return session.handle_audio(now, rate, frame.get(HEADER_LEN..).unwrap_or_default());
    }
    // The connection hangs up, when it is time.
    state.farewell.is_said |= *what == kind::HANGUP;
    Ok(())
}

fn take_command(
    line: &Arc<Line>,
    session: &mut Session,
    state: &mut State,
    command: Command,
) -> Result<(), Refusal> {
    match command {
        Command::Text(text) => session.handle_message(&text),
        Command::Clear => session.handle_clear(&mut |said| state.handle(line, said)),
        Command::Answer => session.handle_answer(),
        Command::Cleared(mark) => {
            line.push(Event::Mark(Passed { mark, cleared: true }));
            Ok(())
        }
        Command::Mark(mark) => session.handle_mark(mark).or_else(|_| {
            // The peer cannot tell: it is passed as far as we know.
            line.push(Event::Mark(Passed { mark, cleared: false }));
            Ok(())
        }),
    }
}
