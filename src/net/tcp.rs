//! How TCP is set for calls.

use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};

/// TCP's own question after a peer that says nothing; Asterisk says something every 20 ms.
const KEEP_ALIVE: Duration = Duration::from_secs(60);

/// How often that is repeated to a peer that does not answer.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// An accepted connection has what its listener has, so that it need not be said for each.
pub(super) const IS_INHERITED: bool = cfg!(target_os = "linux");

/// Sets a connection, or a listener for all its connections. On Linux, a peer that acknowledges
/// nothing for `peer_timeout` while something waits for it, or does not answer keep-alive probes, is
/// lost (`ETIMEDOUT`); zero leaves it to the system, which takes a quarter of an hour.
pub(super) fn prepare<'a>(socket: impl Into<SockRef<'a>>, peer_timeout: Duration) {
    let socket = socket.into();
    let keep_alive = TcpKeepalive::new().with_time(KEEP_ALIVE);
    #[cfg(not(target_os = "openbsd"))]
    let keep_alive = keep_alive.with_interval(KEEP_ALIVE_INTERVAL);
    // None can fail on a TCP socket in a way that would end the call.
    let _ = socket.set_tcp_nodelay(true);
    let _ = socket.set_tcp_keepalive(&keep_alive);
    #[cfg(target_os = "linux")]
    let _ = socket.set_tcp_user_timeout((!peer_timeout.is_zero()).then_some(peer_timeout));
    #[cfg(not(target_os = "linux"))]
    let _ = peer_timeout;
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
        prepare(&listener, Duration::from_millis(4321));
        let address = listener.local_addr().expect("an address");
        let _peer = TcpStream::connect(address).expect("a connection");
        let (accepted, _) = listener.accept().expect("its other end");
        let accepted = SockRef::from(&accepted);
        assert_eq!(accepted.tcp_nodelay().ok(), Some(true));
        assert_eq!(accepted.keepalive().ok(), Some(true));
        #[cfg(target_os = "linux")]
        {
            assert_eq!(accepted.tcp_keepalive_time().ok(), Some(KEEP_ALIVE));
            assert_eq!(accepted.tcp_keepalive_interval().ok(), Some(KEEP_ALIVE_INTERVAL));
            let timeout = accepted.tcp_user_timeout().ok().flatten();
            assert_eq!(timeout, Some(Duration::from_millis(4321)));
        }
    }
}
