//! A request for a WebSocket, and what a server answers to it: bytes in, bytes out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use tungstenite::handshake::derive_accept_key;

use super::handshake_error::HandshakeError;
use super::head::{self, Fields, MAX_FIELDS, Unsendable};
use super::{Agreed, extensions};

const OURS: [&str; 7] = [
    "connection",
    "upgrade",
    "sec-websocket-accept",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
    "content-length",
    "transfer-encoding",
];

/// A request that asks for a WebSocket as it should.
#[derive(Clone, Debug)]
pub(in crate::net) struct Request {
    /// Path and query, as they came.
    pub(in crate::net) target: String,
    pub(in crate::net) headers: Fields,
}

#[derive(Clone, Debug, Default)]
pub(in crate::net) struct AcceptOptions {
    /// One of those that were offered. None: the reply names none.
    pub(in crate::net) subprotocol: Option<String>,
    /// Whether to agree to permessage-deflate, if it is offered.
    pub(in crate::net) deflate: bool,
    pub(in crate::net) headers: Fields,
}

impl Request {
    /// Reads a whole head, blank line and all.
    pub(in crate::net) fn parse(bytes: &[u8]) -> Result<Self, HandshakeError> {
        let mut parsed = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut request = httparse::Request::new(&mut parsed);
        match request.parse(bytes) {
            Ok(httparse::Status::Complete(_)) => {}
            Err(httparse::Error::TooManyHeaders) => return Err(HandshakeError::TooLong),
            _ => return Err(HandshakeError::NotHttp),
        }
        if request.version != Some(1) {
            return Err(HandshakeError::NotUpgrade);
        }
        let method = request.method.unwrap_or_default();
        let target = request.path.unwrap_or_default();
        Self::from_parts(method, target, head::fields(request.headers))
    }

    /// A request that something else has parsed.
    pub(in crate::net) fn from_parts(
        method: &str,
        target: &str,
        headers: Fields,
    ) -> Result<Self, HandshakeError> {
        if method != "GET" {
            return Err(HandshakeError::Method);
        }
        if !head::has_token(&headers, "upgrade", "websocket")
            || !head::has_token(&headers, "connection", "upgrade")
        {
            return Err(HandshakeError::NotUpgrade);
        }
        if head::value(&headers, "sec-websocket-version") != "13" {
            return Err(HandshakeError::Version);
        }
        let key = head::value(&headers, "sec-websocket-key");
        if !STANDARD.decode(key.as_bytes()).is_ok_and(|key| key.len() == 16) {
            return Err(HandshakeError::Key);
        }
        Ok(Self { target: target.to_owned(), headers })
    }

    /// Every value of a header, joined. Empty if there is none.
    pub(in crate::net) fn header(&self, name: &str) -> String {
        head::value(&self.headers, name)
    }

    /// The subprotocols that are offered, the dearest first.
    pub(in crate::net) fn subprotocols(&self) -> Vec<String> {
        let offered = self.header("sec-websocket-protocol");
        let words = offered.split(',').map(str::trim).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    }

    /// The reply that opens the WebSocket, and what it agrees on.
    pub(in crate::net) fn accept(
        &self,
        options: &AcceptOptions,
    ) -> Result<(Vec<u8>, Agreed), Unsendable> {
        let key = derive_accept_key(self.header("sec-websocket-key").as_bytes());
        let mut reply = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {key}\r\n"
        );
        if let Some(subprotocol) = &options.subprotocol {
            if !self.subprotocols().contains(subprotocol) {
                return Err(Unsendable("subprotocol was not offered"));
            }
            reply.push_str(&format!("Sec-WebSocket-Protocol: {subprotocol}\r\n"));
        }
        let offers = self.header("sec-websocket-extensions");
        let agreed = if options.deflate { extensions::agree(&offers) } else { None };
        if let Some((_, answer)) = &agreed {
            reply.push_str(&format!("Sec-WebSocket-Extensions: {answer}\r\n"));
        }
        head::append(&mut reply, &options.headers, &OURS)?;
        reply.push_str("\r\n");
        let subprotocol = options.subprotocol.clone();
        Ok((
            reply.into_bytes(),
            Agreed { subprotocol, deflate: agreed.map(|(deflate, _)| deflate) },
        ))
    }
}

/// A reply that opens no WebSocket; the connection ends with it. `status` is 300 to 599.
pub(in crate::net) fn refuse(
    status: u16,
    headers: &Fields,
    body: &[u8],
) -> Result<Vec<u8>, Unsendable> {
    let known = StatusCode::from_u16(status).ok().filter(|_| (300..600).contains(&status));
    let known = known.ok_or(Unsendable("status refuses nothing"))?;
    let reason = known.canonical_reason().unwrap_or("Refused");
    let length = body.len();
    let mut reply =
        format!("HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Length: {length}\r\n");
    head::append(&mut reply, headers, &["connection", "content-length", "transfer-encoding"])?;
    reply.push_str("\r\n");
    let mut reply = reply.into_bytes();
    reply.extend_from_slice(body);
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: &str = "GET /calls?id=7 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\
        Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: media, echo\r\n\
        Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n";

    fn parse(text: &str) -> Result<Request, HandshakeError> {
        Request::parse(text.as_bytes())
    }

    fn reply(options: &AcceptOptions) -> (String, Agreed) {
        let (bytes, agreed) = parse(ASKED).expect("a request").accept(options).expect("sendable");
        (String::from_utf8(bytes).expect("text"), agreed)
    }

    #[test]
    fn a_request_is_answered_as_in_the_standard() {
        let request = parse(ASKED).expect("a request");
        assert_eq!(request.target, "/calls?id=7");
        assert_eq!(request.subprotocols(), ["media", "echo"]);
        let (text, agreed) = reply(&AcceptOptions::default());
        assert!(text.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
        assert!(text.starts_with("HTTP/1.1 101 ") && text.ends_with("\r\n\r\n"));
        assert_eq!(agreed, Agreed::default());
    }

    #[test]
    fn deflate_and_subprotocol_are_in_the_reply_only_if_they_are_wanted() {
        let (text, _) = reply(&AcceptOptions::default());
        assert!(!text.contains("Extensions") && !text.contains("Protocol:"));
        let subprotocol = Some("media".to_owned());
        let headers = vec![("X-Call".to_owned(), "7".to_owned())];
        let (text, agreed) = reply(&AcceptOptions { subprotocol, deflate: true, headers });
        assert!(text.contains("\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"));
        assert!(text.contains("\r\nSec-WebSocket-Protocol: media\r\nSec"));
        assert!(text.contains("\r\nX-Call: 7\r\n"));
        assert!(agreed.deflate.is_some() && agreed.subprotocol.as_deref() == Some("media"));
    }

    #[test]
    fn what_was_not_offered_is_not_accepted() {
        let request = parse(&ASKED.replace("permessage-deflate", "other")).expect("a request");
        let options = AcceptOptions { deflate: true, ..AcceptOptions::default() };
        let (bytes, agreed) = request.accept(&options).expect("sendable");
        assert!(!String::from_utf8_lossy(&bytes).contains("Extensions"));
        assert_eq!(agreed.deflate, None);
        let subprotocol = Some("other".to_owned());
        assert!(request.accept(&AcceptOptions { subprotocol, ..options }).is_err());
    }

    #[test]
    fn headers_may_come_without_a_space_and_in_any_case() {
        let tight = ASKED.replace(": ", ":").replace("Sec-WebSocket", "SEC-websocket");
        let request = parse(&tight).expect("a request");
        assert_eq!(request.header("sec-websocket-protocol"), "media, echo");
        assert!(parse(&ASKED.replace("Upgrade: websocket", "upgrade:WebSocket")).is_ok());
    }

    #[test]
    fn headers_that_come_twice_are_one_list() {
        let twice = ASKED.replace("media, echo", "media\r\nSec-WebSocket-Protocol: echo");
        assert_eq!(parse(&twice).expect("a request").subprotocols(), ["media", "echo"]);
    }

    #[test]
    fn each_fault_has_its_answer() {
        for (from, to, status) in [
            ("GET ", "POST ", 405),
            ("websocket\r", "h2c\r", 426),
            ("keep-alive, Upgrade", "close", 426),
            ("Version: 13", "Version: 8", 426),
            ("HTTP/1.1", "HTTP/1.0", 426),
            ("dGhlIHNhbXBsZSBub25jZQ==", "short", 400),
            ("Host: a", "Host a", 400),
            ("HTTP/1.1", "", 400),
            ("Host: a\r\n", &"a: b\r\n".repeat(200), 431),
        ] {
            let fault = parse(&ASKED.replacen(from, to, 1)).expect_err(to);
            let reply = String::from_utf8(fault.reply().expect("a reply")).expect("text");
            assert!(reply.starts_with(&format!("HTTP/1.1 {status} ")), "{to}: {reply}");
        }
    }

    #[test]
    fn a_refusal_is_a_whole_reply() {
        let headers = vec![("WWW-Authenticate".to_owned(), "Basic".to_owned())];
        let reply = refuse(401, &headers, b"no").expect("sendable");
        let expected = "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 2\r\n\
                        WWW-Authenticate: Basic\r\n\r\nno";
        assert_eq!(String::from_utf8_lossy(&reply), expected);
        assert!(refuse(101, &headers, b"").is_err());
        let split = vec![("A".to_owned(), "b\r\nC: d".to_owned())];
        assert!(refuse(401, &split, b"").is_err());
    }
}
