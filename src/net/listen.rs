//! Binding a port, now and not later.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use super::tcp;

/// Where a server listens.
#[derive(Clone, Copy, Debug)]
pub struct ListenOptions {
    pub address: IpAddr,
    /// 0 takes a free one.
    pub port: u16,
    /// Connections that may wait to be accepted.
    pub backlog: i32,
    /// Several processes may listen on the port, and the kernel spreads connections over them.
    pub reuse_port: bool,
}

/// A server that listens.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    pub id: u32,
    pub address: SocketAddr,
}

/// Binds and listens before it returns: a peer dialled on the caller's next line gets in.
///
/// Connections have the `peer_timeout` of [`tcp::prepare`].
pub(super) fn bind(options: &ListenOptions, peer_timeout: Duration) -> io::Result<TcpListener> {
    let address = SocketAddr::new(options.address, options.port);
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        // As Node does: `::` takes IPv4 peers too.
        socket.set_only_v6(false)?;
    }
    #[cfg(unix)]
    {
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(options.reuse_port)?;
    }
    tcp::prepare(&socket, peer_timeout);
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(options.backlog)?;
    Ok(socket.into())
}
