//! Networks of addresses, as `10.0.0.0/8` and `2001:db8::/32` name them.

use std::net::IpAddr;
use std::str::FromStr;

/// The addresses that begin with the same bits. An IPv4 address that comes as IPv6 (`::ffff:10.0.0.1`) is
/// the IPv4 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    prefix: u32,
}

/// What was given names no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANetwork;

impl Network {
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                is_same(base.to_bits().into(), address.to_bits().into(), 32 - self.prefix)
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                is_same(base.to_bits(), address.to_bits(), 128 - self.prefix)
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    /// An address, or an address and how many of its bits count.
    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let base: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let bits = if base.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            // `+8` and `08` are numbers to Rust.
            Some(prefix) if !is_plain_number(prefix) => return Err(NotANetwork),
            Some(prefix) => prefix.parse().map_err(|_| NotANetwork)?,
            None => bits,
        };
        if prefix > bits {
            return Err(NotANetwork);
        }
        Ok(Self { base, prefix })
    }
}

fn is_plain_number(text: &str) -> bool {
    text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether two numbers are the same but for their last `free` bits.
fn is_same(one: u128, other: u128, free: u32) -> bool {
    (one ^ other).checked_shr(free).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(network: &str, address: &str) -> bool {
        let network: Network = network.parse().expect(network);
        network.contains(address.parse().expect(address))
    }

    #[test]
    fn a_network_has_the_addresses_that_begin_with_its_bits() {
        assert!(is_in("10.0.0.0/8", "10.255.0.1") && !is_in("10.0.0.0/8", "11.0.0.1"));
        assert!(is_in("192.0.2.128/25", "192.0.2.129") && !is_in("192.0.2.128/25", "192.0.2.127"));
        assert!(is_in("2001:db8::/33", "2001:db8:7fff::1"));
        assert!(!is_in("2001:db8::/33", "2001:db8:8000::1"));
        assert!(is_in("192.0.2.1", "192.0.2.1") && !is_in("192.0.2.1", "192.0.2.2"));
        assert!(is_in("::1", "::1") && !is_in("::1", "::2"));
    }

    #[test]
    fn all_of_one_family_are_none_of_the_other() {
        assert!(is_in("0.0.0.0/0", "203.0.113.9") && !is_in("0.0.0.0/0", "2001:db8::1"));
        assert!(is_in("::/0", "2001:db8::1") && !is_in("::/0", "203.0.113.9"));
        assert!(is_in("10.0.0.0/8", "::ffff:10.1.2.3") && !is_in("::/0", "::ffff:10.1.2.3"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "10.0.0.0/33",
            "::/129",
            "10.0.0/8",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "a/8",
            "::/-1",
            "::/08",
        ] {
            assert_eq!(text.parse::<Network>(), Err(NotANetwork), "{text:?}");
        }
    }
}
