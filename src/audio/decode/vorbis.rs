//! Vorbis packets. A file's codebooks take 2 MB unpacked: all plays of files with the same ones,
//! which an encoder gives to all it makes at one quality, share one decoder.
//!
//! What a packet leaves in a decoder for the next is the second half of its own sound. A play that
//! comes to a decoder that another has used since lets it decode the play's last packet again.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, Weak};

use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder};
use symphonia::core::errors::Result;
use symphonia::core::packet::{Packet, PacketRef};
use symphonia::core::units::{Duration, Timestamp};

use super::codec;
use crate::sync::lock;

/// The Vorbis track of one play.
pub(super) struct Vorbis {
    shared: Arc<Shared>,
    /// Tells this play from all others.
    number: u64,
    /// The last packet that was decoded; empty where there was none.
    last: Vec<u8>,
}

/// A decoder for all tracks with the same headers.
struct Shared {
    params: AudioCodecParameters,
    seat: Mutex<Seat>,
}

struct Seat {
    /// None before the first use, and after a panic: what panicked is not used again.
    decoder: Option<Box<dyn AudioDecoder>>,
    /// The play that decoded last; 0 is none.
    user: u64,
    interleaved: Vec<f32>,
}

impl Vorbis {
    /// For a track. Errors: its headers are broken.
    pub(super) fn new(params: &AudioCodecParameters) -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let shared = shared(params);
        lock(&shared.seat).with(params, |_, _| Ok(()))?;
        Ok(Self { shared, number: NEXT.fetch_add(1, Relaxed), last: Vec::new() })
    }

    /// Appends a packet's samples, the channels averaged. Gives their rate in Hz.
    pub(super) fn decode(&mut self, packet: &Packet, out: &mut Vec<f32>) -> Result<u32> {
        let mut seat = lock(&self.shared.seat);
        let taken_over = std::mem::replace(&mut seat.user, self.number) != self.number;
        let rate = seat.with(&self.shared.params, |decoder, interleaved| {
            if taken_over {
                self.prepare(decoder)?;
            }
            codec::decode(decoder, packet, interleaved, out)
        })?;
        self.last.clear();
        self.last.extend_from_slice(&packet.data);
        Ok(rate)
    }

    /// Forgets what was decoded: the next packet follows on another.
    pub(super) fn reset(&mut self) {
        self.last.clear();
        let mut seat = lock(&self.shared.seat);
        if seat.user == self.number {
            seat.user = 0;
        }
    }

    /// Brings a decoder to where this play left it.
    fn prepare(&self, decoder: &mut dyn AudioDecoder) -> Result<()> {
        decoder.reset();
        if !self.last.is_empty() {
            let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, &self.last);
            decoder.decode_ref(&packet)?;
        }
        Ok(())
    }
}

impl Seat {
    fn with<T>(
        &mut self,
        params: &AudioCodecParameters,
        work: impl FnOnce(&mut dyn AudioDecoder, &mut Vec<f32>) -> Result<T>,
    ) -> Result<T> {
        let mut decoder = match self.decoder.take() {
            Some(decoder) => decoder,
            None => codec::make(params)?,
        };
        let done = work(decoder.as_mut(), &mut self.interleaved);
        self.decoder = Some(decoder);
        done
    }
}

/// The decoder for a track's headers; the same one for all who ask while one of them has it.
fn shared(params: &AudioCodecParameters) -> Arc<Shared> {
    let mut known = lock(&KNOWN);
    known.retain(|shared| shared.strong_count() > 0);
    let same = known
        .iter()
        .filter_map(Weak::upgrade)
        .find(|shared| shared.params.extra_data == params.extra_data);
    same.unwrap_or_else(|| {
        let seat = Mutex::new(Seat { decoder: None, user: 0, interleaved: Vec::new() });
        let new = Arc::new(Shared { params: params.clone(), seat });
        known.push(Arc::downgrade(&new));
        new
    })
}

static KNOWN: Mutex<Vec<Weak<Shared>>> = Mutex::new(Vec::new());
