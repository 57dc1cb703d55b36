//! The handshake's I/O on the server's side. What is in a request is left to `request`, how long
//! it may take to the caller.

use bytes::BytesMut;
use tokio::io::AsyncRead;

use super::handshake_error::HandshakeError;
use super::head;
use super::request::Request;

/// Reads a request of at most `max_head` bytes. Gives what came behind it, too: it is the socket's.
pub(in crate::net) async fn read_request(
    stream: &mut (impl AsyncRead + Unpin),
    max_head: usize,
) -> Result<(Request, BytesMut), HandshakeError> {
    let (bytes, leftover) = head::read(stream, max_head).await?;
    Ok((Request::parse(&bytes)?, leftover))
}
