//! What a connection does whose peer sends more than was read at once.

use std::future::poll_fn;
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::timeout;

use super::call_handle::CallHandle;

/// How long JavaScript may take for what came before.
const FLOOD_PAUSE: Duration = Duration::from_millis(20);

/// A flood must not keep the other calls' sockets and the clock waiting, nor JavaScript's thread from
/// what it is to be taken by.
pub(super) async fn pause(line: &CallHandle) {
    yield_now().await;
    let _hurry = line.engine.gather.hurry();
    let drained = poll_fn(|context| line.source.poll_drained(context));
    // Where JavaScript is stuck the socket is read all the same.
    let _ = timeout(FLOOD_PAUSE, drained).await;
}
