//! One call over WebSocket, from its connection's first message to its last.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::{Sleep, sleep_until, timeout};

use super::arrivals::LastHeard;
use super::bounds::{Bounds, Due};
use super::options::Terms;
use super::outward::{forget_items, is_full, take_items, take_last_items, transmit};
use super::stall::Stall;
use super::state::State;
use crate::call::Role;
use crate::dialects::{DialectEvent, Playback, Session, SessionOptions, capabilities};
use crate::error::ErrorCode;
use crate::events::{Event, Source};
use crate::net::call_handle::CallHandle;
use crate::net::end_reason::{EndReason, LINGER};
use crate::net::engine::Engine;
use crate::net::flags::Flag;
use crate::net::flood;
use crate::net::outgoing::Outgoing;
use crate::net::websocket::{self, Budget, Message, Socket, SocketError};
use crate::net::wire::Wire;

/// When to look again where nothing is due: never in practice.
const FOREVER: Duration = Duration::from_secs(86_400);

/// The runtime's clock, which tests invent.
pub(super) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// A WebSocket with the call on it.
pub(super) struct Connection {
    pub line: Arc<CallHandle>,
    socket: Socket,
    session: Session,
    state: State,
    bounds: Bounds,
    sleep: Pin<Box<Sleep>>,
    playback: Playback,
    metadata_wait: Duration,
    stall: Stall,
    has_begun: bool,
    has_ended: bool,
    /// The connection was lost, not closed.
    is_lost: bool,
}

/// However its task ends, the call does.
impl Drop for Connection {
    fn drop(&mut self) {
        self.state.over.get_or_insert_with(|| {
            EndReason::Broken(ErrorCode::CallAborted, "the call was broken off here".to_owned())
        });
        self.end_call();
    }
}

impl Connection {
    /// `offered` are the subprotocols of the peer.
    pub fn new(
        engine: Arc<Engine>,
        source: Arc<Source>,
        server: Option<u32>,
        terms: &Terms,
        offered: Vec<String>,
        socket: Socket,
    ) -> Self {
        let now = now();
        let wire = Wire::Messages(Outgoing::default());
        let session = Session::new(SessionOptions {
            dialect: terms.dialect,
            offered,
            assumed: terms.format,
            playback: terms.playback,
            chunk: terms.chunk,
            waits_for_metadata: !terms.metadata_wait.is_zero(),
        });
        Self {
            line: CallHandle::new(engine, source, server, Role::Server, terms.call, wire),
            socket,
            session,
            state: State::new(terms),
            bounds: Bounds::new(terms, now),
            sleep: Box::pin(sleep_until((now + FOREVER).into())),
            playback: terms.playback,
            metadata_wait: terms.metadata_wait,
            stall: Stall::default(),
            has_begun: false,
            has_ended: false,
            is_lost: false,
        }
    }

    /// Runs until the call has begun, which makes it known to JavaScript; or gives why it has not.
    pub async fn begin(&mut self) -> Result<(), EndReason> {
        let Self { line, session, state, .. } = self;
        session.handle_open(&mut |said| state.handle(line, said));
        self.begin_if_due();
        while self.state.over.is_none() && !self.has_begun {
            self.step().await;
        }
        if self.has_begun {
            Ok(())
        } else {
            Err(self.state.over.take().unwrap_or(EndReason::Closed))
        }
    }

    /// Runs until the connection is over. True if it was lost, and the call could go on over another.
    pub async fn run(&mut self) -> bool {
        while self.state.over.is_none() {
            self.step().await;
        }
        self.is_lost
    }

    /// Goes on over another connection of the same sender.
    pub fn go_on(&mut self, socket: Socket) {
        self.socket = socket;
        self.is_lost = false;
        self.state.over = None;
        self.bounds.handle_reconnected(now());
        self.line.push(Event::Reconnected);
    }

    /// When something came last, for others to see.
    pub fn last_heard(&self) -> Arc<LastHeard> {
        self.bounds.last_heard()
    }

    /// There is a call, which JavaScript knows of.
    pub fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Ends the call, and the connection with it.
    pub async fn end(&mut self) {
        self.end_call();
        self.close().await;
    }

    /// Ends the call, if there is one that has not ended.
    fn end_call(&mut self) {
        if !self.has_begun || std::mem::replace(&mut self.has_ended, true) {
            return;
        }
        let over = self.state.over.take().unwrap_or(EndReason::Closed);
        if matches!(over, EndReason::Flooded | EndReason::Broken(..) | EndReason::Refused(..)) {
            self.line.hangup(false);
        }
        let Self { line, session, state, socket, .. } = self;
        if !matches!(over, EndReason::Closed | EndReason::Lost(_)) {
            take_last_items(line, session, socket, state, now());
        }
        session.handle_closed(&mut |said| state.handle(line, said));
        forget_items(line);
        self.line.finish_hearing(self.state.format.rate);
        self.line.end(over.last_words());
    }

    /// Closes; a peer that takes its time is not waited for.
    pub async fn close(&mut self) {
        // Refused only where the session is over already.
        let _ = self.session.handle_hangup();
        let _ = timeout(LINGER, poll_fn(|context| self.poll_closed(context))).await;
    }

    fn poll_closed(&mut self, context: &mut Context<'_>) -> Poll<()> {
        transmit(&mut self.session, &mut self.socket, now());
        self.socket.poll_close(context)
    }

    async fn step(&mut self) {
        let was_much = poll_fn(|context| self.poll_step(context)).await;
        if was_much {
            flood::pause(&self.line).await;
        }
    }

    /// Sees to whatever there is. True if the peer may have sent more than was read at once.
    fn poll_step(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        self.line.flags.register(context.waker());
        if let Wire::Messages(outgoing) = &self.line.wire {
            outgoing.register(context.waker());
        }
        let (now, had_begun) = (now(), self.has_begun);
        // Whether all was said is known before it is looked whether the call may end.
        take_items(&self.line, &mut self.session, &mut self.socket, &mut self.state, now);
        let was_much = self.read(context, now);
        self.handle_time(now);
        self.look_around(now);
        self.send(context, now);
        let is_stuck = is_full(&self.socket) || self.state.is_held;
        self.stall.handle(now, is_stuck && self.line.flags.has(Flag::HangUp));
        let is_news = self.state.over.is_some() || self.has_begun != had_begun;
        if was_much || is_news || self.poll_sleep(context) {
            return Poll::Ready(was_much);
        }
        Poll::Pending
    }

    /// Gives the connection what the call has for it, until there is no more or no room.
    fn send(&mut self, context: &mut Context<'_>, now: Instant) {
        loop {
            take_items(&self.line, &mut self.session, &mut self.socket, &mut self.state, now);
            self.line.poll_unsent(context);
            let was_full = is_full(&self.socket);
            // Where it fails, reading does too.
            let is_flushed = matches!(self.socket.poll_flush(context), Poll::Ready(Ok(())));
            // Nobody tells of room that there is already.
            if !was_full || !is_flushed {
                return;
            }
        }
    }

    /// Reads what has come, within a budget. True if there may be more: who sends more at once has to
    /// wait for JavaScript to take it.
    fn read(&mut self, context: &mut Context<'_>, now: Instant) -> bool {
        let mut budget = Budget::default();
        while self.state.over.is_none()
            && let Poll::Ready(message) = self.socket.poll_next(context, &mut budget)
        {
            self.handle_message(message);
        }
        let over = self.bounds.handle_received(now, self.socket.take_received());
        if self.state.over.is_none() {
            self.state.over = over;
        }
        self.state.over.is_none() && budget.is_spent()
    }

    fn handle_message(&mut self, message: Option<Result<Message, SocketError>>) {
        let Self { line, session, state, .. } = self;
        let said = &mut |said: DialectEvent<'_>| state.handle(line, said);
        match message {
            Some(Ok(Message::Text(text))) => session.handle_text(&text, said),
            Some(Ok(Message::Binary(bytes))) => session.handle_binary(&bytes, said),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close { .. })) | None => self.state.over = Some(EndReason::Closed),
            Some(Err(SocketError::Dropped)) => {
                self.is_lost = true;
                self.state.over = Some(EndReason::Closed);
            }
            Some(Err(SocketError::Io(error))) => {
                self.is_lost = true;
                self.state.over = Some(EndReason::Lost(error));
            }
            Some(Err(error)) => {
                self.state.over = Some(EndReason::Broken(error.code(), error.to_string()));
            }
        }
        self.begin_if_due();
    }

    fn handle_time(&mut self, now: Instant) {
        while self.state.over.is_none()
            && let Some(due) = self.bounds.poll(now)
        {
            match due {
                Due::Over(over) => self.state.over = Some(over),
                Due::Ping if self.session.handle_probe() => {}
                Due::Ping => {
                    // It can only be closed already.
                    let _ = self.socket.start_send(websocket::Outgoing::Ping(b""));
                }
                Due::Patience => {
                    let Self { line, session, state, .. } = self;
                    session.handle_patience_over(&mut |said| state.handle(line, said));
                    self.begin_if_due();
                }
            }
        }
    }

    fn look_around(&mut self, now: Instant) {
        let Self { line, session, state, .. } = self;
        if line.flags.has(Flag::Flooded) {
            self.state.over = Some(EndReason::Flooded);
        } else if line.flags.has(Flag::Goodbye)
            && (!line.drains() || state.playout_drain.is_done(now, session))
        {
            self.state.over = Some(EndReason::Goodbye);
        } else if line.flags.has(Flag::HangUp) && (!line.drains() || self.stall.is_over(now)) {
            // A peer that takes nothing does not hold the end up.
            self.state.over = Some(EndReason::Goodbye);
        }
    }

    /// True if something is due already.
    fn poll_sleep(&mut self, context: &mut Context<'_>) -> bool {
        let playout_drain = self.state.playout_drain.poll_timeout();
        let stall = self.stall.poll_timeout();
        let dues = [self.session.poll_timeout(), self.bounds.poll_timeout(), playout_drain, stall];
        let at = dues.into_iter().flatten().min().unwrap_or_else(|| now() + FOREVER);
        if self.sleep.deadline() != at.into() {
            self.sleep.as_mut().reset(at.into());
        }
        pin!(&mut self.sleep).poll(context).is_ready()
    }

    fn begin_if_due(&mut self) {
        if self.session.holds_audio() {
            self.bounds.handle_held_audio(now(), self.metadata_wait);
        }
        let format = self.session.format();
        let (Some(dialect), Some(format), false) = (self.session.dialect(), format, self.has_begun)
        else {
            return;
        };
        self.has_begun = true;
        self.bounds.handle_begun(now(), dialect);
        if let Err(over) = self.line.handle_format(format) {
            self.state.over = Some(over);
        }
        let can = capabilities(dialect, self.playback);
        let details = self.state.details(can);
        self.line.begin(self.line.begun_event(dialect, format, details));
    }
}
