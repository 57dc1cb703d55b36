//! From what the call has for its peer to messages.

use std::sync::Arc;
use std::time::Instant;

use super::state::State;
use crate::call::Passed;
use crate::dialects::{Outgoing, Refusal, Session};
use crate::events::Event;
use crate::net::call_handle::CallHandle;
use crate::net::outgoing::{Command, Item};
use crate::net::websocket::{self, Socket};
use crate::net::wire::Wire;
use crate::protocol::{HEADER_LEN, SampleRate, kind};

/// Bytes that may wait for the connection. With more, the call keeps its audio.
const MOST_BUFFERED: usize = 16 * 1024;

/// Whether the call has to keep its audio for now.
pub(super) fn is_full(socket: &Socket) -> bool {
    socket.buffered() >= MOST_BUFFERED
}

/// Gives the session what the call has for it, and the connection what becomes of that, as far as the
/// connection takes it.
pub(super) fn take_items(
    line: &Arc<CallHandle>,
    session: &mut Session,
    socket: &mut Socket,
    state: &mut State,
    now: Instant,
) {
    // Each item finds the session with none that wait, and so with room.
    transmit(session, socket, now);
    while !is_full(socket) && take_item(line, session, state, now) {
        transmit(session, socket, now);
    }
}

/// Gives the connection all there is, however long it takes: nothing follows.
pub(super) fn take_last_items(
    line: &Arc<CallHandle>,
    session: &mut Session,
    socket: &mut Socket,
    state: &mut State,
    now: Instant,
) {
    transmit_all(session, socket, now);
    while take_item(line, session, state, now) {
        transmit_all(session, socket, now);
    }
    // Refused only where the session is over already.
    let _ = session.handle_hangup();
    transmit_all(session, socket, now);
}

/// False if there is none.
fn take_item(
    line: &Arc<CallHandle>,
    session: &mut Session,
    state: &mut State,
    now: Instant,
) -> bool {
    let Wire::Messages(outgoing) = &line.wire else { return false };
    let Some(item) = outgoing.pop() else { return false };
    let done = match item {
        Item::Frame(frame) => take_frame(session, state, &frame, now),
        Item::Command(command) => take_command(line, session, state, command),
    };
    match done {
        // What takes no audio is asked for none but silence, and has nothing to clear.
        Ok(()) | Err(Refusal::NotSupported { .. } | Refusal::Ended) => {}
        Err(refusal) => state.handle_refusal(line, refusal),
    }
    true
}

/// Forgets what the session cannot be given any more, marks excepted.
pub(super) fn forget_items(line: &Arc<CallHandle>) {
    let Wire::Messages(outgoing) = &line.wire else { return };
    while let Some(item) = outgoing.pop() {
        if let Item::Command(Command::Mark(mark) | Command::Cleared(mark)) = item {
            line.push(Event::Mark(Passed { mark, cleared: true }));
        }
    }
}

/// Gives the connection the session's messages, as far as it takes them.
pub(super) fn transmit(session: &mut Session, socket: &mut Socket, now: Instant) {
    while !is_full(socket) && transmit_one(session, socket, now) {}
}

fn transmit_all(session: &mut Session, socket: &mut Socket, now: Instant) {
    while transmit_one(session, socket, now) {}
}

/// False if there is none.
fn transmit_one(session: &mut Session, socket: &mut Socket, now: Instant) -> bool {
    let Some(message) = session.poll_transmit(now) else { return false };
    let message = match &message {
        Outgoing::Text(text) => websocket::Outgoing::Text(text),
        Outgoing::Binary(bytes) => websocket::Outgoing::Binary(bytes),
        Outgoing::Close(code) => websocket::Outgoing::Close { code: Some(*code), reason: "" },
    };
    // It can only be closed already, which its reader learns of.
    let _ = socket.start_send(message);
    true
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
        state.playout_drain.has_spoken = true;
        return session.handle_audio(now, rate, frame.get(HEADER_LEN..).unwrap_or_default());
    }
    // The connection hangs up, when it is time.
    state.playout_drain.is_said |= *what == kind::HANGUP;
    Ok(())
}

fn take_command(
    line: &Arc<CallHandle>,
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
