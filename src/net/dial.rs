//! Connecting to a host with several addresses: attempts that overlap, and the first that succeeds
//! wins (Happy Eyeballs, RFC 8305). One address that swallows packets costs a quarter of a second,
//! not the whole timeout.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use super::tcp;

/// The head start of an attempt before the next one begins, unless it fails before: RFC 8305's.
const HEAD_START: Duration = Duration::from_millis(250);

/// The most addresses that are tried; a name may have any number of them.
const MAX_ADDRESSES: usize = 16;

/// How to dial.
#[derive(Clone, Copy, Debug)]
pub(super) struct DialTerms {
    /// When all attempts together are given up.
    pub deadline: Instant,
    /// See [`tcp::prepare`].
    pub peer_timeout: Duration,
}

/// Why there is no connection: what became of each address, in the order in which they were tried.
#[derive(Debug)]
pub(super) struct DialError {
    tried: Vec<(SocketAddr, Option<io::Error>)>,
    /// The deadline came before an answer of every address.
    pub is_late: bool,
}

/// Connects to the first of `addresses` that answers, and sets the connection up for a call.
///
/// # Errors
/// No address could be reached, or none in time.
pub(super) async fn dial(
    addresses: &[SocketAddr],
    terms: DialTerms,
) -> Result<(TcpStream, SocketAddr), DialError> {
    let (stream, address) = race(addresses, terms.deadline, TcpStream::connect).await?;
    tcp::prepare(&stream, terms.peer_timeout);
    Ok((stream, address))
}

impl DialError {
    /// The system's number for why the first address could not be reached, where it gave one.
    pub fn errno(&self) -> Option<i32> {
        self.tried.iter().find_map(|(_, error)| error.as_ref()?.raw_os_error())
    }
}

impl fmt::Display for DialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.tried.is_empty() {
            return f.write_str("the host has no address");
        }
        for (index, (address, error)) in self.tried.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}: ", address.ip())?;
            match error {
                Some(error) => f.write_str(reason(&error.to_string()))?,
                None => f.write_str("no answer in time")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for DialError {}

/// The system's words, without what Rust puts behind them.
fn reason(text: &str) -> &str {
    text.split_once(" (os error ").map_or(text, |(text, _)| text)
}

async fn race<T, Connecting: Future<Output = io::Result<T>>>(
    addresses: &[SocketAddr],
    deadline: Instant,
    connect: impl Fn(SocketAddr) -> Connecting,
) -> Result<(T, SocketAddr), DialError> {
    let mut race = Race {
        connect,
        waiting: in_order(addresses),
        running: Vec::new(),
        failed: Vec::new(),
        started: 0,
    };
    let mut head_start = pin!(sleep(Duration::ZERO));
    let mut deadline = pin!(sleep_until(deadline));
    poll_fn(|context| {
        if let Poll::Ready(outcome) = race.poll(head_start.as_mut(), context) {
            return Poll::Ready(outcome.ok_or(false));
        }
        deadline.as_mut().poll(context).map(|()| Err(true))
    })
    .await
    .map_err(|is_late| DialError { tried: race.tried(), is_late })
}

/// Attempts to connect, of which one is to win.
struct Race<Connect, Connecting> {
    connect: Connect,
    waiting: VecDeque<SocketAddr>,
    running: Vec<Attempt<Connecting>>,
    failed: Vec<(usize, SocketAddr, io::Error)>,
    started: usize,
}

struct Attempt<Connecting> {
    order: usize,
    address: SocketAddr,
    connecting: Pin<Box<Connecting>>,
}

impl<T, Connect, Connecting> Race<Connect, Connecting>
where
    Connect: Fn(SocketAddr) -> Connecting,
    Connecting: Future<Output = io::Result<T>>,
{
    /// Ready with the first connection, or with none when all attempts have failed.
    fn poll(
        &mut self,
        mut head_start: Pin<&mut Sleep>,
        context: &mut Context<'_>,
    ) -> Poll<Option<(T, SocketAddr)>> {
        loop {
            let failed = self.failed.len();
            if let Some(won) = self.poll_running(context) {
                return Poll::Ready(Some(won));
            }
            let is_next = self.failed.len() > failed
                || self.running.is_empty()
                || head_start.as_mut().poll(context).is_ready();
            if self.running.is_empty() && self.waiting.is_empty() {
                return Poll::Ready(None);
            }
            if !is_next {
                return Poll::Pending;
            }
            let Some(address) = self.waiting.pop_front() else { return Poll::Pending };
            self.start(address);
            head_start.as_mut().reset(Instant::now() + HEAD_START);
        }
    }

    fn start(&mut self, address: SocketAddr) {
        let connecting = Box::pin((self.connect)(address));
        self.running.push(Attempt { order: self.started, address, connecting });
        self.started += 1;
    }

    fn poll_running(&mut self, context: &mut Context<'_>) -> Option<(T, SocketAddr)> {
        let mut won = None;
        let failed = &mut self.failed;
        self.running.retain_mut(|attempt| {
            if won.is_some() {
                return true;
            }
            match attempt.connecting.as_mut().poll(context) {
                Poll::Pending => return true,
                Poll::Ready(Ok(connection)) => won = Some((connection, attempt.address)),
                Poll::Ready(Err(error)) => failed.push((attempt.order, attempt.address, error)),
            }
            false
        });
        won
    }
}

impl<Connect, Connecting> Race<Connect, Connecting> {
    fn tried(self) -> Vec<(SocketAddr, Option<io::Error>)> {
        let failed = self.failed.into_iter().map(|(order, at, error)| (order, at, Some(error)));
        let running = self.running.into_iter().map(|it| (it.order, it.address, None));
        let mut tried: Vec<_> = failed.chain(running).collect();
        tried.sort_by_key(|(order, ..)| *order);
        tried.into_iter().map(|(_, address, error)| (address, error)).collect()
    }
}

/// IPv6 and IPv4 in turn, each in the order given, beginning with the first one's family.
fn in_order(addresses: &[SocketAddr]) -> VecDeque<SocketAddr> {
    let Some(first) = addresses.first() else { return VecDeque::new() };
    let (one, other): (Vec<_>, Vec<_>) =
        addresses.iter().copied().partition(|address| address.is_ipv6() == first.is_ipv6());
    let mut ordered = VecDeque::new();
    let mut other = other.into_iter();
    for address in one {
        ordered.push_back(address);
        ordered.extend(other.next());
    }
    ordered.extend(other);
    ordered.truncate(MAX_ADDRESSES);
    ordered
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::pending;

    use tokio::time::timeout;

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(2);

    /// What an address does, and after how many milliseconds; those that are not named swallow all.
    type Script = [(&'static str, u64, Result<(), i32>)];

    fn address(ip: &str) -> SocketAddr {
        SocketAddr::new(ip.parse().expect("an address"), 80)
    }

    /// Dials by the script. Gives the outcome, and when each attempt began, in milliseconds.
    async fn dialled(
        ips: &[&str],
        script: &Script,
    ) -> (Result<SocketAddr, DialError>, Vec<(String, u64)>) {
        let begun = RefCell::new(Vec::new());
        let start = Instant::now();
        let addresses: Vec<_> = ips.iter().map(|ip| address(ip)).collect();
        let connect = |to: SocketAddr| {
            begun.borrow_mut().push((to.ip().to_string(), start.elapsed().as_millis() as u64));
            let step = script.iter().find(|(ip, ..)| address(ip) == to).copied();
            async move {
                let Some((_, ms, outcome)) = step else { return pending().await };
                sleep(Duration::from_millis(ms)).await;
                outcome.map_err(io::Error::from_raw_os_error)
            }
        };
        let outcome = race(&addresses, start + DEADLINE, connect).await;
        (outcome.map(|((), address)| address), begun.into_inner())
    }

    fn at(begun: &[(String, u64)]) -> Vec<(&str, u64)> {
        begun.iter().map(|(ip, ms)| (&**ip, *ms)).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_swallows_packets_costs_a_quarter_of_a_second() {
        let script = [("10.0.0.2", 20, Ok(()))];
        let (outcome, begun) = dialled(&["10.0.0.1", "10.0.0.2", "10.0.0.3"], &script).await;
        assert_eq!(outcome.expect("a connection"), address("10.0.0.2"));
        assert_eq!(at(&begun), [("10.0.0.1", 0), ("10.0.0.2", 250)]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_refuses_costs_nothing() {
        let script = [("10.0.0.1", 1, Err(111)), ("10.0.0.2", 1, Ok(()))];
        let (outcome, begun) = dialled(&["10.0.0.1", "10.0.0.2"], &script).await;
        assert_eq!(outcome.expect("a connection"), address("10.0.0.2"));
        assert_eq!(at(&begun), [("10.0.0.1", 0), ("10.0.0.2", 1)]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_earlier_attempt_may_still_win() {
        let script = [("10.0.0.1", 300, Ok(())), ("10.0.0.2", 100, Ok(()))];
        let (outcome, _) = dialled(&["10.0.0.1", "10.0.0.2"], &script).await;
        assert_eq!(outcome.expect("a connection"), address("10.0.0.1"));
    }

    #[tokio::test(start_paused = true)]
    async fn families_take_turns_beginning_with_the_first() {
        let ips = ["::1", "::2", "::3", "10.0.0.1", "10.0.0.2"];
        let (outcome, begun) = dialled(&ips, &[]).await;
        assert!(outcome.is_err_and(|error| error.is_late));
        let order = [("::1", 0), ("10.0.0.1", 250), ("::2", 500), ("10.0.0.2", 750), ("::3", 1000)];
        assert_eq!(at(&begun), order);
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_names_each_address_that_was_tried_and_what_it_did() {
        let script = [("10.0.0.1", 1, Err(111)), ("::1", 1, Err(101))];
        let ips = ["10.0.0.1", "::1"];
        let error = dialled(&ips, &script).await.0.expect_err("no connection");
        assert_eq!((error.errno(), error.is_late), (Some(111), false));
        let text = error.to_string();
        assert!(text.starts_with("10.0.0.1: ") && text.contains("; ::1: "), "{text}");
        assert!(!text.contains("os error"), "{text}");

        let late = dialled(&["10.0.0.1", "10.0.0.9"], &script).await.0.expect_err("no connection");
        assert!(late.is_late);
        assert!(late.to_string().ends_with("; 10.0.0.9: no answer in time"), "{late}");
        let none = dialled(&[], &[]).await.0.expect_err("no connection");
        assert_eq!(none.to_string(), "the host has no address");
    }

    #[tokio::test(start_paused = true)]
    async fn all_attempts_together_end_at_the_deadline_and_there_are_not_too_many() {
        let ips: Vec<_> = (1..=40).map(|host| format!("10.0.0.{host}")).collect();
        let ips: Vec<_> = ips.iter().map(|ip| &**ip).collect();
        let start = Instant::now();
        let outcome = timeout(DEADLINE * 2, dialled(&ips, &[])).await.expect("in time").0;
        assert!(outcome.is_err_and(|error| error.is_late));
        assert_eq!(start.elapsed(), DEADLINE);
        let addresses: Vec<_> = ips.iter().map(|ip| address(ip)).collect();
        let connect = |_| async { Err::<(), _>(io::Error::from_raw_os_error(111)) };
        let error = race(&addresses, start + DEADLINE * 9, connect).await.expect_err("refused");
        assert_eq!(error.tried.len(), MAX_ADDRESSES);
    }
}
