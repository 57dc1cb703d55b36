//! A connection that Asterisk made to us.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::connection::Connection;
use crate::call::Role;
use crate::error::ErrorCode;
use crate::events::{Inbox, Source};
use crate::net::bounded::bounded;
use crate::net::end_reason::EndReason;
use crate::net::options::CallOptions;
use crate::net::place::Place;

/// Runs a connection from its first byte to its last. The call has its memory for as long as it
/// lasts, so it keeps nothing of what it was made of.
pub(in crate::net) fn serve(
    place: &Place,
    options: CallOptions,
    stream: TcpStream,
    peer: SocketAddr,
) -> impl Future<Output = ()> {
    let engine = Arc::clone(&place.engine);
    let source = Source::new(engine.next_id(), Inbox::default());
    let id = Some(place.source.id);
    let mut connection = Connection::new(engine, source, id, Role::Server, options, stream, peer);
    async move {
        // What that needs is let go of when the call has its name.
        match Box::pin(identify(place, &mut connection)).await {
            // It may have come in the moment in which its time was up: then there is a call.
            Err(code) if !connection.is_identified() => {
                place.drop_connection(code, peer);
                connection.turn_away().await;
            }
            _ => {
                place.begin();
                if place.is_closing() {
                    connection.line.hangup(false);
                }
                run(&mut connection).await;
            }
        }
    }
}

async fn run(connection: &mut Connection) {
    if connection.line.options.is_bounded() {
        let line = Arc::clone(&connection.line);
        Box::pin(bounded(line, connection.run())).await;
    } else {
        connection.run().await;
    }
}

/// Waits for the call's name, or says why there is none.
async fn identify(place: &Place, connection: &mut Connection) -> Result<(), ErrorCode> {
    tokio::select! {
        biased;
        () = place.closed() => Err(ErrorCode::ServerClosed),
        named = timeout(place.options.handshake_timeout, connection.identify()) => match named {
            Err(_) => Err(ErrorCode::HandshakeTimeout),
            Ok(Err(EndReason::Refused(code, _))) => Err(code),
            Ok(Err(_)) => Err(ErrorCode::ClosedEarly),
            Ok(Ok(())) => Ok(()),
        },
    }
}
