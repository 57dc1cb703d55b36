//! The PROXY protocol: what a load balancer says of a connection before the connection's own bytes.
//!
//! Both versions, the line of text and the binary header, as HAProxy's specification has them. The
//! caller reads: [`parse`] says how many bytes it is to read next, never more than the header has.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::error::ErrorCode;

/// Both versions are longer.
const LEAST: usize = 12;

const SIGNATURE: &[u8; LEAST] = b"\r\n\r\n\0\r\nQUIT\n";
/// The signature, the command, the family, and two bytes of length.
const BINARY_HEADER: usize = 16;
/// Addresses take 36 bytes at most here; what a balancer adds, such as a certificate's names, more.
const MAX_BINARY: usize = 4096;
const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;
const TCP4: u8 = 0x11;
const TCP6: u8 = 0x21;

/// The longest line that the specification has, with its end.
const MAX_LINE: usize = 107;

/// How far a header has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// So many bytes more belong to it at least.
    Incomplete(usize),
    /// It is whole. It says who connected to the balancer, unless the balancer speaks for itself.
    From(Option<SocketAddr>),
}

/// What came is no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnnounced;

impl NotAnnounced {
    /// What the error is called everywhere.
    pub fn code(self) -> ErrorCode {
        ErrorCode::ProxyHeader
    }
}

/// Reads the header's bytes that have come so far.
///
/// # Errors
/// They do not begin a header, or it is longer than any should be.
pub fn parse(bytes: &[u8]) -> Result<Announcement, NotAnnounced> {
    if bytes.len() < LEAST {
        return Ok(Announcement::Incomplete(LEAST - bytes.len()));
    }
    if bytes.starts_with(SIGNATURE) { parse_binary(bytes) } else { parse_line(bytes) }
}

fn parse_binary(bytes: &[u8]) -> Result<Announcement, NotAnnounced> {
    let Some((header, rest)) = bytes.split_at_checked(BINARY_HEADER) else {
        return Ok(Announcement::Incomplete(BINARY_HEADER - bytes.len()));
    };
    let length = usize::from(u16::from_be_bytes([header[14], header[15]]));
    if length > MAX_BINARY || ![LOCAL, PROXY].contains(&header[12]) {
        return Err(NotAnnounced);
    }
    if rest.len() < length {
        return Ok(Announcement::Incomplete(length - rest.len()));
    }
    match (header[12], header[13]) {
        (PROXY, TCP4) => address_of::<4>(rest),
        (PROXY, TCP6) => address_of::<16>(rest),
        // The balancer's own check, or a family that has no address of ours.
        _ => Ok(Announcement::From(None)),
    }
}

/// Source and destination of `N` bytes each, then their ports.
fn address_of<const N: usize>(bytes: &[u8]) -> Result<Announcement, NotAnnounced>
where
    IpAddr: From<[u8; N]>,
{
    let address: [u8; N] = bytes.first_chunk().copied().ok_or(NotAnnounced)?;
    let port = bytes.get(2 * N..2 * N + 2).ok_or(NotAnnounced)?;
    let port = u16::from_be_bytes([port[0], port[1]]);
    Ok(Announcement::From(Some(SocketAddr::new(address.into(), port))))
}

fn parse_line(bytes: &[u8]) -> Result<Announcement, NotAnnounced> {
    if !bytes.starts_with(b"PROXY ") || bytes.len() > MAX_LINE {
        return Err(NotAnnounced);
    }
    let Some(line) = bytes.strip_suffix(b"\r\n") else {
        // The end takes two bytes, of which one may be here.
        let missing = if bytes.ends_with(b"\r") { 1 } else { 2 };
        return Ok(Announcement::Incomplete(missing));
    };
    let line = str::from_utf8(line).map_err(|_| NotAnnounced)?;
    let words: Vec<_> = line.split(' ').collect();
    match words[..] {
        [_, "UNKNOWN", ..] => Ok(Announcement::From(None)),
        [_, "TCP4", source, _, port, _] => said::<Ipv4Addr>(source, port),
        [_, "TCP6", source, _, port, _] => said::<Ipv6Addr>(source, port),
        _ => Err(NotAnnounced),
    }
}

fn said<Address: std::str::FromStr + Into<IpAddr>>(
    source: &str,
    port: &str,
) -> Result<Announcement, NotAnnounced> {
    let address: Address = source.parse().map_err(|_| NotAnnounced)?;
    let port = port.parse().map_err(|_| NotAnnounced)?;
    Ok(Announcement::From(Some(SocketAddr::new(address.into(), port))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a header as a connection does: what is asked for, and no more. Gives what is left.
    fn read(mut bytes: &[u8]) -> (Result<Option<SocketAddr>, NotAnnounced>, &[u8]) {
        let mut header = Vec::new();
        loop {
            match parse(&header) {
                Ok(Announcement::Incomplete(more)) => {
                    assert!(more > 0);
                    let (piece, rest) = bytes.split_at(more);
                    header.extend_from_slice(piece);
                    bytes = rest;
                }
                Ok(Announcement::From(peer)) => return (Ok(peer), bytes),
                Err(error) => return (Err(error), bytes),
            }
        }
    }

    fn binary(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len()).expect("a length").to_be_bytes();
        [SIGNATURE, &[command, family][..], &length, body].concat()
    }

    fn address(text: &str) -> Option<SocketAddr> {
        Some(text.parse().expect("an address"))
    }

    #[test]
    fn a_line_tells_the_peer_and_nothing_behind_it_is_read() {
        let cases = [
            ("PROXY TCP4 192.0.2.7 198.51.100.1 4711 9092\r\n", address("192.0.2.7:4711")),
            ("PROXY TCP6 2001:db8::7 2001:db8::1 4711 9092\r\n", address("[2001:db8::7]:4711")),
            ("PROXY UNKNOWN\r\n", None),
            ("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n", None),
        ];
        for (line, peer) in cases {
            for rest in ["", "\u{1}", "\r\nmore"] {
                let bytes = format!("{line}{rest}");
                assert_eq!(read(bytes.as_bytes()), (Ok(peer), rest.as_bytes()), "{bytes:?}");
            }
        }
    }

    #[test]
    fn a_binary_header_tells_the_peer_and_nothing_behind_it_is_read() {
        let four = [&[192, 0, 2, 7, 198, 51, 100, 1][..], &[0x12, 0x67, 0x23, 0x84]].concat();
        let six =
            [&[0x20, 1, 0xd, 0xb8][..], &[0; 11], &[7], &[9; 16], &[0x12, 0x67, 0, 1]].concat();
        let extended = [&four[..], &[0x04, 0, 2, 1, 1]].concat();
        let cases = [
            (binary(PROXY, TCP4, &four), address("192.0.2.7:4711")),
            (binary(PROXY, TCP4, &extended), address("192.0.2.7:4711")),
            (binary(PROXY, TCP6, &six), address("[2001:db8::7]:4711")),
            (binary(PROXY, 0x31, &[b'/'; 216]), None),
            (binary(LOCAL, 0, &[]), None),
            (binary(LOCAL, TCP4, &four), None),
        ];
        for (header, peer) in cases {
            for rest in [&[][..], &[1, 0, 16, 9], b"\r\n"] {
                let bytes = [&header[..], rest].concat();
                assert_eq!(read(&bytes), (Ok(peer), rest), "{bytes:?}");
            }
        }
    }

    #[test]
    fn what_is_no_header_is_refused_at_its_twelfth_byte() {
        let uuid = [&[1, 0, 16][..], &[9; 16]].concat();
        for bytes in [&uuid[..], b"GET / HTTP/1.1\r\n", b"PROXYTCP4 192.0.2.7"] {
            assert_eq!(read(bytes), (Err(NotAnnounced), &bytes[LEAST..]), "{bytes:?}");
        }
    }

    #[test]
    fn a_header_that_breaks_its_rules_is_refused() {
        let lines = [
            "PROXY TCP4 192.0.2.7 198.51.100.1 4711\r\n",
            "PROXY TCP4 2001:db8::7 198.51.100.1 4711 9092\r\n",
            "PROXY TCP6 192.0.2.7 198.51.100.1 4711 9092\r\n",
            "PROXY TCP4 192.0.2.7 198.51.100.1 65536 9092\r\n",
            "PROXY UDP4 192.0.2.7 198.51.100.1 4711 9092\r\n",
        ];
        for line in lines {
            assert_eq!(read(line.as_bytes()).0, Err(NotAnnounced), "{line:?}");
        }
        let headers = [
            binary(0x11, TCP4, &[0; 12]),
            binary(0x22, TCP4, &[0; 12]),
            binary(PROXY, TCP4, &[0; 9]),
            binary(PROXY, TCP6, &[0; 33]),
        ];
        for header in headers {
            assert_eq!(read(&header).0, Err(NotAnnounced), "{header:?}");
        }
    }

    #[test]
    fn no_header_grows_without_an_end() {
        let line = [b"PROXY UNKNOWN ", &[b'x'; 200][..]].concat();
        assert_eq!(read(&line).0, Err(NotAnnounced));
        let longest = [b"PROXY UNKNOWN ", &[b'x'; MAX_LINE - 16][..], b"\r\n"].concat();
        assert_eq!(read(&longest), (Ok(None), &[][..]));

        let header = [&binary(PROXY, TCP4, &[])[..14], &[0x10, 0x01]].concat();
        assert_eq!(read(&header).0, Err(NotAnnounced));
        assert_eq!(read(&binary(LOCAL, TCP4, &[0; MAX_BINARY])), (Ok(None), &[][..]));
    }
}
