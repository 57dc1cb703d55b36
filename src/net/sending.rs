//! Getting what is due out of a call and into its socket.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::call_handle::{CallHandle, Out, PlaySource};
use super::flags::Flag;
use super::fork::is_voice;
use super::outgoing::Command;
use super::refill;
use super::scratch::with_frame_buffer;
use super::wire::Wire;
use crate::call::{Slot, Transmit};
use crate::events::Event;
use crate::protocol::SampleRate;
use crate::record::Side;

/// A play's source is asked for more when less than this waits.
pub(super) const LOW_WATER: Duration = Duration::from_millis(500);

/// How much a source is asked for at once.
pub(super) const CHUNK: Duration = Duration::from_millis(500);

impl CallHandle {
    /// Sends all that is due, and sees to it that what comes next is not forgotten.
    pub(super) fn pump(self: &Arc<Self>, out: &mut Out, now: Instant) {
        if self.send_unsent(out, now) {
            with_frame_buffer(|frame| {
                while let Some(transmit) = out.outbound.poll_transmit(now, frame) {
                    if transmit == Transmit::Goodbye {
                        self.flags.raise(Flag::Goodbye);
                    }
                    self.record_frame(frame);
                    if !self.send(out, frame) {
                        break;
                    }
                }
            });
        }
        self.refill(out, now);
        let blocked = !out.unsent.is_empty();
        out.outbound.handle_blocked(now, blocked);
        if blocked {
            self.handle_blocked(out, now);
        } else if let Some(at) = out.outbound.poll_timeout() {
            self.arm(out, at);
        }
        self.report(out);
    }

    /// The socket takes nothing just now. That does not hold a hang-up up: the connection's task gives
    /// the last bytes a moment, and closes.
    fn handle_blocked(self: &Arc<Self>, out: &mut Out, now: Instant) {
        self.flags.raise(Flag::Unsent);
        if out.outbound.is_hung_up(now) {
            if let Wire::Tcp(_) = self.wire {
                with_frame_buffer(|frame| {
                    out.outbound.poll_transmit(now, frame);
                    out.unsent.extend_from_slice(frame);
                });
            }
            self.flags.raise(Flag::Goodbye);
        } else if let Some(at) = out.outbound.drain_ends() {
            self.arm(out, at);
        }
    }

    /// What is sent is what the peer hears.
    fn record_frame(&self, frame: &[u8]) {
        if let [kind, _, _, pcm @ ..] = frame
            && let Some(rate) = SampleRate::from_kind(*kind)
            && !self.hears_both.load(Ordering::Relaxed)
        {
            self.handle_tapped(Side::App, rate, pcm);
        }
    }

    fn arm(self: &Arc<Self>, out: &mut Out, at: Instant) {
        if out.armed.is_none_or(|armed| at < armed) {
            out.armed = Some(at);
            self.engine.pacer.arm(at, Arc::<Self>::clone(self));
        }
    }

    /// Sends one frame in one write. False if the socket did not take all of it.
    fn send(&self, out: &mut Out, frame: &[u8]) -> bool {
        let sent = self.wire.try_send(frame);
        out.unsent.extend_from_slice(&frame[sent..]);
        sent == frame.len()
    }

    fn send_unsent(&self, out: &mut Out, now: Instant) -> bool {
        if out.unsent.is_empty() {
            return true;
        }
        let unsent = std::mem::take(&mut out.unsent);
        let sent = self.send(out, &unsent);
        if out.unsent.len() < unsent.len() {
            out.outbound.handle_blocked(now, false);
        }
        if sent {
            self.flags.settle(Flag::Unsent);
        }
        sent
    }

    /// Asks the plays' sources for more where little is left.
    fn refill(self: &Arc<Self>, out: &mut Out, now: Instant) {
        let rate = out.outbound.rate();
        for slot in Slot::ALL {
            let source = &mut out.sources[slot as usize];
            let Some((play, waiting)) = out.outbound.playback(slot) else {
                *source = PlaySource::Nothing;
                continue;
            };
            if waiting >= rate.bytes_in(LOW_WATER) {
                continue;
            }
            match std::mem::replace(source, PlaySource::Nothing) {
                PlaySource::Nothing => {}
                PlaySource::Waiting => self.push(Event::Hungry(play)),
                PlaySource::Pipe(pipe) => {
                    pipe.want();
                    *source = PlaySource::Pipe(pipe);
                }
                PlaySource::Decoded(decoded) if decoded.is_at_hand() => {
                    let (pcm, next) = refill::read(decoded, rate.bytes_in(CHUNK));
                    out.take_brought(now, play, &pcm, next);
                }
                PlaySource::Decoded(decoded) => {
                    let (line, chunk) = (Arc::clone(self), rate.bytes_in(CHUNK));
                    self.play_from_disk(play, move || refill::bring(&line, play, decoded, chunk));
                }
            }
        }
    }

    pub(super) fn report(&self, out: &mut Out) {
        while let Some(finished) = out.outbound.poll_finished() {
            if !is_voice(finished.play) {
                self.push(Event::Played(finished));
            }
        }
        while let Some(passed) = out.outbound.poll_passed() {
            // Where the peer can tell when it is heard, that is when it is passed. What is cleared
            // here is told behind what the peer has and clears, which was set before.
            let command = if passed.cleared { Command::Cleared } else { Command::Mark };
            if out.ended || !self.wire.command(command(passed.mark)) {
                self.push(Event::Mark(passed));
            }
        }
        if out.outbound.poll_drained() {
            self.push(Event::Drain);
        }
    }
}
#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpStream};
    use tokio::runtime::Builder;

    use super::*;
    use crate::call::{Companding, Role, Silence};
    use crate::events::{Inbox, Source};
    use crate::net::wire::Wire;
    use crate::net::{CallOptions, Engine};
    use crate::protocol::SampleRate;

    const SECOND: Duration = Duration::from_secs(1);

    /// A call on which silence is due.
    async fn silent_call(engine: &Arc<Engine>) -> Arc<CallHandle> {
        let options = CallOptions {
            rate: SampleRate::NARROWBAND,
            keeps_rate: false,
            frame: None,
            silence: Silence::Always,
            companding: Companding::Auto,
            speech: None,
            high_water: SECOND,
            outbound_limit: SECOND,
            inbound_limit: SECOND,
            hold: SECOND,
            media_timeout: None,
            max_duration: None,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (_, writer) = TcpStream::connect(address).await.expect("a connection").into_split();
        let source = Source::new(1, Inbox::default());
        let engine = Arc::clone(engine);
        let line = CallHandle::new(engine, source, None, Role::Server, options, Wire::tcp(writer));
        line.change(|_, _| {});
        line
    }

    #[test]
    fn frames_gather_for_calls_that_go_on_and_for_none_that_are_over() {
        let engine = Engine::new(Box::new(Nobody));
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let ended = silent_call(&engine).await;
            ended.end(None);
            let _goes_on = silent_call(&engine).await;
            engine.pacer.wake_due(Instant::now() + SECOND);
        });
        assert_eq!(engine.gather.counted(), 1);
    }

    struct Nobody;

    impl crate::events::Wake for Nobody {
        fn wake(&self) {}
    }
}
