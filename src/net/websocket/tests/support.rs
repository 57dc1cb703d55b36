//! A socket over a pipe, with raw bytes at the other end.

use std::future::poll_fn;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::timeout;

use super::super::extensions::{self, Deflate};
use super::super::{
    Agreed, Budget, Message, Outgoing, Role, Socket, SocketError, SocketOptions, mask,
};

pub(super) const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

pub(super) async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(10), future).await.expect("within its time")
}

/// What our client and server agree on when both want deflate.
pub(super) fn deflate() -> Option<Deflate> {
    extensions::agree(extensions::OFFER).map(|(deflate, _)| deflate)
}

pub(super) fn socket(
    stream: DuplexStream,
    role: Role,
    deflate: Option<Deflate>,
    max_message: usize,
) -> Socket {
    let agreed = Agreed { deflate, subprotocol: None };
    let options = SocketOptions { max_message, max_text: max_message };
    Socket::new(Box::new(stream), BytesMut::new(), role, &agreed, options)
}

/// A socket and the peer that it talks to.
pub(super) fn pair(role: Role, deflate: Option<Deflate>) -> (Socket, Peer) {
    let (near, far) = tokio::io::duplex(1 << 22);
    let peer = Peer { stream: far, masks: role == Role::Server, buffer: BytesMut::new() };
    (socket(near, role, deflate, 1 << 20), peer)
}

pub(super) async fn next(socket: &mut Socket) -> Option<Result<Message, SocketError>> {
    soon(poll_fn(|cx| socket.poll_next(cx, &mut Budget::default()))).await
}

pub(super) async fn send(socket: &mut Socket, outgoing: Outgoing<'_>) {
    socket.start_send(outgoing).expect("open");
    soon(poll_fn(|cx| socket.poll_flush(cx))).await.expect("sent");
}

/// Echoes until the end, as conformance suites ask for. Gives how it ended.
pub(super) async fn echo(mut socket: Socket) -> Result<Message, SocketError> {
    let mut last = Err(SocketError::Dropped);
    while let Some(result) = next(&mut socket).await {
        match &result {
            Ok(Message::Text(text)) => send(&mut socket, Outgoing::Text(text)).await,
            Ok(Message::Binary(bytes)) => send(&mut socket, Outgoing::Binary(bytes)).await,
            _ => {}
        }
        last = result;
    }
    last
}

/// The other end of a socket's stream, byte by byte.
pub(super) struct Peer {
    stream: DuplexStream,
    masks: bool,
    buffer: BytesMut,
}

/// A frame as it came: its first byte, and its payload.
pub(super) type Raw = (u8, Vec<u8>);

impl Peer {
    pub(super) async fn write(&mut self, bytes: &[u8]) {
        soon(self.stream.write_all(bytes)).await.expect("written");
    }

    /// `first` is the frame's first byte: FIN, reserved bits, opcode.
    pub(super) async fn frame(&mut self, first: u8, payload: &[u8]) {
        let bytes = frame(first, payload, self.masks);
        self.write(&bytes).await;
    }

    pub(super) async fn hang_up(&mut self) {
        self.stream.shutdown().await.expect("shut");
    }

    /// The next frame, or None at the end.
    pub(super) async fn next(&mut self) -> Option<Raw> {
        loop {
            if let Some((frame, length)) = parse(&self.buffer, !self.masks) {
                self.buffer.advance(length);
                return Some(frame);
            }
            if soon(self.stream.read_buf(&mut self.buffer)).await.expect("readable") == 0 {
                assert!(self.buffer.is_empty(), "cut off in a frame");
                return None;
            }
        }
    }
}

/// A frame's bytes.
pub(super) fn frame(first: u8, payload: &[u8], masks: bool) -> Vec<u8> {
    let high = if masks { 0x80 } else { 0 };
    let mut bytes = vec![first];
    match payload.len() {
        length @ ..126 => bytes.push(high | length as u8),
        length @ 126..65_536 => {
            bytes.push(high | 126);
            bytes.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            bytes.push(high | 127);
            bytes.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    let mut payload = payload.to_vec();
    if masks {
        bytes.extend_from_slice(&MASK);
        mask::apply(&mut payload, MASK);
    }
    bytes.extend_from_slice(&payload);
    bytes
}

/// The frame that `bytes` begin with, if it is whole, and its length in all.
fn parse(bytes: &[u8], is_masked: bool) -> Option<(Raw, usize)> {
    let (&first, rest) = bytes.split_first()?;
    let (&second, mut rest) = rest.split_first()?;
    assert_eq!(second & 0x80 != 0, is_masked, "only clients mask");
    let mut length = usize::from(second & 0x7f);
    let wide = match length {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    if wide > 0 {
        let (digits, behind) = rest.split_at_checked(wide)?;
        length = digits.iter().fold(0, |sum, &digit| sum << 8 | usize::from(digit));
        rest = behind;
    }
    let (key, rest) = rest.split_at_checked(if is_masked { 4 } else { 0 })?;
    let mut payload = rest.get(..length)?.to_vec();
    if let Ok(key) = key.try_into() {
        mask::apply(&mut payload, key);
    }
    Some(((first, payload), 2 + wide + key.len() + length))
}
