//! One connection of a fork: sends what the call brings, and hears the far end.
//!
//! A far end is read only as fast as JavaScript takes what it says and its sounds are decoded.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use super::orders::Stop;
use super::speaker::Speaker;
use super::task::Task;
use crate::net::websocket::{Budget, Message, Outgoing, Socket, SocketError};

/// Frames are handed to the socket while less than this waits there.
const ROOM: usize = 8 * 1024;

/// A far end that does not read our answers is not read, where more than this waits for it.
const ANSWER_ROOM: usize = 64 * 1024;

/// How often the call's frames are looked at, where both sides wait for each other.
const TICK: Duration = Duration::from_millis(20);

/// How long a far end may take to answer a close.
const GOODBYE: Duration = Duration::from_secs(2);

/// How a connection came to its end.
#[derive(Debug)]
pub(super) enum Ended {
    /// We are to stop.
    Stopped(Stop),
    /// The far end closed.
    Closed { code: Option<u16>, reason: String },
    /// The connection is lost, or the far end breaks the protocol.
    Failed(SocketError),
    /// The far end says nothing any more.
    Silent,
}

impl Ended {
    /// Somebody may still be told why.
    fn has_a_listener(&self) -> bool {
        match self {
            Self::Stopped(_) | Self::Closed { .. } => true,
            Self::Failed(error) => error.close_code().is_some(),
            Self::Silent => false,
        }
    }
}

pub(super) struct Session<'a> {
    pub(super) task: &'a mut Task,
    pub(super) socket: Socket,
    pub(super) speaker: Option<Speaker>,
    tick: Interval,
    ping: Option<Interval>,
    /// The far end has said something since it was pinged.
    heard: bool,
    frame: Vec<u8>,
}

impl<'a> Session<'a> {
    pub fn new(task: &'a mut Task, socket: Socket) -> Self {
        let options = &task.options;
        let speaker =
            options.bidirectional.then(|| Speaker::new(task.line.clone(), options.flow.rate));
        Self {
            tick: every(options.flow.frame.min(TICK)),
            ping: options.heartbeat.map(every),
            task,
            socket,
            speaker,
            heard: true,
            frame: Vec::new(),
        }
    }

    /// Runs until the connection is over, and closes it.
    pub async fn run(&mut self) -> Ended {
        if let Some(metadata) = self.task.options.metadata.clone() {
            self.send_text(&metadata);
        }
        let ended = poll_fn(|context| self.poll(context)).await;
        if let Some(speaker) = &mut self.speaker {
            speaker.handle_lost();
        }
        if let Ended::Stopped(stop) = &ended {
            self.send_last(stop);
        }
        if ended.has_a_listener() {
            // Whoever does not take the last of it, or does not close, is closed on.
            let _ = timeout(GOODBYE, poll_fn(|context| self.socket.poll_close(context))).await;
        }
        self.task.count();
        ended
    }

    pub(super) fn send_text(&mut self, text: &str) {
        // What cannot be sent any more ends the connection from its other side.
        let _ = self.socket.start_send(Outgoing::Text(text));
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Ended> {
        self.task.fork.register(context.waker());
        if let Some(stop) = self.task.fork.stopped() {
            return Poll::Ready(Ended::Stopped(stop));
        }
        while self.tick.poll_tick(context).is_ready() {
            self.task.flow(Instant::now());
            self.send_marks();
        }
        self.task.flow_at_once(Instant::now());
        if self.poll_ping(context) {
            return Poll::Ready(Ended::Silent);
        }
        let sent = self.poll_send(context);
        let read = self.poll_read(context);
        match sent {
            // Its last words say more than that it is gone.
            Err(error) if read.is_pending() => Poll::Ready(Ended::Failed(error.into())),
            _ => read,
        }
    }

    /// Sends what waits, as far as the far end takes it.
    fn poll_send(&mut self, context: &mut Context<'_>) -> std::io::Result<()> {
        loop {
            let more = self.fill();
            match self.socket.poll_flush(context) {
                Poll::Ready(Ok(())) if more => {}
                Poll::Ready(result) => return result,
                Poll::Pending => return Ok(()),
            }
        }
    }

    /// Hands the socket as much as it has room for. False if that is all there is.
    fn fill(&mut self) -> bool {
        while self.socket.buffered() < ROOM {
            if let Some(text) = self.task.fork.next_text() {
                self.send_text(&text);
            } else if self.task.flow.poll_frame(&mut self.frame) {
                self.send_frame();
            } else {
                return false;
            }
        }
        true
    }

    fn send_frame(&mut self) {
        if self.socket.start_send(Outgoing::Binary(&self.frame)).is_ok() {
            self.task.count_frame(self.frame.len());
        }
    }

    /// Pings when it is time. True if the last ping was not answered.
    fn poll_ping(&mut self, context: &mut Context<'_>) -> bool {
        let Some(ping) = &mut self.ping else { return false };
        while ping.poll_tick(context).is_ready() {
            if !std::mem::replace(&mut self.heard, false) {
                return true;
            }
            let _ = self.socket.start_send(Outgoing::Ping(&[]));
        }
        false
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Ended> {
        let mut budget = Budget::default();
        loop {
            if self.is_held(context) {
                // Its answers to our pings may well be there.
                self.heard = true;
                return Poll::Pending;
            }
            let message = match self.socket.poll_next(context, &mut budget) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(Ended::Failed(SocketError::Dropped)),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Ended::Failed(error)),
                Poll::Ready(Some(Ok(message))) => message,
            };
            self.heard = true;
            match message {
                Message::Text(text) => self.handle_text(&text),
                Message::Binary(bytes) => self.handle_binary(&bytes),
                Message::Ping(_) | Message::Pong(_) => {}
                Message::Close { code, reason } => {
                    return Poll::Ready(Ended::Closed { code, reason });
                }
            }
        }
    }

    /// Whether something is to be done before the far end is heard again.
    fn is_held(&mut self, context: &mut Context<'_>) -> bool {
        self.poll_decoded(context).is_pending()
            || self.task.fork.source.poll_drained(context).is_pending()
            || self.socket.buffered() > ANSWER_ROOM
    }

    /// All that was said until now, then the last text.
    fn send_last(&mut self, stop: &Stop) {
        self.task.finish(Instant::now());
        while let Some(text) = self.task.fork.next_text() {
            self.send_text(&text);
        }
        while self.task.flow.poll_last(&mut self.frame) {
            self.send_frame();
        }
        if let Some(metadata) = &stop.metadata {
            self.send_text(metadata);
        }
        let _ = self.socket.start_send(Outgoing::Close { code: Some(1000), reason: "" });
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
    interval
}
