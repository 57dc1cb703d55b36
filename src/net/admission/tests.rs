//! Admission on invented time.

use std::time::Duration;

use super::*;

fn address(text: &str) -> IpAddr {
    text.parse().expect(text)
}

fn networks(texts: &[&str]) -> Vec<Network> {
    texts.iter().map(|text| text.parse().expect(text)).collect()
}

fn admission(limits: Limits) -> Admission {
    Admission::new(Limits { connections: limits.connections.max(1000), ..limits })
}

/// A connection of that address, in one step.
fn connect(admission: &Admission, now: Instant, from: &str) -> Result<Option<IpAddr>, ErrorCode> {
    admission.reserve()?;
    admission.identify(now, address(from)).inspect_err(|_| admission.release(true, None))
}

#[test]
fn connections_have_a_bound_in_all_and_before_they_are_calls() {
    let limits = Limits { connections: 3, pending: Some(2), ..Limits::default() };
    let admission = Admission::new(limits);
    assert_eq!((admission.reserve(), admission.reserve()), (Ok(()), Ok(())));
    assert_eq!(admission.reserve(), Err(ErrorCode::MaxPending));
    admission.begin();
    assert_eq!(admission.reserve(), Ok(()));
    assert_eq!(admission.reserve(), Err(ErrorCode::MaxConnections));
    admission.release(false, None);
    admission.release(true, None);
    assert_eq!(admission.connections(), 1);
    assert_eq!(admission.reserve(), Ok(()));
}

#[test]
fn one_address_has_its_own_bound_and_an_ipv6_network_is_one_address() {
    let limits = Limits { connections_per_address: Some(2), ..Limits::default() };
    let (admission, now) = (admission(limits), Instant::now());
    let first = connect(&admission, now, "10.0.0.1").expect("let in");
    assert!(connect(&admission, now, "::ffff:10.0.0.1").is_ok());
    let third = connect(&admission, now, "10.0.0.1");
    assert_eq!(third, Err(ErrorCode::MaxConnectionsPerAddress));
    assert!(connect(&admission, now, "10.0.0.2").is_ok());
    admission.release(true, first);
    assert!(connect(&admission, now, "10.0.0.1").is_ok());

    assert!(connect(&admission, now, "2001:db8::1").is_ok());
    assert!(connect(&admission, now, "2001:db8::2").is_ok());
    let third = connect(&admission, now, "2001:db8::ffff:3");
    assert_eq!(third, Err(ErrorCode::MaxConnectionsPerAddress));
    assert!(connect(&admission, now, "2001:db8:0:1::1").is_ok());
}

#[test]
fn connections_a_second_have_a_bound_in_all_and_of_one_address() {
    let limits = Limits { rate: Some(5.0), rate_per_address: Some(2.0), ..Limits::default() };
    let (admission, start) = (admission(limits), Instant::now());
    assert!(connect(&admission, start, "10.0.0.1").is_ok());
    assert!(connect(&admission, start, "10.0.0.1").is_ok());
    for _ in 0..10 {
        let refused = connect(&admission, start, "10.0.0.1");
        assert_eq!(refused, Err(ErrorCode::CallRatePerAddress));
    }
    for other in ["10.0.0.2", "10.0.0.3", "10.0.0.4"] {
        assert!(connect(&admission, start, other).is_ok(), "who was refused has used up nothing");
    }
    assert_eq!(connect(&admission, start, "10.0.0.5"), Err(ErrorCode::CallRate));
    let later = start + Duration::from_millis(500);
    assert!(connect(&admission, later, "10.0.0.1").is_ok());
    assert_eq!(connect(&admission, later, "10.0.0.1"), Err(ErrorCode::CallRatePerAddress));
}

#[test]
fn networks_are_let_in_or_kept_out() {
    let allow = networks(&["10.0.0.0/8", "2001:db8::/32"]);
    let deny = networks(&["10.1.0.0/16"]);
    let admission = admission(Limits { allow, deny, ..Limits::default() });
    let now = Instant::now();
    for inside in ["10.0.0.1", "2001:db8::1"] {
        assert!(connect(&admission, now, inside).is_ok());
    }
    for outside in ["10.1.0.1", "::ffff:10.1.0.1", "192.0.2.1", "2001:db9::1"] {
        assert_eq!(connect(&admission, now, outside), Err(ErrorCode::AddressDenied), "{outside}");
    }
}

#[test]
fn addresses_are_forgotten_once_they_may_be_and_there_are_never_too_many() {
    let all = MAX_IDLE_ADDRESSES as f64;
    let limits = Limits { rate: Some(all), rate_per_address: Some(1.0), ..Limits::default() };
    let (admission, start) = (admission(limits), Instant::now());
    for index in 0..3 * MAX_IDLE_ADDRESSES as u32 {
        let from = IpAddr::from(index.to_be_bytes());
        assert_eq!(admission.reserve(), Ok(()));
        // Most are refused, for there are too many in all.
        let known = admission.identify(start, from);
        admission.release(true, known.unwrap_or(None));
        assert!(lock(&admission.state).addresses.len() <= MAX_IDLE_ADDRESSES + 1);
    }
    let mut addresses = std::mem::take(&mut lock(&admission.state).addresses);
    forget_idle(start + Duration::from_secs(2), &mut addresses);
    assert!(addresses.is_empty());
}

#[test]
fn without_limits_of_addresses_none_is_kept_in_mind() {
    let admission = admission(Limits::default());
    assert_eq!(connect(&admission, Instant::now(), "10.0.0.1"), Ok(None));
    assert!(lock(&admission.state).addresses.is_empty());
}
