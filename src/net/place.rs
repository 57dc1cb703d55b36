//! A connection's place on a server.

use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::engine::Engine;
use super::server::Server;
use crate::error::ErrorCode;

/// A connection's place among those that a server may have, given back when it is dropped.
pub(super) struct Place {
    server: Arc<Server>,
    pub engine: Arc<Engine>,
    /// By which its address is counted.
    address: Option<IpAddr>,
    is_pending: AtomicBool,
}

impl Place {
    /// An error, and the peer is turned away, where there is no place left.
    pub fn reserve(
        engine: &Arc<Engine>,
        server: &Arc<Server>,
        peer: SocketAddr,
    ) -> Result<Self, ErrorCode> {
        server.count_accepted();
        server.admission.reserve().inspect_err(|code| server.drop_connection(*code, peer))?;
        let (server, engine) = (Arc::clone(server), Arc::clone(engine));
        Ok(Self { server, engine, address: None, is_pending: AtomicBool::new(true) })
    }

    /// An error, and the peer is turned away, where its address may not come, or not now.
    pub fn identify(&mut self, peer: SocketAddr) -> Result<(), ErrorCode> {
        let identified = self.server.admission.identify(Instant::now(), peer.ip());
        self.address = identified.inspect_err(|code| self.server.drop_connection(*code, peer))?;
        Ok(())
    }

    /// The connection became a call.
    pub fn begin(&self) {
        self.server.count_call();
        if self.is_pending.swap(false, Ordering::Relaxed) {
            self.server.admission.begin();
        }
    }
}

impl Deref for Place {
    type Target = Arc<Server>;

    fn deref(&self) -> &Arc<Server> {
        &self.server
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let was_pending = self.is_pending.load(Ordering::Relaxed);
        self.server.admission.release(was_pending, self.address);
    }
}
