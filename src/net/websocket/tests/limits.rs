//! Peers that send too much, too little, or anything at all.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::super::deflate::Deflater;
use super::super::error::SendError;
use super::super::{Agreed, Budget, Message, Outgoing, Role, Socket, SocketError, SocketOptions};
use super::support::{deflate, echo, next, pair, send, socket, soon};

#[tokio::test]
async fn a_message_of_100_megabytes_is_refused_by_its_header() {
    let (mut socket, mut peer) = pair(Role::Server, None);
    peer.write(&[0x82, 0xff, 0, 0, 0, 0, 0x06, 0, 0, 0, 1, 2, 3, 4]).await;
    let fault = next(&mut socket).await.expect("open").expect_err("too big");
    assert!(matches!(fault, SocketError::TooBig));
    assert_eq!((fault.code().as_str(), fault.close_code()), ("ERR_WS_TOO_BIG", Some(1009)));
    assert_eq!(peer.next().await.expect("a close").1[..2], [3, 241]);
    // What it sends all the same is read and dropped, so that it can read why.
    peer.write(&vec![0; 100_000]).await;
    peer.hang_up().await;
    assert!(next(&mut socket).await.is_none());
}

#[tokio::test]
async fn fragments_that_make_too_long_a_message_are_refused() {
    let (near, mut far) = tokio::io::duplex(1 << 16);
    let mut socket = socket(near, Role::Client, None, 100);
    far.write_all(&super::support::frame(0x02, &[0; 60], false)).await.expect("written");
    far.write_all(&super::support::frame(0x80, &[0; 41], false)).await.expect("written");
    let fault = next(&mut socket).await.expect("open").expect_err("too big");
    assert!(matches!(fault, SocketError::TooBig));
}

#[tokio::test]
async fn a_peer_that_is_gone_in_the_middle_is_told_from_one_that_closed() {
    for bytes in [&b""[..], &[0x82], &[0x82, 0x85, 1, 2, 3, 4, b'a'], &[0x02, 0x80, 1, 2, 3, 4]] {
        let (mut socket, mut peer) = pair(Role::Server, None);
        peer.write(bytes).await;
        peer.hang_up().await;
        let fault = next(&mut socket).await.expect("open").expect_err("gone");
        assert!(matches!(fault, SocketError::Dropped));
        assert_eq!(fault.close_code(), None);
        assert!(next(&mut socket).await.is_none());
        assert_eq!(socket.start_send(Outgoing::Text("?")), Err(SendError::Closed));
    }
}

#[tokio::test]
async fn what_came_with_the_handshake_is_heard_first() {
    let (near, mut far) = tokio::io::duplex(100);
    let leftover = BytesMut::from(&super::support::frame(0x81, b"early", true)[..]);
    let options = SocketOptions::default();
    let mut socket = Socket::server(near, leftover, &Agreed::default(), options);
    far.write_all(&super::support::frame(0x81, b"later", true)).await.expect("written");
    for text in ["early", "later"] {
        let message = next(&mut socket).await.expect("open").expect("valid");
        assert_eq!(message, Message::Text(text.to_owned()));
    }
}

#[tokio::test]
async fn what_the_stream_does_not_take_is_counted_and_waits() {
    let (near, mut far) = tokio::io::duplex(1000);
    let mut socket = socket(near, Role::Server, None, 1000);
    for _ in 0..10 {
        socket.start_send(Outgoing::Binary(&[1; 320])).expect("open");
    }
    assert_eq!(socket.buffered(), 3240);
    let is_pending = poll_fn(|cx| Poll::Ready(socket.poll_flush(cx).is_pending())).await;
    assert!(is_pending && socket.buffered() == 2240);
    let mut heard = vec![0; 3240];
    let read = tokio::spawn(async move { far.read_exact(&mut heard).await });
    soon(poll_fn(|cx| socket.poll_flush(cx))).await.expect("sent");
    assert_eq!(socket.buffered(), 0);
    soon(read).await.expect("no panic").expect("all of it");
}

#[tokio::test]
async fn a_peer_that_pings_and_never_reads_holds_up_neither_its_messages_nor_memory() {
    let (near, mut far) = tokio::io::duplex(4096);
    let mut socket = socket(near, Role::Client, None, 1000);
    let writer = tokio::spawn(async move {
        for _ in 0..5000 {
            far.write_all(&super::support::frame(0x89, &[7; 125], false)).await.expect("taken");
        }
        far.write_all(&super::support::frame(0x81, b"still here", false)).await.expect("taken");
        far
    });
    let mut most = 0;
    loop {
        let message = next(&mut socket).await.expect("open").expect("valid");
        most = most.max(socket.buffered());
        if let Message::Text(_) = message {
            break;
        }
    }
    assert!(most < 20_000, "{most}");
    drop(soon(writer).await);
}

/// How many polls it takes until there is a message or a fault.
async fn polls(bytes: &[u8]) -> (usize, Result<Message, SocketError>) {
    let (mut socket, mut peer) = pair(Role::Server, deflate());
    peer.write(bytes).await;
    let mut polls = 0;
    let result = soon(poll_fn(|cx| {
        polls += 1;
        socket.poll_next(cx, &mut Budget::default())
    }));
    let result = result.await.expect("open");
    (polls, result)
}

#[tokio::test]
async fn a_message_that_takes_long_to_take_in_leaves_others_their_turns() {
    let frame = |first, payload: &[u8]| super::support::frame(first, payload, true);
    let fragments = [frame(0x02, &[]), frame(0x00, &[]).repeat(10_000), frame(0x80, &[])].concat();
    let (turns, message) = polls(&fragments).await;
    assert_eq!(message.expect("valid"), Message::Binary(Bytes::new()));
    assert!(turns > 300, "{turns}");
    let mut deflater = Deflater::new(15, false);
    let packed = deflater.deflate(&vec![7; 1_000_000]).expect("packed").to_vec();
    let (turns, message) = polls(&frame(0xc2, &packed)).await;
    assert_eq!(message.expect("valid"), Message::Binary(vec![7; 1_000_000].into()));
    assert!(turns > 3, "{turns} for {} bytes", packed.len());
}

#[tokio::test]
async fn deflate_without_content_is_refused_after_little_of_it() {
    let empty_blocks = [[0, 0, 0, 0xff, 0xff].repeat(20_000), vec![0]].concat();
    let (turns, fault) = polls(&super::support::frame(0xc2, &empty_blocks, true)).await;
    assert!(matches!(fault, Err(SocketError::Data(_))));
    assert!(turns < 3, "{turns}");
}

#[tokio::test]
async fn one_pass_reads_no_more_messages_than_its_budget_has_room_for() {
    let (mut socket, mut peer) = pair(Role::Server, None);
    peer.write(&super::support::frame(0x82, &[0; 320], true).repeat(1000)).await;
    let mut budget = Budget::default();
    let read = poll_fn(|cx| {
        let mut read = 0;
        while socket.poll_next(cx, &mut budget).is_ready() {
            read += 1;
        }
        Poll::Ready(read)
    });
    assert!((20..=32).contains(&read.await));
    assert!(budget.is_spent());
    assert!((20..=32).contains(&socket.take_received().frames));
}

/// A peer that never stops, and counts what is read of it.
struct Endless {
    said: Vec<u8>,
    at: usize,
    read: Arc<AtomicUsize>,
}

impl AsyncRead for Endless {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while out.remaining() > 0 {
            let rest = &self.said[self.at..];
            let length = rest.len().min(out.remaining());
            out.put_slice(&rest[..length]);
            self.read.fetch_add(length, Ordering::Relaxed);
            self.at = (self.at + length) % self.said.len();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Endless {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_peer_that_goes_on_after_a_close_is_read_a_budget_at_a_time_and_unpacked_no_more() {
    let mut deflater = Deflater::new(15, true);
    let packed = deflater.deflate(&vec![7; 1_000_000]).expect("packed").to_vec();
    let said = super::support::frame(0xc2, &packed, true);
    let read = Arc::new(AtomicUsize::new(0));
    let endless = Endless { said, at: 0, read: Arc::clone(&read) };
    let agreed = Agreed { deflate: deflate(), subprotocol: None };
    let mut socket = Socket::server(endless, BytesMut::new(), &agreed, SocketOptions::default());
    socket.start_send(Outgoing::Close { code: Some(1000), reason: "" }).expect("open");
    for pass in 1..100 {
        assert!(poll_fn(|cx| Poll::Ready(socket.poll_close(cx).is_pending())).await);
        assert!(read.load(Ordering::Relaxed) <= pass * 300_000);
    }
    assert_eq!(socket.take_received().unpacked, 0);
}

#[tokio::test]
async fn nothing_is_sent_after_a_close_and_what_comes_before_the_answer_is_heard() {
    let (mut socket, mut peer) = pair(Role::Server, None);
    assert_eq!(
        socket.start_send(Outgoing::Close { code: Some(1006), reason: "" }),
        Err(SendError::CloseCode)
    );
    assert_eq!(socket.start_send(Outgoing::Ping(&[0; 126])), Err(SendError::PingTooLong));
    send(&mut socket, Outgoing::Close { code: Some(1001), reason: "bye" }).await;
    assert_eq!(socket.start_send(Outgoing::Text("?")), Err(SendError::Closed));
    peer.frame(0x89, b"ping").await;
    peer.frame(0x81, b"last").await;
    peer.frame(0x88, &[3, 233]).await;
    let mut heard = Vec::new();
    peer.hang_up().await;
    while let Some(result) = next(&mut socket).await {
        heard.push(result.expect("valid"));
    }
    assert_eq!(heard.len(), 3);
    assert_eq!(heard[1], Message::Text("last".to_owned()));
    assert_eq!(peer.next().await, Some((0x88, [&[3, 233], &b"bye"[..]].concat())));
    assert_eq!(peer.next().await, None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_comes_ends_in_messages_or_an_error(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        is_server in any::<bool>(),
        is_packed in any::<bool>(),
        start in prop::sample::select(vec![0x81_u8, 0x82, 0xc1, 0xc2, 0x41, 0x01, 0x88, 0x89]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(async {
            let role = if is_server { Role::Server } else { Role::Client };
            let deflate = if is_packed { deflate() } else { None };
            let (socket, mut peer) = pair(role, deflate);
            let task = tokio::spawn(echo(socket));
            peer.frame(start, &bytes[..bytes.len() / 2]).await;
            peer.write(&bytes[bytes.len() / 2..]).await;
            peer.hang_up().await;
            let _ = soon(task).await.expect("no panic");
        });
    }
}
