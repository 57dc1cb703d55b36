//! A task a call on one tokio thread: what one writes in Rust without a second thought.

use std::sync::atomic::Ordering;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;

use super::report;
use crate::Failure;
use crate::frames::{AUDIO, Partial, header};

const READ_BUFFER: usize = 4096;

pub fn run() -> Result<(), Failure> {
    runtime::Builder::new_current_thread().enable_io().build()?.block_on(serve())
}

async fn serve() -> Result<(), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    report::start(listener.local_addr()?.port())?;
    loop {
        let (socket, _) = listener.accept().await?;
        tokio::spawn(echo(socket));
    }
}

/// Until the caller is gone, in whichever way.
async fn echo(mut socket: TcpStream) -> std::io::Result<()> {
    socket.set_nodelay(true)?;
    let mut partial = Partial::default();
    let mut buffer = [0; READ_BUFFER];
    let mut out = Vec::new();
    loop {
        let count = socket.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        partial.feed(&buffer[..count], |kind, payload| {
            if kind == AUDIO {
                report::FRAMES.fetch_add(1, Ordering::Relaxed);
                out.extend_from_slice(&header(kind, payload.len()));
                out.extend_from_slice(payload);
            }
        });
        socket.write_all(&out).await?;
        out.clear();
    }
}
