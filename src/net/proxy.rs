//! Connections that come through a load balancer, which says first whose they are.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::error::ErrorCode;
use crate::protocol::proxy::{Announcement, parse};

/// Who a connection is from: what the balancer says, or `peer`, if that speaks for itself. Or the code for why it is turned away: there was no header within `patience`, or before `closed`.
pub(super) async fn announced(
    stream: &mut TcpStream,
    peer: SocketAddr,
    patience: Duration,
    closed: impl Future<Output = ()>,
) -> Result<SocketAddr, ErrorCode> {
    let said = tokio::select! {
        biased;
        () = closed => Err(ErrorCode::ServerClosed),
        said = timeout(patience, read(stream)) => said.unwrap_or(Err(ErrorCode::HandshakeTimeout)),
    };
    Ok(said?.unwrap_or(peer))
}

/// Reads the header, and no byte of what follows it.
async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<SocketAddr>, ErrorCode> {
    let mut header = Vec::new();
    loop {
        match parse(&header).map_err(|error| error.code())? {
            Announcement::From(peer) => return Ok(peer),
            Announcement::Incomplete(more) => {
                let start = header.len();
                header.resize(start + more, 0);
                stream
                    .read_exact(&mut header[start..])
                    .await
                    .map_err(|_| ErrorCode::ClosedEarly)?;
            }
        }
    }
}
