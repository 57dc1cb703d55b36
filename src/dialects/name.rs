//! The dialects and their names.

use std::fmt;

/// Who is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Asterisk's app_audiofork: audio in, nothing back.
    Audiofork,
    /// FreeSWITCH's mod_audio_stream.
    ModAudioStream,
    /// drachtio's and jambonz's mod_audio_fork.
    ModAudioFork,
    /// Asterisk's chan_websocket, whichever side connected.
    ChanWebsocket,
    /// Nobody's: linear audio both ways as binary messages, text both ways.
    Raw,
}

impl Dialect {
    pub const ALL: [Self; 5] =
        [Self::Audiofork, Self::ModAudioStream, Self::ModAudioFork, Self::ChanWebsocket, Self::Raw];

    pub fn name(self) -> &'static str {
        match self {
            Self::Audiofork => "audiofork",
            Self::ModAudioStream => "mod_audio_stream",
            Self::ModAudioFork => "mod_audio_fork",
            Self::ChanWebsocket => "chan_websocket",
            Self::Raw => "raw",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    /// The subprotocols that it offers, if any.
    pub fn subprotocols(self) -> &'static [&'static str] {
        match self {
            Self::Audiofork => &["echo"],
            Self::ModAudioFork => &["audio.drachtio.org", "audio.jambonz.org"],
            Self::ChanWebsocket => &["media"],
            Self::ModAudioStream | Self::Raw => &[],
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialect_is_found_by_its_name() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::from_name(dialect.name()), Some(dialect));
        }
        assert_eq!(Dialect::from_name("audiosocket"), None);
        assert_eq!(Dialect::ChanWebsocket.to_string(), "chan_websocket");
    }
}
