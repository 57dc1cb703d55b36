//! Work that may wait for a disk, on threads of its own. Where no thread can be started that is an error,
//! and nobody else's.

use std::sync::{Arc, LazyLock};
use std::{io, thread};

use tokio::sync::oneshot;

use super::permits::Permits;

/// Threads at a time.
const MOST: usize = 64;

/// What a thread needs.
const STACK: usize = 512 * 1024;

static PERMITS: LazyLock<Arc<Permits>> = LazyLock::new(|| Permits::new(MOST));

/// Runs `work` on a thread named `name`.
///
/// # Errors
/// There are too many, the system gives no thread, or `work` panicked.
pub(super) async fn run<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let permit = PERMITS.take().ok_or_else(|| io::Error::other("too many threads wait"))?;
    let (sender, receiver) = oneshot::channel();
    thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(move || {
        // Whoever has given up needs no answer.
        let _ = sender.send(work());
        drop(permit);
    })?;
    receiver.await.map_err(|_| io::Error::other("the work broke off"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_done_elsewhere_and_its_panic_is_an_error() {
        let name = run("elsewhere", || thread::current().name().map(str::to_owned)).await;
        assert_eq!(name.expect("done").as_deref(), Some("elsewhere"));
        assert!(run("broken", || -> u32 { panic!("broken") }).await.is_err());
    }
}
