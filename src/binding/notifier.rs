//! Waking JavaScript's thread.

use napi::Status;
use napi::bindgen_prelude::{Function, Result};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};

use crate::events::Wake;

/// Weak, so that it holds no process open, and with room for one call: a second ring while the
/// first is on its way would say nothing new.
type Notifier = ThreadsafeFunction<(), (), (), Status, false, true, 1>;

/// Calls a JavaScript function on its own thread, from any.
pub struct JsNotifier(Notifier);

impl JsNotifier {
    pub fn new(on_wake: &Function<'_, (), ()>) -> Result<Self> {
        let notifier = on_wake
            .build_threadsafe_function()
            .callee_handled::<false>()
            .weak::<true>()
            .max_queue_size::<1>()
            .build()?;
        Ok(Self(notifier))
    }
}

impl Wake for JsNotifier {
    fn wake(&self) {
        // A full queue means that a wake is on its way; a closed one that the environment ends.
        let _ = self.0.call((), ThreadsafeFunctionCallMode::NonBlocking);
    }
}
