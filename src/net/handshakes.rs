//! A thread for TLS handshakes. A server takes 0.13 ms of processor time over one with an ECDSA key, 0.8 with
//! RSA of 2,048 bits and 4.7 of 4,096 (a client 0.1 to 0.3; 0.1 each where a session is resumed): on the I/O
//! thread, a hundred callers who come at once would hold up everybody's frames for that long.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use std::{io, thread};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

use super::lease::{Lease, Leases};
use crate::sync::lock;

/// How long the thread waits for the next handshake.
const LINGER: Duration = Duration::from_secs(10);

static THREAD: Mutex<Option<Handle>> = Mutex::new(None);
static LEASES: LazyLock<Arc<Leases>> = LazyLock::new(Arc::default);

/// Runs a handshake on that thread; here, where there can be none. Dropping the future gives it up.
pub(super) async fn run<Output: Send + 'static>(
    handshake: impl Future<Output = Output> + Send + 'static,
) -> io::Result<Output> {
    match lease() {
        Ok((handle, lease)) => {
            let mut task = Task(handle.spawn(async move {
                let output = handshake.await;
                drop(lease);
                output
            }));
            (&mut task.0).await.map_err(io::Error::other)
        }
        Err(_) => Ok(handshake.await),
    }
}

/// A task that ends with whoever waits for it.
struct Task<Output>(JoinHandle<Output>);

impl<Output> Drop for Task<Output> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The thread, started if need be, and a lease on it.
fn lease() -> io::Result<(Handle, Lease)> {
    let mut thread = lock(&THREAD);
    let handle = match thread.take() {
        Some(handle) => handle,
        None => start()?,
    };
    Ok((thread.insert(handle).clone(), LEASES.take()))
}

fn start() -> io::Result<Handle> {
    let runtime: Runtime = Builder::new_current_thread().enable_time().build()?;
    let handle = runtime.handle().clone();
    let run = move || runtime.block_on(LEASES.until_idle(LINGER, &THREAD));
    thread::Builder::new().name("callstreams-tls".to_owned()).spawn(run)?;
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::sync::oneshot;
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn a_handshake_keeps_no_other_work_waiting() {
        let name = run(async { thread::current().name().map(str::to_owned) });
        let name = timeout(Duration::from_secs(5), name).await.expect("in time");
        assert_eq!(name.expect("run").as_deref(), Some("callstreams-tls"));
    }

    #[tokio::test]
    async fn a_handshake_that_nobody_waits_for_any_more_is_given_up() {
        let (held, released) = oneshot::channel::<()>();
        let handshake = run(async move {
            let _held = held;
            pending::<()>().await;
        });
        assert!(timeout(Duration::from_millis(20), handshake).await.is_err());
        assert!(timeout(Duration::from_secs(5), released).await.expect("in time").is_err());
    }

    #[tokio::test]
    async fn a_handshake_that_panics_is_an_error() {
        let broken = run(async { panic!("broken") });
        assert!(timeout(Duration::from_secs(5), broken).await.expect("in time").is_err());
        assert_eq!(run(async { 1 }).await.expect("run"), 1);
    }
}
