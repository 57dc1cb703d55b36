//! A task a call on one tokio thread: what one writes in Rust without a second thought.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;

use super::{Behaviour, report};
use crate::Failure;
use crate::frames::Partial;

const READ_BUFFER: usize = 4096;

pub fn run(words: impl Iterator<Item = String>) -> Result<(), Failure> {
    runtime::Builder::new_current_thread()
        .enable_io()
        .build()?
        .block_on(serve(Behaviour::new(words)))
}

async fn serve(behaviour: Behaviour) -> Result<(), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    report::start(listener.local_addr()?.port())?;
    loop {
        let (socket, _) = listener.accept().await?;
        tokio::spawn(echo(socket, behaviour));
    }
}

/// Until the caller is gone, in whichever way.
async fn echo(mut socket: TcpStream, behaviour: Behaviour) -> std::io::Result<()> {
    socket.set_nodelay(true)?;
    let mut partial = Partial::default();
    let mut buffer = [0; READ_BUFFER];
    let mut out = Vec::new();
    loop {
        let count = socket.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        partial.feed(&buffer[..count], |kind, payload| behaviour.take(kind, payload, &mut out));
        socket.write_all(&out).await?;
        out.clear();
    }
}
