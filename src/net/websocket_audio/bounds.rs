//! What a peer is held to over time: that it says something, and not too much.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::arrivals::LastHeard;
use super::options::Terms;
use crate::dialects::{Dialect, Playback, capabilities};
use crate::error::ErrorCode;
use crate::net::end_reason::EndReason;

/// How long a sender's first message is waited for, which may be its metadata.
const PATIENCE: Duration = Duration::from_secs(1);

/// Messages are counted over so many seconds: a sender that stalled may catch up.
const WINDOW: u32 = 10;

/// Pings that go unanswered before the peer is taken for gone, where nothing else was said.
const UNANSWERED: u32 = 3;

/// What is due of a peer, and when.
#[derive(Debug)]
pub(super) struct Bounds {
    ping: Duration,
    idle: Option<Duration>,
    max_rate: u32,
    next_ping: Option<Instant>,
    last_heard: Instant,
    /// The same, for others to see.
    heard: Arc<LastHeard>,
    /// Until when the first message may come.
    patience: Option<Instant>,
    /// When the window began that messages are counted in, and how many there were.
    window: (Instant, u32),
}

/// What the passing of time asks for.
#[derive(Debug)]
pub(super) enum Due {
    Ping,
    /// The first message is not waited for any longer.
    Patience,
    Over(EndReason),
}

impl Bounds {
    pub fn new(terms: &Terms, now: Instant) -> Self {
        Self {
            ping: terms.ping,
            idle: terms.idle,
            max_rate: terms.max_rate,
            next_ping: None,
            last_heard: now,
            heard: LastHeard::new(now),
            patience: Some(now + PATIENCE),
            window: (now, 0),
        }
    }

    /// The call has begun, so it is known what its peer does.
    pub fn handle_begun(&mut self, now: Instant, dialect: Dialect) {
        self.patience = None;
        if capabilities(dialect, Playback::default()).pong && !self.ping.is_zero() {
            self.next_ping = Some(now + self.ping);
            self.idle.get_or_insert(self.ping * UNANSWERED);
        }
    }

    /// Something came. Gives why the call is over, if it was one too many.
    pub fn handle_message(&mut self, now: Instant) -> Option<EndReason> {
        self.last_heard = now;
        self.heard.handle_message(now);
        if now.saturating_duration_since(self.window.0).as_secs() >= WINDOW.into() {
            self.window = (now, 0);
        }
        self.window.1 += 1;
        (self.window.1 > self.max_rate.saturating_mul(WINDOW)).then(|| {
            let message =
                format!("more than {} messages a second for {WINDOW} seconds", self.max_rate);
            EndReason::Broken(ErrorCode::MessageRate, message)
        })
    }

    /// The peer has connected again, and has said nothing yet.
    pub fn handle_reconnected(&mut self, now: Instant) {
        self.last_heard = now;
        self.heard.handle_message(now);
    }

    pub fn last_heard(&self) -> Arc<LastHeard> {
        Arc::clone(&self.heard)
    }

    /// When [`Self::poll`] has something next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let idle = self.idle_timeout().map(|idle| self.last_heard + idle);
        [self.next_ping, idle, self.patience].into_iter().flatten().min()
    }

    pub fn poll(&mut self, now: Instant) -> Option<Due> {
        if self.patience.take_if(|at| *at <= now).is_some() {
            return Some(Due::Patience);
        }
        if let Some(idle) = self.idle_timeout().filter(|idle| self.last_heard + *idle <= now) {
            let message = format!("nothing came for {} ms", idle.as_millis());
            return Some(Due::Over(EndReason::Broken(ErrorCode::IdleTimeout, message)));
        }
        let ping = self.next_ping.as_mut().filter(|at| **at <= now)?;
        *ping = now + self.ping;
        Some(Due::Ping)
    }

    /// Zero is for ever.
    fn idle_timeout(&self) -> Option<Duration> {
        self.idle.filter(|idle| !idle.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::websocket_audio::state::tests::terms;

    fn after(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    #[test]
    fn a_peer_is_pinged_if_it_answers_and_given_up_when_nothing_comes() {
        let start = Instant::now();
        let terms =
            Terms { ping: Duration::from_secs(2), idle: Some(Duration::from_secs(5)), ..terms() };
        let mut bounds = Bounds::new(&terms, start);
        bounds.handle_begun(start, Dialect::Raw);
        assert_eq!(bounds.poll_timeout(), Some(after(start, 2000)));
        assert!(matches!(bounds.poll(after(start, 2000)), Some(Due::Ping)));
        assert!(bounds.poll(after(start, 2001)).is_none());
        assert!(bounds.handle_message(after(start, 3000)).is_none());
        assert!(matches!(bounds.poll(after(start, 7999)), Some(Due::Ping)));
        let over = bounds.poll(after(start, 8000));
        assert!(matches!(over, Some(Due::Over(EndReason::Broken(ErrorCode::IdleTimeout, _)))));
        let mut deaf = Bounds::new(&Terms { idle: None, ..terms }, start);
        deaf.handle_begun(start, Dialect::Audiofork);
        assert_eq!(deaf.poll_timeout(), None);
    }

    #[test]
    fn three_unanswered_pings_are_enough_where_nothing_else_was_said() {
        let start = Instant::now();
        let terms = Terms { ping: Duration::from_secs(2), ..terms() };
        let mut bounds = Bounds::new(&terms, start);
        bounds.handle_begun(start, Dialect::ChanWebsocket);
        assert!((1..6).all(|s| !matches!(bounds.poll(after(start, s * 1000)), Some(Due::Over(_)))));
        assert!(matches!(bounds.poll(after(start, 6000)), Some(Due::Over(_))));
        let patient = Terms { idle: Some(Duration::ZERO), ..terms };
        let mut bounds = Bounds::new(&patient, start);
        bounds.handle_begun(start, Dialect::ChanWebsocket);
        assert!(matches!(bounds.poll(after(start, 3_600_000)), Some(Due::Ping)));
    }

    #[test]
    fn the_first_message_is_waited_for_a_second() {
        let start = Instant::now();
        let mut bounds = Bounds::new(&terms(), start);
        assert!(bounds.poll(after(start, 999)).is_none());
        assert!(matches!(bounds.poll(after(start, 1000)), Some(Due::Patience)));
        assert!(bounds.poll(after(start, 1001)).is_none());
    }

    #[test]
    fn messages_are_counted_by_ten_seconds() {
        let start = Instant::now();
        let mut bounds = Bounds::new(&Terms { max_rate: 10, ..terms() }, start);
        assert!((0..100).all(|_| bounds.handle_message(start).is_none()));
        assert!((0..100).all(|_| bounds.handle_message(after(start, 10_000)).is_none()));
        let over = bounds.handle_message(after(start, 19_999));
        assert!(matches!(over, Some(EndReason::Broken(ErrorCode::MessageRate, _))));
    }
}
