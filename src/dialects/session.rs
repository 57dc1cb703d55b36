//! One sender's connection.
//!
//! ```text
//!  Unknown --subprotocol, first message, patience over--> Known --its beginning--> Begun
//!                                                           |                        |
//!                                                           +--refused, hung up, closed--> Over
//! ```

use std::time::{Duration, Instant};

use super::audiofork::Audiofork;
use super::chan_websocket::ChanWebsocket;
use super::event::{DialectEvent, Format};
use super::mod_audio_fork::ModAudioFork;
use super::mod_audio_stream::ModAudioStream;
use super::name::Dialect;
use super::outbox::{Outbox, Outgoing};
use super::peer::{Peer, Sink};
use super::raw::Raw;
use super::recognise;
use super::refusal::Refusal;
use super::voice::Playback;
use crate::protocol::SampleRate;

/// What a session is told before it begins.
#[derive(Clone, Debug)]
pub struct SessionOptions {
    /// The sender's dialect; None to recognise it.
    pub dialect: Option<Dialect>,
    /// The subprotocols that the sender offered.
    pub offered: Vec<String>,
    /// The format of audio that does not tell its own: 8 kHz mono unless set. app_audiofork has
    /// always 8 kHz, and chan_websocket tells.
    pub assumed: Format,
    /// How FreeSWITCH is given audio: JSON unless set.
    pub playback: Playback,
    /// How much audio goes into one JSON message: 200 ms unless set, from 20 ms to 10 s. More is
    /// fewer files at the far end, and a later beginning.
    pub chunk: Duration,
    /// Metadata may come behind a call's first audio, which then waits for it until
    /// [`Session::handle_patience_over`]. Set unless changed.
    pub waits_for_metadata: bool,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self {
            dialect: None,
            offered: Vec::new(),
            assumed: Format::NARROWBAND,
            playback: Playback::default(),
            chunk: Duration::from_millis(200),
            waits_for_metadata: true,
        }
    }
}

/// What was dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionStats {
    /// Bytes of audio that came before its call began and were too many to keep.
    pub held_bytes_dropped: u64,
    /// Messages of audio that nobody polled.
    pub audio_messages_dropped: u64,
}

/// A sender's messages, as what they say; and what the app wants, as messages for the sender.
///
/// Whatever is handled, poll afterwards: [`Session::poll_transmit`] until it gives nothing, then
/// [`Session::poll_timeout`] for when to poll again.
#[derive(Debug)]
pub struct Session {
    options: SessionOptions,
    peer: Option<Box<dyn Peer>>,
    out: Outbox,
    is_over: bool,
    is_closed: bool,
}

impl Session {
    pub fn new(options: SessionOptions) -> Self {
        let dialect = options.dialect.or_else(|| recognise::by_subprotocols(&options.offered));
        let peer = dialect.map(|dialect| new_peer(dialect, &options));
        Self { options, peer, out: Outbox::default(), is_over: false, is_closed: false }
    }

    /// Who the sender is, once that is known.
    pub fn dialect(&self) -> Option<Dialect> {
        self.peer.as_ref().map(|peer| peer.dialect())
    }

    /// The call begins with [`Session::handle_open`], before any message.
    pub fn begins_at_once(&self) -> bool {
        matches!(self.dialect(), Some(Dialect::Audiofork | Dialect::Raw))
    }

    pub fn has_begun(&self) -> bool {
        self.peer.as_ref().is_some_and(|peer| peer.has_begun())
    }

    /// Audio came, and waits for the metadata of its call: a fifth of a second will do, then
    /// [`Session::handle_patience_over`].
    pub fn holds_audio(&self) -> bool {
        self.peer.as_ref().is_some_and(|peer| peer.holds_audio())
    }

    /// The call was refused, hung up or closed: nothing more is heard or taken.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// The sender's format, once the call has begun. What is said has its rate, in mono.
    pub fn format(&self) -> Option<Format> {
        self.peer.as_ref().filter(|peer| peer.has_begun()).map(|peer| peer.format())
    }

    pub fn stats(&self) -> SessionStats {
        SessionStats {
            held_bytes_dropped: self.peer.as_ref().map_or(0, |peer| peer.held_dropped()),
            audio_messages_dropped: self.out.dropped,
        }
    }

    /// The handshake is done. Call it once, before the first message.
    pub fn handle_open(&mut self, said: &mut impl FnMut(DialectEvent<'_>)) {
        self.hear(said, |peer, said| peer.handle_open(said));
    }

    /// The sender said nothing for as long as its metadata is waited for (a second will do): the
    /// call begins without, unless it is chan_websocket's, which has no format yet.
    pub fn handle_patience_over(&mut self, said: &mut impl FnMut(DialectEvent<'_>)) {
        self.become_known(recognise::by_default);
        self.hear(said, |peer, said| peer.handle_patience_over(said));
    }

    /// A text message came.
    pub fn handle_text(&mut self, text: &str, said: &mut impl FnMut(DialectEvent<'_>)) {
        self.become_known(|| recognise::by_first_text(text));
        self.hear(said, |peer, said| peer.handle_text(text, said));
    }

    /// A binary message came.
    pub fn handle_binary(&mut self, bytes: &[u8], said: &mut impl FnMut(DialectEvent<'_>)) {
        self.become_known(recognise::by_default);
        self.hear(said, |peer, said| peer.handle_binary(bytes, said));
    }

    /// The connection is gone, whoever ended it: marks that wait are cleared, and if it was the
    /// sender it has hung up. Once; later calls say nothing.
    pub fn handle_closed(&mut self, said: &mut impl FnMut(DialectEvent<'_>)) {
        if std::mem::replace(&mut self.is_closed, true) {
            return;
        }
        if let Some(peer) = &mut self.peer {
            peer.handle_closed(said);
        }
        if !std::mem::replace(&mut self.is_over, true) {
            said(DialectEvent::HungUp);
        }
    }

    /// The app says a frame of 20 ms, linear and mono, which is to be heard now.
    ///
    /// # Errors
    /// Where the dialect takes no audio, or none of that rate; before the beginning; after the end.
    pub fn handle_audio(
        &mut self,
        now: Instant,
        rate: SampleRate,
        pcm: &[u8],
    ) -> Result<(), Refusal> {
        let whole = &pcm[..pcm.len() & !1];
        self.speak(|peer, out| peer.handle_audio(now, rate, whole, out))
    }

    /// What was said and not yet heard is to be dropped.
    ///
    /// # Errors
    /// Where the dialect takes no audio; before the beginning; after the end.
    pub fn handle_clear(&mut self, said: &mut impl FnMut(DialectEvent<'_>)) -> Result<(), Refusal> {
        self.speak(|peer, out| peer.handle_clear(out, said))
    }

    /// The sender is to tell when what was said up to here was heard. Number marks upwards.
    ///
    /// # Errors
    /// Where the dialect has no marks, or too many wait; before the beginning; after the end.
    pub fn handle_mark(&mut self, mark: u32) -> Result<(), Refusal> {
        self.speak(|peer, out| peer.handle_mark(mark, out))
    }

    /// The call is to be answered.
    ///
    /// # Errors
    /// Where the dialect has no such order; before the beginning; after the end.
    pub fn handle_answer(&mut self) -> Result<(), Refusal> {
        self.speak(|peer, out| peer.handle_answer(out))
    }

    /// The app sends text.
    ///
    /// # Errors
    /// Where the dialect takes none; before the beginning; after the end.
    pub fn handle_message(&mut self, text: &str) -> Result<(), Refusal> {
        self.speak(|peer, out| peer.handle_message(text, out))
    }

    /// The app hangs up: what was said before leaves, then the connection closes.
    ///
    /// # Errors
    /// After the end.
    pub fn handle_hangup(&mut self) -> Result<(), Refusal> {
        if self.is_over {
            return Err(Refusal::Ended);
        }
        if let Some(peer) = self.peer.as_mut().filter(|peer| peer.has_begun()) {
            peer.handle_hangup(&mut self.out);
        }
        self.is_over = true;
        self.out.close(NORMAL);
        Ok(())
    }

    /// The next message for the sender, if there is one now.
    pub fn poll_transmit(&mut self, now: Instant) -> Option<Outgoing> {
        if let Some(peer) = &mut self.peer {
            peer.handle_timeout(now, &mut self.out);
        }
        self.out.pop()
    }

    /// When there may be a message without anything having been handled.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.peer.as_ref().filter(|_| !self.is_over).and_then(|peer| peer.poll_timeout())
    }

    /// Nothing came for a while: the sender is to show that it is there. False where nothing but a ping
    /// of WebSocket can ask for it.
    pub fn handle_probe(&mut self) -> bool {
        match self.peer.as_deref_mut() {
            Some(peer) if !self.is_over && peer.has_begun() => peer.handle_probe(&mut self.out),
            _ => false,
        }
    }

    fn become_known(&mut self, recognise: impl FnOnce() -> Dialect) {
        if self.peer.is_none() {
            self.peer = Some(new_peer(recognise(), &self.options));
        }
    }

    fn hear(
        &mut self,
        said: &mut impl FnMut(DialectEvent<'_>),
        handle: impl FnOnce(&mut dyn Peer, &mut Sink<'_>),
    ) {
        let Some(peer) = self.peer.as_deref_mut().filter(|_| !self.is_over) else { return };
        let is_over = &mut self.is_over;
        handle(peer, &mut |item| {
            *is_over |= matches!(item, DialectEvent::Refused { .. });
            said(item);
        });
        if self.is_over {
            self.out.close(UNSUPPORTED);
        }
    }

    fn speak(
        &mut self,
        handle: impl FnOnce(&mut dyn Peer, &mut Outbox) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        match self.peer.as_deref_mut() {
            _ if self.is_over => Err(Refusal::Ended),
            Some(peer) if peer.has_begun() => handle(peer, &mut self.out),
            _ => Err(Refusal::NotBegun),
        }
    }
}

fn new_peer(dialect: Dialect, options: &SessionOptions) -> Box<dyn Peer> {
    match dialect {
        Dialect::Audiofork => Box::new(Audiofork::new(options.assumed.channels)),
        Dialect::ModAudioStream => Box::new(ModAudioStream::new(options)),
        Dialect::ModAudioFork => Box::new(ModAudioFork::new(options)),
        Dialect::ChanWebsocket => Box::new(ChanWebsocket::new()),
        Dialect::Raw => Box::new(Raw::new(options.assumed)),
    }
}

/// The codes of a close: the call is over, and its format cannot be taken.
const NORMAL: u16 = 1000;
const UNSUPPORTED: u16 = 1003;
