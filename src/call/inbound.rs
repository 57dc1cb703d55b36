//! What the peer says.
//!
//! ```text
//!  Expecting --UUID--> Up --0x00, error frame--> Over
//!      |                                          ^
//!      +--------anything but a UUID---------------+
//! ```
//!
//! A client's call is up from the start: it is the client who says the UUID.

use super::inbound_event::{InboundEvent, Warning};
use crate::error::ErrorCode;
use crate::protocol::{Decoder, Frame, Malformed, SampleRate};

/// 20 ms of nothing at the highest rate.
static QUIET: [u8; 7680] = [0; 7680];

/// Which end of the protocol this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Asterisk dials us.
    Server,
    /// We dial as Asterisk does.
    Client,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Expecting,
    Up,
    Ended,
}

/// How often the peer broke the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InboundStats {
    pub unknown_kinds: u64,
    pub malformed: u64,
}

/// The peer's side of a call.
#[derive(Debug)]
pub struct Inbound {
    state: State,
    decoder: Decoder,
    rate: Option<SampleRate>,
    assumed: SampleRate,
    /// Causes that a warning was given for: a code, and the kind where that is unknown.
    warned: Vec<(ErrorCode, u8)>,
    pub stats: InboundStats,
}

impl Inbound {
    /// A call that has heard nothing. `assumed` is the rate until the first audio says otherwise.
    pub fn new(role: Role, assumed: SampleRate) -> Self {
        Self {
            state: match role {
                Role::Server => State::Expecting,
                Role::Client => State::Up,
            },
            decoder: Decoder::new(),
            rate: None,
            assumed,
            warned: Vec::new(),
            stats: InboundStats::default(),
        }
    }

    /// Takes the next bytes of the connection, up to `most` frames of them, and tells `heard` what they
    /// say. Gives how many bytes that were: all, if there were no more frames. Bytes after the end of
    /// the call are ignored.
    pub fn handle_bytes(
        &mut self,
        mut input: &[u8],
        most: usize,
        heard: &mut impl FnMut(InboundEvent<'_>),
    ) -> usize {
        let length = input.len();
        // The decoder lends its frames, so it cannot be borrowed through `self` meanwhile.
        let mut decoder = std::mem::take(&mut self.decoder);
        for _ in 0..most {
            if self.state == State::Ended {
                break;
            }
            let Some(decoded) = decoder.next(&mut input) else { break };
            match decoded {
                decoded if self.state == State::Expecting => self.handle_first(decoded, heard),
                Ok(frame) => self.handle_frame(frame, heard),
                Err(fault) => self.handle_fault(fault, heard),
            }
        }
        self.decoder = decoder;
        if self.state == State::Ended { length } else { length - input.len() }
    }

    /// The rate of the peer's audio, or what is assumed before there was any.
    pub fn rate(&self) -> SampleRate {
        self.rate.unwrap_or(self.assumed)
    }

    fn handle_first(
        &mut self,
        decoded: Result<Frame<'_>, Malformed<'_>>,
        heard: &mut impl FnMut(InboundEvent<'_>),
    ) {
        let (code, message) = match decoded {
            Ok(Frame::Id(id)) => {
                self.state = State::Up;
                return heard(InboundEvent::Identified(id));
            }
            Err(fault @ Malformed::IdLength(_)) => (fault.code(), fault.to_string()),
            _ => (
                ErrorCode::FirstFrame,
                "the connection did not begin with the call's UUID".to_owned(),
            ),
        };
        self.state = State::Ended;
        heard(InboundEvent::Refused { code, message });
    }

    fn handle_frame(&mut self, frame: Frame<'_>, heard: &mut impl FnMut(InboundEvent<'_>)) {
        match frame {
            Frame::Audio { rate, pcm } => self.handle_audio(rate, pcm, heard),
            Frame::Silence(pcm) => self.handle_silence(pcm, heard),
            Frame::Dtmf(digit) => heard(InboundEvent::Dtmf(digit)),
            Frame::Hangup => self.end(InboundEvent::HungUp, heard),
            Frame::Error(code) => self.end(InboundEvent::Failed(code), heard),
            Frame::Id(_) => {
                self.stats.malformed += 1;
                self.warn(
                    ErrorCode::RepeatedId,
                    0,
                    || "the call's UUID was sent again".into(),
                    heard,
                );
            }
        }
    }

    fn handle_silence(&mut self, pcm: &[u8], heard: &mut impl FnMut(InboundEvent<'_>)) {
        let rate = self.rate();
        let quiet = &QUIET[..rate.frame_bytes()];
        self.handle_audio(rate, if pcm.is_empty() { quiet } else { pcm }, heard);
    }

    fn handle_audio(
        &mut self,
        rate: SampleRate,
        pcm: &[u8],
        heard: &mut impl FnMut(InboundEvent<'_>),
    ) {
        if self.rate != Some(rate) {
            self.rate = Some(rate);
            heard(InboundEvent::Rate(rate));
        }
        if !pcm.is_empty() {
            heard(InboundEvent::Audio { rate, pcm });
        }
    }

    fn handle_fault(&mut self, fault: Malformed<'_>, heard: &mut impl FnMut(InboundEvent<'_>)) {
        let kind = match fault {
            Malformed::UnknownKind { kind, .. } => {
                self.stats.unknown_kinds += 1;
                kind
            }
            _ => {
                self.stats.malformed += 1;
                0
            }
        };
        self.warn(fault.code(), kind, || fault.to_string(), heard);
        if let Malformed::OddAudio { rate, pcm } = fault {
            self.handle_audio(rate, pcm, heard);
        }
    }

    /// Warns once per cause, so that a flood of bad frames is no flood of events.
    fn warn(
        &mut self,
        code: ErrorCode,
        kind: u8,
        message: impl FnOnce() -> String,
        heard: &mut impl FnMut(InboundEvent<'_>),
    ) {
        if !self.warned.contains(&(code, kind)) {
            self.warned.push((code, kind));
            heard(InboundEvent::Warning(Warning { code, message: message() }));
        }
    }

    fn end(&mut self, last: InboundEvent<'_>, heard: &mut impl FnMut(InboundEvent<'_>)) {
        self.state = State::Ended;
        heard(last);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::protocol::Digit;

    const ID: [u8; 16] = [7; 16];

    fn bytes(frames: &[Frame<'_>]) -> Vec<u8> {
        let mut out = Vec::new();
        frames.iter().for_each(|frame| frame.encode(&mut out));
        out
    }

    fn audio(hz: u32, pcm: &[u8]) -> Frame<'_> {
        let rate = SampleRate::from_hz(hz).expect("a wire rate");
        Frame::Audio { rate, pcm }
    }

    /// What a server hears of `input`, one word each.
    fn hear(input: &[u8]) -> Vec<String> {
        let mut inbound = Inbound::new(Role::Server, SampleRate::NARROWBAND);
        let mut out = Vec::new();
        inbound.handle_bytes(input, usize::MAX, &mut |heard| {
            out.push(match heard {
                InboundEvent::Identified(_) => "id".to_owned(),
                InboundEvent::Refused { code, .. } => format!("refused {code}"),
                InboundEvent::Rate(rate) => format!("rate {}", rate.hz()),
                InboundEvent::Audio { pcm, .. } => format!("audio {}", pcm.len()),
                InboundEvent::Dtmf(digit) => format!("dtmf {}", char::from(digit.ascii())),
                InboundEvent::Warning(warning) => format!("warning {}", warning.code),
                InboundEvent::Failed(code) => format!("failed {code}"),
                InboundEvent::HungUp => "hung up".to_owned(),
            });
        });
        out
    }

    #[test]
    fn a_call_is_heard_in_the_order_it_was_said() {
        let digit = Digit::new(b'5').expect("a digit");
        let input = bytes(&[
            Frame::Id(Uuid::from_bytes(ID)),
            audio(16_000, &[1, 2]),
            Frame::Dtmf(digit),
            audio(16_000, &[3, 4, 5, 6]),
            Frame::Hangup,
            audio(16_000, &[9, 9]),
        ]);
        assert_eq!(hear(&input), ["id", "rate 16000", "audio 2", "dtmf 5", "audio 4", "hung up"]);
    }

    #[test]
    fn a_connection_that_does_not_begin_with_a_uuid_is_refused() {
        assert_eq!(hear(b"GET / HTTP/1.1\r\n"), ["refused ERR_FIRST_FRAME"]);
        assert_eq!(hear(&bytes(&[audio(8_000, &[0, 0])])), ["refused ERR_FIRST_FRAME"]);
        assert_eq!(hear(&bytes(&[Frame::Hangup])), ["refused ERR_FIRST_FRAME"]);
        assert_eq!(hear(&[0x01, 0, 2, 0, 0]), ["refused ERR_ID_LENGTH"]);
    }

    #[test]
    fn an_empty_silence_frame_is_twenty_milliseconds_of_zeros_at_the_calls_rate() {
        let input = bytes(&[
            Frame::Id(Uuid::from_bytes(ID)),
            Frame::Silence(&[]),
            audio(16_000, &[0; 4]),
            Frame::Silence(&[]),
            Frame::Silence(&[0; 6]),
        ]);
        assert_eq!(
            hear(&input),
            ["id", "rate 8000", "audio 320", "rate 16000", "audio 4", "audio 640", "audio 6"]
        );
    }

    #[test]
    fn a_broken_frame_is_warned_of_once_per_cause_and_the_call_goes_on() {
        let mut input = bytes(&[Frame::Id(Uuid::from_bytes(ID))]);
        input.extend([0x42, 0, 0, 0x42, 0, 0, 0x43, 0, 0]);
        input.extend([0x10, 0, 0, 0x10, 0, 0]);
        input.extend([0x10, 0, 3, 1, 2, 3]);
        input.extend(bytes(&[Frame::Id(Uuid::from_bytes(ID)), Frame::Error(4)]));
        assert_eq!(
            hear(&input),
            [
                "id",
                "warning ERR_UNKNOWN_KIND",
                "warning ERR_UNKNOWN_KIND",
                "warning ERR_EMPTY_AUDIO",
                "warning ERR_ODD_AUDIO",
                "rate 8000",
                "audio 2",
                "warning ERR_REPEATED_ID",
                "failed 4",
            ]
        );
    }
}
