//! Who may connect to a server, and how many, how often.
//!
//! A connection first gets a place ([`Admission::reserve`]); once its address is known, which behind a
//! balancer takes a moment, the address is looked at ([`Admission::identify`]); once it is a call, it is no
//! longer pending ([`Admission::begin`]). Whoever has the place gives it back ([`Admission::release`]).

mod bucket;
mod network;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Mutex;
use std::time::Instant;

use bucket::Bucket;
pub use network::{Network, NotANetwork};

use crate::error::ErrorCode;
use crate::sync::lock;

/// Addresses that are kept in mind though none of their connections is left.
const MAX_IDLE_ADDRESSES: usize = 16_384;

/// The bits of an IPv6 address that its owner does not choose.
const IPV6_SITE: u128 = !0 << 64;

/// What a server admits. `None` and an empty list are no limit.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Connections at a time, from 1.
    pub connections: usize,
    /// Of one address: of one IPv6 network of 64 bits.
    pub connections_per_address: Option<usize>,
    /// Connections at a time that are no calls yet.
    pub pending: Option<usize>,
    /// Connections a second.
    pub rate: Option<f64>,
    pub rate_per_address: Option<f64>,
    /// Where connections may come from; from anywhere, if there is none.
    pub allow: Vec<Network>,
    /// Where none may come from, though it be in `allow`.
    pub deny: Vec<Network>,
}

/// What was let in.
#[derive(Debug)]
pub(super) struct Admission {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    connections: usize,
    pending: usize,
    bucket: Option<Bucket>,
    addresses: HashMap<IpAddr, Address>,
}

/// What is known of an address.
#[derive(Debug, Default)]
struct Address {
    connections: usize,
    bucket: Option<Bucket>,
}

impl Admission {
    pub fn new(limits: Limits) -> Self {
        Self { limits, state: Mutex::default() }
    }

    /// Connections that have a place.
    pub fn connections(&self) -> usize {
        lock(&self.state).connections
    }

    /// Takes a place, or tells why there is none.
    pub fn reserve(&self) -> Result<(), ErrorCode> {
        let mut state = lock(&self.state);
        if state.connections >= self.limits.connections {
            return Err(ErrorCode::MaxConnections);
        }
        if self.limits.pending.is_some_and(|most| state.pending >= most) {
            return Err(ErrorCode::MaxPending);
        }
        state.connections += 1;
        state.pending += 1;
        Ok(())
    }

    /// Looks at the address of a connection that has a place. Gives what [`Self::release`] is to have.
    pub fn identify(&self, now: Instant, address: IpAddr) -> Result<Option<IpAddr>, ErrorCode> {
        let Limits { allow, deny, .. } = &self.limits;
        let is_in = |networks: &[Network]| networks.iter().any(|it| it.contains(address));
        if is_in(deny) || (!allow.is_empty() && !is_in(allow)) {
            return Err(ErrorCode::AddressDenied);
        }
        let mut state = lock(&self.state);
        let State { connections, bucket, addresses, .. } = &mut *state;
        let address = self.counts_addresses().then(|| site(address));
        if let Some(address) = address {
            if addresses.len() >= MAX_IDLE_ADDRESSES + *connections {
                forget_idle(now, addresses);
            }
            self.check(now, addresses.entry(address).or_default())?;
        }
        if let Some(rate) = self.limits.rate {
            let bucket = bucket.get_or_insert_with(|| Bucket::new(rate, now));
            if !bucket.has_one(now) {
                return Err(ErrorCode::CallRate);
            }
            bucket.take_one();
        }
        if let Some(known) = address.and_then(|address| addresses.get_mut(&address)) {
            known.connections += 1;
            known.bucket.iter_mut().for_each(Bucket::take_one);
        }
        Ok(address)
    }

    /// A connection became a call.
    pub fn begin(&self) {
        lock(&self.state).pending -= 1;
    }

    /// Gives a place back, of a connection that became a call or did not.
    pub fn release(&self, was_pending: bool, address: Option<IpAddr>) {
        let mut state = lock(&self.state);
        state.connections -= 1;
        state.pending -= usize::from(was_pending);
        let Some(address) = address else { return };
        let Some(known) = state.addresses.get_mut(&address) else { return };
        known.connections -= 1;
        if known.connections == 0 && known.bucket.is_none() {
            state.addresses.remove(&address);
        }
    }

    fn counts_addresses(&self) -> bool {
        self.limits.connections_per_address.is_some() || self.limits.rate_per_address.is_some()
    }

    fn check(&self, now: Instant, known: &mut Address) -> Result<(), ErrorCode> {
        if self.limits.connections_per_address.is_some_and(|most| known.connections >= most) {
            return Err(ErrorCode::MaxConnectionsPerAddress);
        }
        let Some(rate) = self.limits.rate_per_address else { return Ok(()) };
        let bucket = known.bucket.get_or_insert_with(|| Bucket::new(rate, now));
        if bucket.has_one(now) { Ok(()) } else { Err(ErrorCode::CallRatePerAddress) }
    }
}

/// The address by which a connection is counted.
fn site(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & IPV6_SITE).into(),
        address => address,
    }
}

/// Forgets addresses of which nothing need be known, and where too many need be, all without connections:
/// it is not to be called again soon.
fn forget_idle(now: Instant, addresses: &mut HashMap<IpAddr, Address>) {
    let is_used = |it: &Address| it.connections > 0;
    addresses.retain(|_, it| is_used(it) || it.bucket.is_some_and(|bucket| !bucket.is_full(now)));
    if addresses.values().filter(|it| !is_used(it)).count() > MAX_IDLE_ADDRESSES / 2 {
        addresses.retain(|_, it| is_used(it));
    }
}

#[cfg(test)]
mod tests;
