//! Who the sender is, by what it offers and what it says first.

use super::chan_websocket;
use super::name::Dialect;

/// The subprotocol to accept of those that were offered, for a sender whose dialect is set or to be
/// recognised. Of unknown ones the first is taken where the dialect is set: many a client gives up
/// when it offered some and none is taken.
pub fn subprotocol_to_accept<S: AsRef<str>>(
    offered: &[S],
    dialect: Option<Dialect>,
) -> Option<&str> {
    let mut names = offered.iter().map(AsRef::as_ref);
    match dialect {
        None => names.find(|name| of_subprotocol(name).is_some()),
        Some(dialect) => names
            .clone()
            .find(|name| dialect.subprotocols().contains(name))
            .or_else(|| names.next()),
    }
}

/// The first known dialect of the offered subprotocols.
pub(super) fn by_subprotocols<S: AsRef<str>>(offered: &[S]) -> Option<Dialect> {
    offered.iter().find_map(|name| of_subprotocol(name.as_ref()))
}

/// The dialect of a sender that offered nothing known and begins with this text.
pub(super) fn by_first_text(text: &str) -> Dialect {
    if chan_websocket::is_start(text) { Dialect::ChanWebsocket } else { Dialect::ModAudioStream }
}

/// The dialect of a sender that offered nothing known and begins with audio, or with nothing.
pub(super) fn by_default() -> Dialect {
    Dialect::ModAudioStream
}

fn of_subprotocol(name: &str) -> Option<Dialect> {
    Dialect::ALL.into_iter().find(|dialect| dialect.subprotocols().contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_known_by_the_first_known_subprotocol() {
        assert_eq!(by_subprotocols(&["echo"]), Some(Dialect::Audiofork));
        assert_eq!(by_subprotocols(&["x", "audio.drachtio.org"]), Some(Dialect::ModAudioFork));
        assert_eq!(by_subprotocols(&["audio.jambonz.org"]), Some(Dialect::ModAudioFork));
        assert_eq!(by_subprotocols(&["media", "echo"]), Some(Dialect::ChanWebsocket));
        assert_eq!(by_subprotocols(&["soap"]), None);
        assert_eq!(by_subprotocols::<&str>(&[]), None);
    }

    #[test]
    fn the_subprotocol_of_the_dialect_is_accepted() {
        let offered = ["chat", "media", "echo"];
        assert_eq!(subprotocol_to_accept(&offered, None), Some("media"));
        assert_eq!(subprotocol_to_accept(&offered, Some(Dialect::Audiofork)), Some("echo"));
    }

    #[test]
    fn an_unknown_subprotocol_is_accepted_only_where_the_dialect_is_set() {
        assert_eq!(subprotocol_to_accept(&["chat", "b"], None), None);
        assert_eq!(subprotocol_to_accept(&["chat", "b"], Some(Dialect::Raw)), Some("chat"));
        assert_eq!(subprotocol_to_accept::<&str>(&[], Some(Dialect::ChanWebsocket)), None);
    }

    #[test]
    fn a_sender_without_a_subprotocol_is_known_by_its_first_text() {
        assert_eq!(by_first_text("MEDIA_START connection_id:x"), Dialect::ChanWebsocket);
        assert_eq!(by_first_text(r#"{"event":"MEDIA_START"}"#), Dialect::ChanWebsocket);
        assert_eq!(by_first_text("MEDIA_STARTED"), Dialect::ModAudioStream);
        assert_eq!(by_first_text(r#"{"call":"MEDIA_START"}"#), Dialect::ModAudioStream);
        assert_eq!(by_first_text(""), Dialect::ModAudioStream);
    }
}
