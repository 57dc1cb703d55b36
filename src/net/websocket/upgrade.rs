//! What a client asks for a WebSocket with, and what it makes of the answer: bytes in, bytes out.

use tungstenite::handshake::{client::generate_key, derive_accept_key};

use super::connect_error::{ConnectError, Step};
use super::head::{self, Fields, MAX_FIELDS, Unsendable};
use super::target::Target;
use super::{Agreed, extensions};

const OURS: [&str; 8] = [
    "host",
    "connection",
    "upgrade",
    "sec-websocket-key",
    "sec-websocket-version",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
    "transfer-encoding",
];

/// A request that was made, and what its answer is held against.
pub(super) struct Upgrade<'a> {
    pub(super) bytes: Vec<u8>,
    key: String,
    subprotocols: &'a [String],
    deflate: bool,
}

impl<'a> Upgrade<'a> {
    pub(super) fn new(
        target: &Target,
        headers: &Fields,
        subprotocols: &'a [String],
        deflate: bool,
    ) -> Result<Self, Unsendable> {
        let key = generate_key();
        let mut text = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n",
            target.path, target.authority
        );
        if !subprotocols.is_empty() {
            if !subprotocols.iter().all(|word| head::is_token(word)) {
                return Err(Unsendable("subprotocol is not a word"));
            }
            text.push_str(&format!("Sec-WebSocket-Protocol: {}\r\n", subprotocols.join(", ")));
        }
        if deflate {
            text.push_str(&format!("Sec-WebSocket-Extensions: {}\r\n", extensions::OFFER));
        }
        let given = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        if let Some(credentials) = target.authorization.as_ref().filter(|_| !given) {
            text.push_str(&format!("Authorization: {credentials}\r\n"));
        }
        head::append(&mut text, headers, &OURS)?;
        text.push_str("\r\n");
        Ok(Self { bytes: text.into_bytes(), key, subprotocols, deflate })
    }

    /// Reads the whole head of the answer. Gives what it agrees on.
    pub(super) fn answer(&self, bytes: &[u8]) -> Result<Agreed, ConnectError> {
        let fault = |what: &str| ConnectError::new(Step::Handshake, what);
        let mut parsed = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut reply = httparse::Response::new(&mut parsed);
        let Ok(httparse::Status::Complete(_)) = reply.parse(bytes) else {
            return Err(fault("the server's answer is not HTTP"));
        };
        match reply.code {
            Some(101) => {}
            Some(status) => return Err(ConnectError::status(status)),
            None => return Err(fault("the server's answer is not HTTP")),
        }
        let headers = head::fields(reply.headers);
        if !head::has_token(&headers, "upgrade", "websocket")
            || !head::has_token(&headers, "connection", "upgrade")
        {
            return Err(fault("the server switched to something else"));
        }
        if head::value(&headers, "sec-websocket-accept") != derive_accept_key(self.key.as_bytes()) {
            return Err(fault("the server's Sec-WebSocket-Accept is wrong"));
        }
        let subprotocol = Some(head::value(&headers, "sec-websocket-protocol"));
        let subprotocol = subprotocol.filter(|word| !word.is_empty());
        if subprotocol.as_ref().is_some_and(|word| !self.subprotocols.contains(word)) {
            return Err(fault("the server chose a subprotocol that was not offered"));
        }
        let answer = head::value(&headers, "sec-websocket-extensions");
        if !self.deflate && !answer.is_empty() {
            return Err(fault("the server answered extensions that were not offered"));
        }
        let deflate = extensions::accept(&answer).map_err(fault)?;
        Ok(Agreed { subprotocol, deflate })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::websocket::{AcceptOptions, Request};

    fn target() -> Target {
        Target::parse("ws://u:p@example.com:81/x").expect("a URL")
    }

    /// What our own server answers, changed by `change`.
    fn answered(
        deflate: bool,
        change: impl FnOnce(String) -> String,
    ) -> Result<Agreed, ConnectError> {
        let offered = ["media".to_owned()];
        let upgrade = Upgrade::new(&target(), &Fields::new(), &offered, deflate).expect("sendable");
        let request = Request::parse(&upgrade.bytes).expect("a request");
        let subprotocol = Some("media".to_owned());
        let options = AcceptOptions { subprotocol, deflate: true, ..AcceptOptions::default() };
        let (reply, agreed) = request.accept(&options).expect("sendable");
        assert_eq!(agreed.deflate.is_some(), deflate);
        let reply = change(String::from_utf8(reply).expect("text"));
        upgrade.answer(reply.as_bytes())
    }

    #[test]
    fn both_sides_agree() {
        for deflate in [false, true] {
            let agreed = answered(deflate, |reply| reply).expect("agreed");
            assert_eq!(agreed.deflate.is_some(), deflate);
            assert_eq!(agreed.subprotocol.as_deref(), Some("media"));
        }
    }

    #[test]
    fn the_callers_headers_are_sent_and_its_own_authorization_goes_first() {
        let headers = vec![("Authorization".to_owned(), "Bearer 1".to_owned())];
        let bytes = Upgrade::new(&target(), &headers, &[], false).expect("sendable").bytes;
        let text = String::from_utf8(bytes).expect("text");
        assert!(text.contains("\r\nAuthorization: Bearer 1\r\n") && !text.contains("Basic"));
        let bytes = Upgrade::new(&target(), &Fields::new(), &[], false).expect("sendable").bytes;
        let text = String::from_utf8(bytes).expect("text");
        assert!(text.contains("\r\nAuthorization: Basic dTpw\r\n"));
        assert!(text.contains("\r\nHost: example.com:81\r\n"));
    }

    #[test]
    fn an_answer_with_a_fault_is_refused() {
        for (from, to) in [
            ("HTTP/1.1 101", "hello 101"),
            ("websocket", "h2c"),
            ("Connection: Upgrade", "Connection: close"),
            ("Accept: ", "Accept: x"),
            ("media", "other"),
            ("permessage-deflate", "permessage-zip"),
        ] {
            let fault = answered(true, |reply| reply.replacen(from, to, 1)).expect_err(to);
            assert_eq!((fault.step, fault.http_status), (Step::Handshake, None), "{to}");
        }
        let unasked = "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
        let reply = |reply: String| format!("{}{unasked}", &reply[..reply.len() - 2]);
        assert!(answered(false, reply).is_err());
    }

    #[test]
    fn a_refusal_tells_its_status() {
        let fault = answered(false, |reply| reply.replacen("101", "403", 1)).expect_err("403");
        assert_eq!((fault.code().as_str(), fault.http_status), ("ERR_WS_HANDSHAKE", Some(403)));
    }

    #[test]
    fn words_with_more_than_a_word_in_them_are_not_sent() {
        for word in ["", "a b", "a,b", "a\r\nb: c"] {
            let words = [word.to_owned()];
            assert!(Upgrade::new(&target(), &Fields::new(), &words, false).is_err(), "{word:?}");
        }
    }
}
