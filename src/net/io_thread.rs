//! The thread that all sockets and the clock live on.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Notify;

use super::gather::Gather;

/// How long the runtime may take to end.
const SHUTDOWN: Duration = Duration::from_millis(100);

/// A tokio runtime on a thread of its own, running until it is stopped or nothing needs it.
#[derive(Debug)]
pub(super) struct IoThread {
    pub handle: Handle,
    stop: Arc<Notify>,
    done: Receiver<()>,
}

impl IoThread {
    /// Runs `background` and, until it ends, `work`; what that returns is kept until all is over.
    pub fn start<Owner: Send + 'static>(
        gather: &Arc<Gather>,
        background: impl Future<Output = ()> + Send + 'static,
        work: impl Future<Output = Owner> + Send + 'static,
    ) -> io::Result<Self> {
        let gather = Arc::clone(gather);
        let runtime = Builder::new_current_thread()
            .enable_all()
            .on_thread_park(move || gather.pause())
            .build()?;
        let handle = runtime.handle().clone();
        let stop = Arc::new(Notify::new());
        let (done_sender, done) = channel();
        let stopped = Arc::clone(&stop);
        thread::Builder::new().name("callstreams-io".to_owned()).spawn(move || {
            runtime.spawn(background);
            run(runtime, work, &stopped);
            // Nobody waits where the thread ended by itself.
            let _ = done_sender.send(());
        })?;
        Ok(Self { handle, stop, done })
    }

    /// Stops the thread, and waits for it so long at most.
    pub fn stop(self, patience: Duration) {
        self.stop.notify_one();
        // Either it is done, or it is left behind: nothing more can be done about it here.
        let _ = self.done.recv_timeout(patience);
    }
}

fn run<Owner>(runtime: Runtime, work: impl Future<Output = Owner>, stopped: &Notify) {
    let mut work = Box::pin(work);
    let owner = runtime.block_on(async {
        tokio::select! {
            () = stopped.notified() => None,
            owner = &mut work => Some(owner),
        }
    });
    runtime.shutdown_timeout(SHUTDOWN);
    drop((work, owner));
}
