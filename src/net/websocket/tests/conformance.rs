//! What the Autobahn test suite asks of an endpoint that echoes, in its order, with the frames
//! written out: sections 1 to 7, 9 in moderation, and 10. Each goes against both roles, whole and
//! cut into single bytes.

use super::super::Role;
use super::support::{Raw, echo, frame, pair, soon};

const CONTINUE: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
const FIN: u8 = 0x80;

/// How a case ends.
#[derive(Clone, Copy, Debug)]
enum End {
    /// The socket goes on: a close is answered with its own code.
    Open,
    /// The socket closes with this code.
    Closes(u16),
    /// The socket answers with a close that has no code.
    ClosesBare,
}

/// Sends `sent`, and wants `expected` back, then the end.
async fn case(name: &str, sent: &[(u8, &[u8])], expected: &[(u8, &[u8])], end: End) {
    for role in [Role::Server, Role::Client] {
        let bytes: Vec<u8> = sent
            .iter()
            .flat_map(|(first, payload)| frame(*first, payload, role == Role::Server))
            .collect();
        let cuts: &[usize] = if bytes.len() < 1000 { &[1, 7, 1000] } else { &[997, 1 << 20] };
        for &cut in cuts {
            let got = soon(run(role, &bytes, cut, end)).await;
            let mut wanted: Vec<Raw> =
                expected.iter().map(|(first, payload)| (*first, payload.to_vec())).collect();
            wanted.push((
                FIN | CLOSE,
                match end {
                    End::Open => 1000_u16.to_be_bytes().to_vec(),
                    End::Closes(code) => code.to_be_bytes().to_vec(),
                    End::ClosesBare => Vec::new(),
                },
            ));
            let got: Vec<Raw> = got.into_iter().map(without_reason).collect();
            assert!(got == wanted, "{name}, {role:?}, cut to {cut}: {}", short(&got));
        }
    }
}

async fn run(role: Role, bytes: &[u8], cut: usize, end: End) -> Vec<Raw> {
    let (socket, mut peer) = pair(role, None);
    let task = tokio::spawn(echo(socket));
    for part in bytes.chunks(cut) {
        peer.write(part).await;
        if cut < 1000 {
            tokio::task::yield_now().await;
        }
    }
    if let End::Open = end {
        peer.frame(FIN | CLOSE, &1000_u16.to_be_bytes()).await;
    }
    let mut got = Vec::new();
    while let Some(frame) = peer.next().await {
        got.push(frame);
    }
    peer.hang_up().await;
    let _ = soon(task).await.expect("no panic");
    got
}

fn without_reason((first, mut payload): Raw) -> Raw {
    if first == FIN | CLOSE {
        payload.truncate(2);
    }
    (first, payload)
}

fn short(frames: &[Raw]) -> String {
    let one = |(first, payload): &Raw| {
        format!("{first:#x} {} {:?}", payload.len(), &payload[..payload.len().min(20)])
    };
    frames.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Sent as it is, and echoed as it is.
async fn echoed(name: &str, first: u8, payload: &[u8]) {
    case(name, &[(first, payload)], &[(first, payload)], End::Open).await;
}

async fn refused(name: &str, sent: &[(u8, &[u8])], code: u16) {
    case(name, sent, &[], End::Closes(code)).await;
}

#[tokio::test]
async fn section_1_messages_of_every_length_are_echoed() {
    for length in [0, 125, 126, 127, 128, 65_535, 65_536] {
        echoed("text", FIN | TEXT, "*".repeat(length).as_bytes()).await;
        echoed("binary", FIN | BINARY, &vec![0xfe; length]).await;
    }
}

#[tokio::test]
async fn section_2_pings_are_answered_and_pongs_are_not() {
    for payload in [&b""[..], b"Hello, world!", &[0, 0xff, 0xfe, 0xfd], &[0xfe; 125]] {
        case("ping", &[(FIN | PING, payload)], &[(FIN | PONG, payload)], End::Open).await;
        case("pong", &[(FIN | PONG, payload)], &[], End::Open).await;
    }
    refused("long ping", &[(FIN | PING, &[0xfe; 126])], 1002).await;
    refused("long pong", &[(FIN | PONG, &[0xfe; 126])], 1002).await;
    let pings: Vec<Vec<u8>> = (0..10_u8).map(|at| vec![at]).collect();
    let sent: Vec<(u8, &[u8])> = pings.iter().map(|ping| (FIN | PING, &ping[..])).collect();
    let pongs: Vec<(u8, &[u8])> = pings.iter().map(|ping| (FIN | PONG, &ping[..])).collect();
    case("ten pings", &sent, &pongs, End::Open).await;
}

#[tokio::test]
async fn section_3_reserved_bits_are_refused() {
    for bits in 1..8_u8 {
        for opcode in [TEXT, BINARY, PING, PONG, CLOSE] {
            refused("reserved bits", &[(FIN | bits << 4 | opcode, b"")], 1002).await;
        }
    }
    let hello = (FIN | TEXT, &b"Hello"[..]);
    let sent = [hello, (FIN | 0x20 | TEXT, b"?"), (FIN | PING, b"")];
    case("after a message", &sent, &[hello], End::Closes(1002)).await;
}

#[tokio::test]
async fn section_4_unknown_opcodes_are_refused() {
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
        refused("bare", &[(FIN | opcode, b"")], 1002).await;
        let hello = (FIN | TEXT, &b"Hello"[..]);
        let sent = [hello, (FIN | opcode, b"x"), (FIN | PING, b"")];
        case("after a message", &sent, &[hello], End::Closes(1002)).await;
    }
}

#[tokio::test]
async fn section_5_fragments_make_messages_and_nothing_else() {
    let whole = (FIN | TEXT, &b"fragment1fragment2"[..]);
    let first = (TEXT, &b"fragment1"[..]);
    let last = (FIN | CONTINUE, &b"fragment2"[..]);
    let (ping, pong) = ((FIN | PING, &b"?"[..]), (FIN | PONG, &b"?"[..]));
    case("two", &[first, last], &[whole], End::Open).await;
    case("ping between", &[first, ping, last], &[pong, whole], End::Open).await;
    case("pong between", &[first, pong, last], &[whole], End::Open).await;
    let five = [(TEXT, &b"a"[..]), (CONTINUE, b"b"), ping, (CONTINUE, b""), (FIN | CONTINUE, b"d")];
    case("five", &five, &[pong, (FIN | TEXT, b"abd")], End::Open).await;
    let empty = [(BINARY, &b""[..]), (CONTINUE, b""), (FIN | CONTINUE, b"")];
    case("empty", &empty, &[(FIN | BINARY, b"")], End::Open).await;
    let two = [first, last, first, last];
    case("one after the other", &two, &[whole, whole], End::Open).await;

    refused("ping in fragments", &[(PING, b"a"), (FIN | CONTINUE, b"b")], 1002).await;
    refused("pong in fragments", &[(PONG, b"a"), (FIN | CONTINUE, b"b")], 1002).await;
    refused("close in fragments", &[(CLOSE, b""), (FIN | CONTINUE, b"")], 1002).await;
    for stray in [CONTINUE, FIN | CONTINUE] {
        refused("continuation of nothing", &[(stray, b"a"), (FIN | TEXT, b"b")], 1002).await;
        case("and later", &[first, last, (stray, b"a")], &[whole], End::Closes(1002)).await;
    }
    refused("message in a message", &[first, (FIN | TEXT, b"b")], 1002).await;
    refused("beginning in a message", &[first, (BINARY, b"b")], 1002).await;
}

const VALID_TEXT: [&str; 10] = [
    "Hello-\u{b5}@\u{df}\u{f6}\u{e4}\u{fc}\u{e0}\u{e1}-UTF-8!!",
    "\u{3ba}\u{1f79}\u{3c3}\u{3bc}\u{3b5}",
    "\0",
    "\u{7f}",
    "\u{80}",
    "\u{7ff}",
    "\u{800}\u{d7ff}\u{e000}",
    "\u{ffff}\u{fffd}\u{fffe}",
    "\u{10000}\u{1fffe}",
    "\u{10ffff}",
];

const INVALID_TEXT: [&[u8]; 17] = [
    b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80edited",
    b"\xf8\x88\x80\x80\x80",
    b"\xfc\x84\x80\x80\x80\x80",
    b"\xf7\xbf\xbf\xbf",
    b"\xf4\x90\x80\x80",
    b"\x80",
    b"\x80\xbf",
    b"\xc0 \xc1 ",
    b"\xe0\x80",
    b"\xc0\xaf",
    b"\xe0\x80\xaf",
    b"\xf0\x80\x80\xaf",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xfe",
    b"\xff",
    b"\xce\xba\xe1",
];

#[tokio::test]
async fn section_6_text_is_utf_8_however_it_is_cut() {
    for text in VALID_TEXT {
        let bytes = text.as_bytes();
        echoed("valid", FIN | TEXT, bytes).await;
        let mut sent: Vec<(u8, &[u8])> = bytes.chunks(1).map(|byte| (CONTINUE, byte)).collect();
        sent[0].0 = TEXT;
        sent.push((FIN | CONTINUE, b""));
        case("valid in fragments", &sent, &[(FIN | TEXT, bytes)], End::Open).await;
    }
    for bytes in INVALID_TEXT {
        refused("invalid", &[(FIN | TEXT, bytes)], 1007).await;
        let mut sent: Vec<(u8, &[u8])> = bytes.chunks(1).map(|byte| (CONTINUE, byte)).collect();
        sent[0].0 = TEXT;
        sent.push((FIN | CONTINUE, b""));
        refused("invalid in fragments", &sent, 1007).await;
    }
    let (start, bad, rest) = ("\u{3ba}\u{1f79}".as_bytes(), &b"\xf4\x90"[..], &b"more"[..]);
    refused("refused at once", &[(TEXT, start), (CONTINUE, bad), (CONTINUE, rest)], 1007).await;
}

#[tokio::test]
async fn section_7_closes_are_answered_and_checked() {
    let hello = (FIN | TEXT, &b"Hello"[..]);
    let normal = (FIN | CLOSE, &[3_u8, 232][..]);
    case("after a message", &[hello, normal], &[hello], End::Closes(1000)).await;
    case("two closes", &[normal, normal], &[], End::Closes(1000)).await;
    case("ping after", &[normal, (FIN | PING, b"")], &[], End::Closes(1000)).await;
    case("message after", &[normal, hello], &[], End::Closes(1000)).await;
    let unfinished = [(TEXT, &b"fragment"[..]), normal, (FIN | CONTINUE, b"rest")];
    case("in a message", &unfinished, &[], End::Closes(1000)).await;
    case("bare", &[(FIN | CLOSE, b"")], &[], End::ClosesBare).await;
    refused("one byte", &[(FIN | CLOSE, b"a")], 1002).await;

    let with = |code: u16, reason: &[u8]| [&code.to_be_bytes()[..], reason].concat();
    for reason in [&b"Hello"[..], &[b'*'; 123]] {
        let payload = with(1000, reason);
        case("reason", &[(FIN | CLOSE, &payload)], &[], End::Closes(1000)).await;
    }
    refused("long reason", &[(FIN | CLOSE, &with(1000, &[b'*'; 124]))], 1002).await;
    refused("bad reason", &[(FIN | CLOSE, &with(1000, b"\xed\xa0\x80"))], 1007).await;
    let allowed = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
    for code in allowed {
        case("code", &[(FIN | CLOSE, &with(code, b""))], &[], End::Closes(code)).await;
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        case("code", &[(FIN | CLOSE, &with(code, b""))], &[], End::Closes(1002)).await;
    }
}

#[tokio::test]
async fn section_9_large_messages_are_echoed_whole_and_in_fragments() {
    for size in [64 << 10, 256 << 10, 1 << 20] {
        let payload = vec![b'*'; size];
        echoed("text", FIN | TEXT, &payload).await;
        for part in [4 << 10, 64 << 10, 256 << 10] {
            let mut sent: Vec<(u8, &[u8])> =
                payload.chunks(part).map(|bytes| (CONTINUE, bytes)).collect();
            sent[0].0 = BINARY;
            sent.push((FIN | CONTINUE, b""));
            case("fragments", &sent, &[(FIN | BINARY, &payload)], End::Open).await;
        }
    }
}

#[tokio::test]
async fn section_10_a_message_that_a_peer_cut_anyhow_is_one_message() {
    let payload = "*".repeat(65_536);
    let mut sent: Vec<(u8, &[u8])> =
        payload.as_bytes().chunks(1300).map(|bytes| (CONTINUE, bytes)).collect();
    sent[0].0 = TEXT;
    sent.last_mut().expect("some").0 = FIN | CONTINUE;
    case("fragments", &sent, &[(FIN | TEXT, payload.as_bytes())], End::Open).await;
}
