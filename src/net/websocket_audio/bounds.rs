//! What a peer is held to over time: that it says something, and not too much.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::arrivals::LastHeard;
use super::options::Terms;
use crate::dialects::{Dialect, Playback, capabilities};
use crate::error::ErrorCode;
use crate::net::end_reason::EndReason;
use crate::net::websocket::Received;

/// How long a sender's first message is waited for, which may be its metadata.
const PATIENCE: Duration = Duration::from_secs(1);

/// Messages are counted over so many seconds: a sender that stalled may catch up.
const WINDOW: u32 = 10;

/// Texts of the longest kind in a window.
const TEXTS: usize = 16;

/// Messages of the longest kind that are unpacked in a window.
const UNPACKED: usize = 10;

/// Pings that go unanswered before the peer is taken for gone, where nothing else was said.
const UNANSWERED: u32 = 3;

/// What is due of a peer, and when.
#[derive(Debug)]
pub(super) struct Bounds {
    ping: Duration,
    idle: Option<Duration>,
    max_rate: u32,
    next_ping: Option<Instant>,
    /// A peer that speaks is not pinged.
    pings_silence: bool,
    last_heard: Instant,
    /// The same, for others to see.
    heard: Arc<LastHeard>,
    /// Until when the first message may come.
    patience: Option<Instant>,
    holds_audio: bool,
    /// Bytes of text in a window, and bytes that are unpacked.
    max_text: usize,
    max_unpacked: usize,
    window: Window,
}

/// What came since `start`.
#[derive(Clone, Copy, Debug)]
struct Window {
    start: Instant,
    messages: u32,
    text: usize,
    unpacked: usize,
}

impl Window {
    fn new(start: Instant) -> Self {
        Self { start, messages: 0, text: 0, unpacked: 0 }
    }
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
            pings_silence: false,
            last_heard: now,
            heard: LastHeard::new(now),
            patience: Some(now + PATIENCE),
            holds_audio: false,
            max_text: terms.max_text.saturating_mul(TEXTS),
            max_unpacked: terms.max_message.saturating_mul(UNPACKED),
            window: Window::new(now),
        }
    }

    /// The call has begun, so it is known what its peer does.
    pub fn handle_begun(&mut self, now: Instant, dialect: Dialect) {
        self.patience = None;
        if capabilities(dialect, Playback::default()).pong && !self.ping.is_zero() {
            self.next_ping = Some(now + self.ping);
            self.pings_silence = dialect == Dialect::ChanWebsocket;
            self.idle.get_or_insert(self.ping * UNANSWERED);
        }
    }

    /// So much came. Gives why the call is over, if it was too much.
    pub fn handle_received(&mut self, now: Instant, received: Received) -> Option<EndReason> {
        if received.frames == 0 && received.unpacked == 0 {
            return None;
        }
        self.last_heard = now;
        self.heard.handle_message(now);
        let window = &mut self.window;
        if now.saturating_duration_since(window.start).as_secs() >= WINDOW.into() {
            *window = Window::new(now);
        }
        window.messages = window.messages.saturating_add(received.frames);
        window.text = window.text.saturating_add(received.text);
        window.unpacked = window.unpacked.saturating_add(received.unpacked);
        self.excess().map(|message| EndReason::Broken(ErrorCode::MessageRate, message))
    }

    /// What there was too much of.
    fn excess(&self) -> Option<String> {
        let Window { messages, text, unpacked, .. } = self.window;
        if messages > self.max_rate.saturating_mul(WINDOW) {
            Some(format!("more than {} messages a second for {WINDOW} seconds", self.max_rate))
        } else if text > self.max_text {
            Some(format!("more than {} bytes of text in {WINDOW} seconds", self.max_text))
        } else if unpacked > self.max_unpacked {
            Some(format!("more than {} bytes unpacked in {WINDOW} seconds", self.max_unpacked))
        } else {
            None
        }
    }

    /// Audio waits for its call's metadata, which is not waited for longer than so.
    pub fn handle_held_audio(&mut self, now: Instant, wait: Duration) {
        if !std::mem::replace(&mut self.holds_audio, true) {
            self.patience = self.patience.map(|patience| patience.min(now + wait));
        }
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
        let silent_since = self.last_heard + self.ping;
        if self.pings_silence && silent_since > now {
            *ping = silent_since;
            return None;
        }
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

    fn one() -> Received {
        Received { frames: 1, ..Received::default() }
    }

    #[test]
    fn text_and_what_is_unpacked_have_bounds_of_their_own() {
        let start = Instant::now();
        let terms = Terms { max_text: 1000, max_message: 5000, ..terms() };
        let text = Received { text: 1000, ..one() };
        let mut bounds = Bounds::new(&terms, start);
        assert!((0..16).all(|_| bounds.handle_received(start, text).is_none()));
        assert!(bounds.handle_received(start, text).is_some());
        let unpacked = Received { unpacked: 5000, ..Received::default() };
        let mut bounds = Bounds::new(&terms, start);
        assert!((0..10).all(|_| bounds.handle_received(start, unpacked).is_none()));
        assert!(bounds.handle_received(start, unpacked).is_some());
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
        assert!(bounds.handle_received(after(start, 3000), one()).is_none());
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
    fn asterisk_is_asked_for_no_sign_while_it_speaks() {
        let start = Instant::now();
        let mut bounds = Bounds::new(&Terms { ping: Duration::from_secs(2), ..terms() }, start);
        bounds.handle_begun(start, Dialect::ChanWebsocket);
        for second in 1..10 {
            let now = after(start, second * 1000);
            assert!(bounds.handle_received(now, one()).is_none());
            assert!(bounds.poll(now).is_none());
        }
        assert!(bounds.poll(after(start, 10_999)).is_none());
        assert!(matches!(bounds.poll(after(start, 11_000)), Some(Due::Ping)));
    }

    #[test]
    fn audio_before_metadata_shortens_the_wait_once() {
        let start = Instant::now();
        let mut bounds = Bounds::new(&terms(), start);
        bounds.handle_held_audio(after(start, 100), Duration::from_millis(200));
        bounds.handle_held_audio(after(start, 200), Duration::from_millis(200));
        assert!(bounds.poll(after(start, 299)).is_none());
        assert!(matches!(bounds.poll(after(start, 300)), Some(Due::Patience)));
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
        assert!((0..100).all(|_| bounds.handle_received(start, one()).is_none()));
        assert!((0..100).all(|_| bounds.handle_received(after(start, 10_000), one()).is_none()));
        let over = bounds.handle_received(after(start, 19_999), one());
        assert!(matches!(over, Some(EndReason::Broken(ErrorCode::MessageRate, _))));
    }
}
