//! The head of an HTTP request or reply: its bytes, and the header fields in them.

use std::io;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest head that is taken, unless the caller says less.
pub(in crate::net) const MAX_HEAD: usize = 16 * 1024;

/// More header fields than that are refused.
pub(super) const MAX_FIELDS: usize = 100;

const READ: usize = 1024;

/// Header fields, in their order, with their names as they came.
pub(in crate::net) type Fields = Vec<(String, String)>;

#[derive(Debug)]
pub(super) enum HeadError {
    Io(io::Error),
    /// The peer ended before its head was whole.
    Ended,
    TooLong,
    /// Bytes that no head has.
    NotHttp,
}

/// Reads up to the blank line. Gives the head, and what came behind it.
pub(super) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    max: usize,
) -> Result<(BytesMut, BytesMut), HeadError> {
    let mut buffer = BytesMut::new();
    let mut seen = 0;
    loop {
        if let Some(end) = end(&buffer, seen) {
            let rest = buffer.split_off(end);
            return if end > max { Err(HeadError::TooLong) } else { Ok((buffer, rest)) };
        }
        if buffer[seen..].iter().any(|byte| byte.is_ascii_control() && !b"\r\n\t".contains(byte)) {
            return Err(HeadError::NotHttp);
        }
        if buffer.len() > max {
            return Err(HeadError::TooLong);
        }
        seen = buffer.len();
        buffer.reserve(READ);
        if stream.read_buf(&mut buffer).await.map_err(HeadError::Io)? == 0 {
            return Err(HeadError::Ended);
        }
    }
}

/// Where the head ends, if that lies behind the `seen` bytes that were searched before.
fn end(buffer: &[u8], seen: usize) -> Option<usize> {
    let from = seen.saturating_sub(3);
    (from..buffer.len()).find_map(|at| match &buffer[at..] {
        [b'\n', b'\n', ..] => Some(at + 2),
        [b'\n', b'\r', b'\n', ..] => Some(at + 3),
        _ => None,
    })
}

/// The fields as text; a value that is not ASCII is taken for Latin-1, as Node does.
pub(super) fn fields(parsed: &[httparse::Header<'_>]) -> Fields {
    let text = |value: &[u8]| value.iter().map(|&byte| char::from(byte)).collect();
    parsed.iter().map(|field| (field.name.to_owned(), text(field.value))).collect()
}

/// Every value of a field, joined as if it had come once. Empty if there is none.
pub(super) fn value(fields: &Fields, name: &str) -> String {
    let found = fields.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim()).collect::<Vec<_>>().join(", ")
}

/// Whether a field's list has `token`.
pub(super) fn has_token(fields: &Fields, name: &str, token: &str) -> bool {
    value(fields, name).split(',').any(|one| one.trim().eq_ignore_ascii_case(token))
}

/// Something that the caller gave and that may not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::net) struct Unsendable(pub(in crate::net) &'static str);

/// Appends the caller's fields, none of which may be one of `ours`.
pub(super) fn append(out: &mut String, fields: &Fields, ours: &[&str]) -> Result<(), Unsendable> {
    for (name, value) in fields {
        if ours.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            return Err(Unsendable("header is not the caller's to set"));
        }
        if http::HeaderName::from_bytes(name.as_bytes()).is_err() {
            return Err(Unsendable("header name is not one"));
        }
        if http::HeaderValue::from_str(value).is_err() {
            return Err(Unsendable("header value has a character that may not be sent"));
        }
        out.push_str(&format!("{name}: {value}\r\n"));
    }
    Ok(())
}

/// Whether a word may name a subprotocol.
pub(super) fn is_token(word: &str) -> bool {
    http::HeaderName::from_bytes(word.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_head_is_read_to_its_blank_line_and_what_follows_is_kept() {
        for whole in ["GET / HTTP/1.1\r\na:b\r\n\r\nrest", "GET / HTTP/1.1\na:b\n\nrest"] {
            let (head, rest) = read(&mut whole.as_bytes(), 100).await.expect("a head");
            assert_eq!(head.len() + 4, whole.len());
            assert_eq!(&rest[..], b"rest");
        }
    }

    #[tokio::test]
    async fn a_head_is_found_however_it_is_cut() {
        let (mut near, mut far) = tokio::io::duplex(1);
        let writer = tokio::spawn(async move {
            tokio::io::AsyncWriteExt::write_all(&mut far, b"GET / HTTP/1.1\r\n\r\n").await
        });
        let (head, rest) = read(&mut near, 100).await.expect("a head");
        assert_eq!((head.len(), rest.len()), (18, 0));
        writer.await.expect("no panic").expect("written");
    }

    #[tokio::test]
    async fn what_is_no_head_is_refused_before_its_end() {
        let garbage = read(&mut &[0x16, 3, 1, 2, 0][..], 100).await;
        assert!(matches!(garbage, Err(HeadError::NotHttp)));
        let endless = read(&mut &[b'a'; 3000][..], 1000).await;
        assert!(matches!(endless, Err(HeadError::TooLong)));
        let cut = read(&mut &b"GET / HT"[..], 1000).await;
        assert!(matches!(cut, Err(HeadError::Ended)));
    }

    #[test]
    fn a_caller_cannot_put_a_line_of_its_own_into_a_head() {
        for (name, value) in [("a", "b\r\nc: d"), ("a\r\nb", "c"), ("", "x"), ("a", "\0")] {
            let fields = vec![(name.to_owned(), value.to_owned())];
            assert!(append(&mut String::new(), &fields, &[]).is_err(), "{name:?} {value:?}");
        }
        let fields = vec![("UPGRADE".to_owned(), "h2c".to_owned())];
        assert!(append(&mut String::new(), &fields, &["upgrade"]).is_err());
    }
}
