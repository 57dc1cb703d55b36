//! What the peer says, as the app wants to hear it: at the app's rate, in frames of the app's length.

use std::time::Duration;

use super::converter::Converter;
use crate::protocol::SampleRate;

/// Converts a call's inbound audio. Does nothing, at no cost, where nothing is asked for.
#[derive(Debug, Default)]
pub struct InboundConverter {
    /// The rate the app hears, whatever the wire has.
    rate: Option<SampleRate>,
    /// The length of the frames the app hears, whatever the wire has.
    frame: Option<Duration>,
    /// Two channels, their samples in turn.
    stereo: bool,
    /// Boxed: most calls need none.
    converter: Option<Box<Converter>>,
    /// Converted audio.
    converted: Vec<u8>,
    /// Less than a frame, waiting for the rest.
    pending: Vec<u8>,
    /// The rate of what was heard last, and is pending.
    heard: Option<SampleRate>,
}

impl InboundConverter {
    pub fn new(rate: Option<SampleRate>, frame: Option<Duration>) -> Self {
        Self { rate, frame, ..Self::default() }
    }

    /// The wire has two channels, or one. Only before the first audio.
    pub fn set_stereo(&mut self, stereo: bool) {
        self.stereo = stereo;
    }

    /// The app hears this rate from now on. `waiting` is to pass what it was given and has not taken
    /// through [`Self::convert`], in its order; what waits here follows.
    pub fn change_rate(&mut self, rate: SampleRate, waiting: impl FnOnce(&mut Self)) {
        if self.rate.replace(rate) == Some(rate) {
            return;
        }
        self.converter = None;
        waiting(self);
        if let Some(from) = self.heard
            && !self.pending.is_empty()
        {
            let pending = std::mem::take(&mut self.pending);
            let mut converted = Vec::new();
            self.heard = Some(self.convert(from, &pending, &mut converted));
            self.pending = converted;
        }
    }

    /// Appends what the app hears of audio of any rate, and gives its rate.
    pub fn convert(&mut self, from: SampleRate, pcm: &[u8], out: &mut Vec<u8>) -> SampleRate {
        let rate = self.rate.unwrap_or(from);
        match self.converter(from, rate) {
            Some(converter) => converter.process(pcm, out),
            None => out.extend_from_slice(pcm),
        }
        rate
    }

    /// Takes a frame of the wire's, and gives `heard` what the app hears of it, with its rate.
    pub fn hear(
        &mut self,
        wire: SampleRate,
        pcm: &[u8],
        heard: &mut impl FnMut(SampleRate, &[u8]),
    ) {
        let rate = self.rate.unwrap_or(wire);
        if rate == wire {
            return self.regroup(rate, pcm, heard);
        }
        let mut converted = std::mem::take(&mut self.converted);
        converted.clear();
        self.convert(wire, pcm, &mut converted);
        self.regroup(rate, &converted, heard);
        self.converted = converted;
    }

    /// The call is over: gives what waits for the rest of its frame.
    pub fn finish(&mut self, wire: SampleRate, heard: &mut impl FnMut(SampleRate, &[u8])) {
        if !self.pending.is_empty() {
            heard(self.rate.unwrap_or(wire), &self.pending);
            self.pending.clear();
        }
    }

    /// What makes audio of one rate from that of another; nothing where they are the same.
    fn converter(&mut self, from: SampleRate, to: SampleRate) -> Option<&mut Converter> {
        if from == to {
            return None;
        }
        if self.converter.as_ref().is_none_or(|converter| converter.from != from) {
            self.converter = Converter::new(from, to, self.stereo).map(Box::new);
        }
        self.converter.as_deref_mut()
    }

    /// What waits for the rest of its frame goes over to the rate of what comes now.
    fn carry_over(&mut self, rate: SampleRate) {
        let before = self.heard.replace(rate).filter(|before| *before != rate);
        if let Some(before) = before
            && !self.pending.is_empty()
            && let Some(mut converter) = Converter::new(before, rate, self.stereo)
        {
            let pending = std::mem::take(&mut self.pending);
            converter.process(&pending, &mut self.pending);
        }
    }

    fn regroup(
        &mut self,
        rate: SampleRate,
        mut pcm: &[u8],
        heard: &mut impl FnMut(SampleRate, &[u8]),
    ) {
        self.carry_over(rate);
        let channels = 1 + usize::from(self.stereo);
        let Some(frame) = self.frame.map(|frame| channels * rate.bytes_in(frame)) else {
            if !pcm.is_empty() {
                heard(rate, pcm);
            }
            return;
        };
        if !self.pending.is_empty() {
            let missing = frame.saturating_sub(self.pending.len()).min(pcm.len());
            let (head, tail) = pcm.split_at(missing);
            self.pending.extend_from_slice(head);
            pcm = tail;
            if self.pending.len() < frame {
                return;
            }
            heard(rate, &self.pending);
            self.pending.clear();
        }
        let frames = pcm.chunks_exact(frame.max(2));
        self.pending.extend_from_slice(frames.remainder());
        frames.for_each(|frame| heard(rate, frame));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(hz: u32) -> SampleRate {
        SampleRate::from_hz(hz).expect("a wire rate")
    }

    fn hear(ear: &mut InboundConverter, wire: u32, frames: &[usize]) -> Vec<(u32, usize)> {
        let mut out = Vec::new();
        for bytes in frames {
            ear.hear(rate(wire), &vec![1; *bytes], &mut |rate, pcm| {
                out.push((rate.hz(), pcm.len()));
            });
        }
        ear.finish(rate(wire), &mut |rate, pcm| out.push((rate.hz(), pcm.len())));
        out
    }

    #[test]
    fn an_ear_without_wishes_passes_on_what_comes() {
        assert_eq!(
            hear(&mut InboundConverter::default(), 16_000, &[640, 2, 33]),
            [(16_000, 640), (16_000, 2), (16_000, 33)]
        );
    }

    #[test]
    fn what_waits_for_its_frame_goes_over_to_the_wires_next_rate() {
        let mut ear = InboundConverter::new(None, Some(Duration::from_millis(40)));
        let mut out = Vec::new();
        for (hz, bytes) in [(8_000, 320), (16_000, 640), (16_000, 640)] {
            ear.hear(rate(hz), &vec![1; bytes], &mut |rate, pcm| out.push((rate.hz(), pcm.len())));
        }
        ear.finish(rate(16_000), &mut |rate, pcm| out.push((rate.hz(), pcm.len())));
        assert_eq!(out, [(16_000, 1280), (16_000, 640)]);
    }

    #[test]
    fn every_wire_rate_comes_at_the_apps_rate_and_twenty_milliseconds_stay_twenty() {
        for wire in SampleRate::all() {
            for app in SampleRate::all() {
                let mut ear = InboundConverter::new(Some(app), None);
                let heard = hear(&mut ear, wire.hz(), &[wire.frame_bytes(); 5]);
                assert!(heard.iter().all(|(hz, _)| *hz == app.hz()));
                let bytes: usize = heard.iter().map(|(_, bytes)| bytes).sum();
                assert_eq!(bytes, 5 * app.frame_bytes(), "{wire:?} to {app:?}");
            }
        }
    }

    #[test]
    fn two_channels_are_regrouped_and_converted_together() {
        let mut ear = InboundConverter::new(Some(rate(16_000)), Some(Duration::from_millis(40)));
        ear.set_stereo(true);
        assert_eq!(hear(&mut ear, 8_000, &[640, 640, 640, 640]), [(16_000, 2560), (16_000, 2560)]);
    }

    #[test]
    fn frames_are_regrouped_and_the_last_piece_comes_at_the_end() {
        let mut ear = InboundConverter::new(None, Some(Duration::from_millis(50)));
        assert_eq!(
            hear(&mut ear, 8_000, &[320; 8]),
            [(8_000, 800), (8_000, 800), (8_000, 800), (8_000, 160)]
        );
        let mut ear = InboundConverter::new(None, Some(Duration::from_millis(10)));
        assert_eq!(hear(&mut ear, 8_000, &[320, 100]), [(8_000, 160), (8_000, 160), (8_000, 100)]);
    }
}
