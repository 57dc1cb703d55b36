//! A call that goes on over one connection after the other, of a sender that comes again.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::connection::Connection;
use crate::net::call_handle::CallHandle;
use crate::net::flags::Flag;
use crate::net::server::Server;
use crate::net::websocket::Socket;

/// Runs the call until it is over. Whoever is lost may take `patience` to come again to `url`.
pub(super) async fn run_stitched(
    server: &Server,
    connection: &mut Connection,
    url: &str,
    patience: Duration,
) {
    loop {
        let mut next = server.arrivals.expect(url, Some(connection.last_heard()));
        let is_lost = tokio::select! {
            is_lost = connection.run() => is_lost,
            Ok(socket) = &mut next => {
                connection.go_on(socket);
                continue;
            }
        };
        if !is_lost {
            return;
        }
        // It may have come at the same moment.
        let socket = match next.try_recv() {
            Ok(socket) => Some(socket),
            Err(_) => another(server.arrivals.expect(url, None), &connection.line, patience).await,
        };
        match socket {
            Some(socket) => connection.go_on(socket),
            None => return,
        }
    }
}

/// The next connection, if it comes in time and the call is not ended meanwhile.
async fn another(
    next: oneshot::Receiver<Socket>,
    line: &CallHandle,
    patience: Duration,
) -> Option<Socket> {
    let ended = poll_fn(|context| {
        line.flags.register(context.waker());
        let [goodbye, flooded, hang_up] =
            [Flag::Goodbye, Flag::Flooded, Flag::HangUp].map(|flag| line.flags.has(flag));
        // Nobody is there to take what is left.
        let over = goodbye || flooded || (hang_up && !line.drains());
        if over { Poll::Ready(()) } else { Poll::Pending }
    });
    tokio::select! {
        () = ended => None,
        next = timeout(patience, next) => next.ok()?.ok(),
    }
}
