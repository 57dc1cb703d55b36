//! What is said, cut into frames on invented time: a frame every 20 ms, on the slot.

use std::hint::black_box;
use std::time::{Duration, Instant};

use callstreams::call::{Outbound, Play, Role, Settings, Silence, Slot, Transmit};
use callstreams::protocol::{FRAME_MS, SampleRate};

use crate::pieces::{Piece, frame, sound};

const FRAME: Duration = Duration::from_millis(FRAME_MS);
const PLAY: u32 = 1;
/// Half a second, as plays are fed when less than that waits.
const CHUNK_SAMPLES: u32 = 4000;

pub fn pieces() -> Vec<Piece> {
    vec![
        speaking("pacing/write", true, false),
        speaking("pacing/play", false, true),
        speaking("pacing/play+write", true, true),
    ]
}

fn speaking(name: &str, writes: bool, plays: bool) -> Piece {
    let mut now = Instant::now();
    let mut outbound = call(now);
    let (frame, chunk) = (frame(), sound(CHUNK_SAMPLES).collect::<Vec<u8>>());
    let mut out = Vec::new();
    if plays {
        let play = Play { play: PLAY, slot: Slot::Play, fade_out: FRAME, keeps_rate: false };
        outbound.handle_play(play);
    }
    Piece::new(name, 1, move || {
        now += FRAME;
        if plays && outbound.playback(Slot::Play).is_some_and(|(_, waits)| waits < chunk.len()) {
            outbound.handle_feed(now, PLAY, black_box(&chunk));
        }
        if writes {
            assert!(outbound.handle_write(now, black_box(&frame)).is_ok());
        }
        assert_eq!(outbound.poll_transmit(now, &mut out), Some(Transmit::Frame));
        assert_eq!(outbound.poll_transmit(now, black_box(&mut out)), None);
    })
}

/// A call that hears its peer, so that nothing waits for that.
fn call(now: Instant) -> Outbound {
    let rate = SampleRate::NARROWBAND;
    let settings = Settings {
        role: Role::Server,
        rate,
        keeps_rate: false,
        silence: Silence::UntilAudio,
        high_water: Duration::from_secs(1),
        limit: Duration::from_secs(120),
    };
    let mut outbound = Outbound::new(now, settings);
    outbound.handle_wire_rate(now, rate).expect("the first rate");
    outbound
}
