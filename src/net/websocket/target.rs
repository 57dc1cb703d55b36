//! Where a client connects to: a `ws:` or `wss:` URL, taken apart.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use percent_encoding::percent_decode_str;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub is_tls: bool,
    /// Without the brackets of an IPv6 address.
    pub host: String,
    pub port: u16,
    /// The value of the Host header.
    pub authority: String,
    pub path: String,
    /// The value of an Authorization header, from the URL's user and password.
    pub authorization: Option<String>,
}

impl Target {
    /// Host and port, as one says them.
    pub(super) fn place(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }

    /// Fails with what is wrong with `url`. Names that are not ASCII must come as punycode.
    pub(super) fn parse(url: &str) -> Result<Self, &'static str> {
        let uri: Uri = url.parse().map_err(|_| "not a URL")?;
        let is_tls = match uri.scheme_str() {
            Some("ws") => false,
            Some("wss") => true,
            _ => return Err("the URL must begin with ws: or wss:"),
        };
        let authority = uri.authority().ok_or("the URL has no host")?;
        let host = authority.host();
        if host.is_empty() {
            return Err("the URL has no host");
        }
        let (user, place) = match authority.as_str().rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority.as_str()),
        };
        let usual = if is_tls { 443 } else { 80 };
        let port = match authority.port_u16() {
            Some(0) => return Err("the URL has no port that can be"),
            Some(port) => port,
            None if place.len() > host.len() + 1 => return Err("the URL has no port that can be"),
            None => usual,
        };
        Ok(Self {
            is_tls,
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port,
            authority: if port == usual { host.to_owned() } else { format!("{host}:{port}") },
            path: path(&uri),
            authorization: user.map(basic),
        })
    }
}

fn path(uri: &Uri) -> String {
    match uri.path_and_query().map_or("", |path| path.as_str()) {
        path if path.starts_with('/') => path.to_owned(),
        query => format!("/{query}"),
    }
}

fn basic(userinfo: &str) -> String {
    let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    let mut plain: Vec<u8> = percent_decode_str(user).collect();
    plain.push(b':');
    plain.extend(percent_decode_str(password));
    format!("Basic {}", STANDARD.encode(&plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Target {
        Target::parse(url).expect(url)
    }

    #[test]
    fn a_url_says_where_and_as_whom() {
        let target = parse("wss://al%40ice:p%3Aw@example.com:8443/a/b?c=d");
        assert!(target.is_tls);
        assert_eq!((&*target.host, target.port), ("example.com", 8443));
        assert_eq!(target.authority, "example.com:8443");
        assert_eq!(target.path, "/a/b?c=d");
        let credentials = STANDARD.encode(b"al@ice:p:w");
        assert_eq!(target.authorization, Some(format!("Basic {credentials}")));
    }

    #[test]
    fn what_a_url_leaves_out_is_as_usual() {
        let target = parse("ws://example.com");
        assert_eq!((target.port, &*target.path, target.is_tls), (80, "/", false));
        assert_eq!((&*target.authority, target.authorization), ("example.com", None));
        assert_eq!(parse("wss://example.com?x").path, "/?x");
        assert_eq!(parse("wss://example.com:443/").authority, "example.com");
        let target = parse("ws://[::1]:9000/");
        assert_eq!((&*target.host, &*target.authority), ("::1", "[::1]:9000"));
    }

    #[test]
    fn what_is_no_such_url_is_refused() {
        for url in [
            "",
            "example.com",
            "http://example.com/",
            "ws:///path",
            "ws://a:0/",
            "ws://a:99999/",
            "ws://a b/",
            "ws://a/\r\nX: y",
        ] {
            assert!(Target::parse(url).is_err(), "{url:?}");
        }
    }
}
