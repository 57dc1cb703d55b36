//! Autobahn's sections 12 and 13: permessage-deflate, with each agreement that can be made.

use super::super::deflate::{Deflater, Inflater};
use super::super::extensions::{self, Deflate};
use super::super::{Message, Outgoing, Role, SocketError};
use super::support::{Peer, deflate, echo, next, pair, send, soon};

const OFFERS: [&str; 7] = [
    "permessage-deflate",
    "permessage-deflate; client_no_context_takeover; client_max_window_bits",
    "permessage-deflate; server_no_context_takeover",
    "permessage-deflate; server_max_window_bits=9",
    "permessage-deflate; server_max_window_bits=15",
    "permessage-deflate; server_no_context_takeover; server_max_window_bits=9",
    "permessage-deflate; server_max_window_bits=8",
];

/// Something like the JSON that such suites send.
fn json(length: usize) -> String {
    let mut text = String::new();
    let mut at = 0_u64;
    while text.len() < length {
        at += 1;
        text.push_str(&format!("{{\"id\": {at}, \"value\": {}, \"s\": \"\u{e9}\"}}", at * 7919));
    }
    let end = (0..=length).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    text.truncate(end);
    text
}

/// The peer's half of an agreement that `socket` has made.
struct Packer {
    deflater: Deflater,
    inflater: Inflater,
}

impl Packer {
    fn new(agreed: &Deflate) -> Self {
        Self {
            deflater: Deflater::new(15, agreed.peer_forgets),
            inflater: Inflater::new(agreed.forgets),
        }
    }

    /// Sends a packed message in fragments of `part` bytes.
    async fn send(&mut self, peer: &mut Peer, opcode: u8, message: &[u8], part: usize) {
        let packed = self.deflater.deflate(message).expect("packed").to_vec();
        let last = packed.len().div_ceil(part) - 1;
        for (at, bytes) in packed.chunks(part).enumerate() {
            let first = if at == 0 { 0x40 | opcode } else { 0 };
            let fin = if at == last { 0x80 } else { 0 };
            peer.frame(fin | first, bytes).await;
        }
    }

    async fn next(&mut self, peer: &mut Peer) -> (u8, Vec<u8>) {
        let (first, payload) = peer.next().await.expect("a frame");
        if first & 0x40 == 0 {
            return (first, payload);
        }
        let mut message = Vec::new();
        self.inflater.inflate(&payload, true, &mut message, 1 << 20).expect("valid");
        (first, message)
    }
}

#[tokio::test]
async fn messages_of_every_size_are_echoed_under_every_agreement() {
    for offer in OFFERS {
        for role in [Role::Server, Role::Client] {
            let (agreed, _) = extensions::agree(offer).expect("agreed");
            let (socket, mut peer) = pair(role, Some(agreed));
            let task = tokio::spawn(echo(socket));
            let mut packer = Packer::new(&agreed);
            for length in [16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072] {
                for part in [256, 1 << 20] {
                    let message = json(length);
                    packer.send(&mut peer, 1, message.as_bytes(), part).await;
                    let (first, echoed) = packer.next(&mut peer).await;
                    let is_packed = length >= 64 && agreed.window_bits.is_some();
                    assert_eq!(first, if is_packed { 0xc1 } else { 0x81 }, "{offer} {length}");
                    assert!(echoed == message.as_bytes(), "{offer} {length}");
                }
            }
            peer.frame(0x88, &[3, 232]).await;
            assert_eq!(peer.next().await, Some((0x88, vec![3, 232])));
            peer.hang_up().await;
            soon(task).await.expect("no panic").expect("no fault");
        }
    }
}

#[tokio::test]
async fn plain_messages_pass_where_deflate_was_agreed_on() {
    let (mut socket, mut peer) = pair(Role::Server, deflate());
    peer.frame(0x82, b"plain").await;
    let message = next(&mut socket).await.expect("open").expect("valid");
    assert_eq!(message, Message::Binary("plain".into()));
}

#[tokio::test]
async fn a_ping_within_a_packed_message_is_answered() {
    let (socket, mut peer) = pair(Role::Server, deflate());
    let task = tokio::spawn(echo(socket));
    peer.frame(0x41, &[0xf2, 0x48]).await;
    peer.frame(0x89, b"?").await;
    peer.frame(0x80, &[0xcd, 0xc9, 0xc9, 0x07, 0x00]).await;
    assert_eq!(peer.next().await, Some((0x8a, b"?".to_vec())));
    assert_eq!(peer.next().await, Some((0x81, b"Hello".to_vec())));
    task.abort();
}

#[tokio::test]
async fn the_marks_of_deflate_are_refused_where_they_do_not_belong() {
    for frames in [&[(0xc9, "ping")][..], &[(0x41, ""), (0xc0, "")], &[(0x01, ""), (0xc0, "")]] {
        let (socket, mut peer) = pair(Role::Server, deflate());
        let task = tokio::spawn(echo(socket));
        for (first, payload) in frames {
            peer.frame(*first, payload.as_bytes()).await;
        }
        let (first, payload) = peer.next().await.expect("a close");
        assert_eq!((first, &payload[..2]), (0x88, &[3, 234][..]));
        peer.hang_up().await;
        assert!(matches!(soon(task).await.expect("no panic"), Err(SocketError::Protocol(_))));
    }
}

#[tokio::test]
async fn what_does_not_unpack_to_what_it_should_be_is_refused() {
    let not_text = Deflater::new(15, true).deflate(&[0xff; 100]).expect("packed").to_vec();
    for (first, payload) in [(0xc2, &[0xff; 40][..]), (0xc1, &not_text)] {
        let (mut socket, mut peer) = pair(Role::Server, deflate());
        peer.frame(first, payload).await;
        let fault = next(&mut socket).await.expect("open").expect_err("damaged");
        assert!(matches!(fault, SocketError::Data(_)));
        assert_eq!(peer.next().await.expect("a close").1[..2], [3, 239]);
    }
}

#[tokio::test]
async fn a_bomb_is_refused_packed_in_one_frame_or_in_many() {
    let bomb = Deflater::new(15, true).deflate(&vec![0; 20_000_000]).expect("packed").to_vec();
    for part in [100, 1 << 20] {
        let (socket, mut peer) = pair(Role::Server, deflate());
        let task = tokio::spawn(echo(socket));
        for (at, bytes) in bomb.chunks(part).enumerate() {
            peer.frame(if at == 0 { 0x42 } else { 0 }, bytes).await;
        }
        assert_eq!(peer.next().await.expect("a close").1[..2], [3, 241]);
        peer.hang_up().await;
        assert!(matches!(soon(task).await.expect("no panic"), Err(SocketError::TooBig)));
    }
}

#[tokio::test]
async fn both_our_ends_talk_deflate() {
    let (near, far) = tokio::io::duplex(1 << 16);
    let mut client = super::support::socket(near, Role::Client, deflate(), 1 << 20);
    let server = super::support::socket(far, Role::Server, deflate(), 1 << 20);
    let task = tokio::spawn(echo(server));
    for length in [1, 100, 320, 640, 5000] {
        let audio = vec![7_u8; length];
        send(&mut client, Outgoing::Binary(&audio)).await;
        let back = next(&mut client).await.expect("open").expect("valid");
        assert_eq!(back, Message::Binary(audio.into()));
    }
    send(&mut client, Outgoing::Close { code: Some(1000), reason: "done" }).await;
    let close = next(&mut client).await.expect("open").expect("valid");
    assert!(matches!(close, Message::Close { code: Some(1000), .. }));
    assert!(next(&mut client).await.is_none());
    let heard = soon(task).await.expect("no panic").expect("no fault");
    assert_eq!(heard, Message::Close { code: Some(1000), reason: "done".to_owned() });
}
