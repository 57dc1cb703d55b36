//! How long a call may last, and how long without audio.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::call_handle::CallHandle;
use super::options::CallOptions;
use crate::error::ErrorCode;
use crate::events::Event;

/// A call without audio is found so much later than it might be, in parts of its time-out.
const CHECKS: u32 = 4;

impl CallOptions {
    /// Whether a call is to run under [`bounded`].
    pub(super) fn is_bounded(&self) -> bool {
        self.media_timeout.is_some() || self.max_duration.is_some()
    }
}

/// Runs a call to its end, and hangs it up with an error when its time is over.
pub(super) async fn bounded<T>(line: Arc<CallHandle>, run: impl Future<Output = T>) -> T {
    let mut run = pin!(run);
    let mut bounds = Bounds::new(Instant::now(), &line.options);
    let code = loop {
        tokio::select! {
            biased;
            output = &mut run => return output,
            () = sleep_until(bounds.next()) => {}
        }
        let frames = line.frames_in.load(Ordering::Relaxed);
        if let Some(code) = bounds.handle_time(Instant::now(), frames) {
            break code;
        }
    };
    line.push(Event::Error { errno: 0, code, message: bounds.message(code) });
    line.hangup(false);
    run.await
}

/// What is left of a call's time.
struct Bounds {
    ends: Option<(Instant, Duration)>,
    media: Option<Duration>,
    /// Frames of audio so far, and when the last of them was seen.
    heard: (u64, Instant),
    checked: Instant,
}

impl Bounds {
    fn new(now: Instant, options: &CallOptions) -> Self {
        let ends = options.max_duration.map(|most| (now + most, most));
        Self { ends, media: options.media_timeout, heard: (0, now), checked: now }
    }

    /// When to look again.
    fn next(&self) -> Instant {
        let check = self.media.map(|silence| self.checked + silence / CHECKS);
        let end = self.ends.map(|(end, _)| end);
        check.into_iter().chain(end).min().unwrap_or(self.checked)
    }

    /// Why the call is to end, if it is.
    fn handle_time(&mut self, now: Instant, frames: u64) -> Option<ErrorCode> {
        self.checked = now;
        if self.ends.is_some_and(|(end, _)| end <= now) {
            return Some(ErrorCode::MaxDuration);
        }
        if frames != self.heard.0 {
            self.heard = (frames, now);
        }
        let is_silent = self.media.is_some_and(|silence| self.heard.1 + silence <= now);
        is_silent.then_some(ErrorCode::NoAudio)
    }

    fn message(&self, code: ErrorCode) -> String {
        let silent = self.media.unwrap_or_default().as_millis();
        let most = self.ends.unzip().1.unwrap_or_default().as_millis();
        match code {
            ErrorCode::NoAudio => format!("no audio came for {silent} ms"),
            _ => format!("the call has lasted {most} ms"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn bounds(now: Instant, media: Option<Duration>, most: Option<Duration>) -> Bounds {
        let ends = most.map(|most| (now + most, most));
        Bounds { ends, media, heard: (0, now), checked: now }
    }

    /// When a call ends that brings a frame a check until `audio`, and why.
    fn run(mut bounds: Bounds, start: Instant, audio: Duration) -> (Duration, ErrorCode) {
        let mut frames = 0;
        loop {
            let now = bounds.next();
            frames += u64::from(now <= start + audio);
            if let Some(code) = bounds.handle_time(now, frames) {
                return (now - start, code);
            }
        }
    }

    #[test]
    fn a_call_without_audio_ends_after_its_time_and_a_quarter_at_most() {
        let start = Instant::now();
        let silent = bounds(start, Some(4 * SECOND), None);
        assert_eq!(run(silent, start, Duration::ZERO), (4 * SECOND, ErrorCode::NoAudio));
        let spoke = bounds(start, Some(4 * SECOND), None);
        let (at, code) = run(spoke, start, 10 * SECOND);
        assert_eq!(code, ErrorCode::NoAudio);
        assert!(at >= 14 * SECOND && at <= 15 * SECOND, "{at:?}");
    }

    #[test]
    fn a_call_ends_when_it_has_lasted_as_long_as_it_may_though_audio_comes() {
        let start = Instant::now();
        let call = bounds(start, Some(4 * SECOND), Some(33 * SECOND));
        assert_eq!(run(call, start, 60 * SECOND), (33 * SECOND, ErrorCode::MaxDuration));
        let call = bounds(start, None, Some(SECOND));
        assert_eq!(run(call, start, Duration::ZERO), (SECOND, ErrorCode::MaxDuration));
    }
}
