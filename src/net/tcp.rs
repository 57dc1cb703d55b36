//! How TCP is set for calls.

use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};

/// TCP's own question after a peer that says nothing; Asterisk says something every 20 ms.
const KEEP_ALIVE: Duration = Duration::from_secs(60);

/// An accepted connection has what its listener has, so that it need not be said for each.
pub(super) const IS_INHERITED: bool = cfg!(target_os = "linux");

/// Sets a connection, or a listener for all its connections.
pub(super) fn prepare<'a>(socket: impl Into<SockRef<'a>>) {
    let socket = socket.into();
    // Neither can fail on a TCP socket in a way that would end the call.
    let _ = socket.set_tcp_nodelay(true);
    let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEP_ALIVE));
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn connections_are_prepared_with_their_listener_where_that_is_relied_on() {
        if !IS_INHERITED {
            return;
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        prepare(&listener);
        let address = listener.local_addr().expect("an address");
        let _peer = TcpStream::connect(address).expect("a connection");
        let (accepted, _) = listener.accept().expect("its other end");
        let accepted = SockRef::from(&accepted);
        assert_eq!(accepted.tcp_nodelay().ok(), Some(true));
        assert_eq!(accepted.keepalive().ok(), Some(true));
    }
}
