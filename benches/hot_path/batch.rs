//! Frames of many calls to JavaScript: queued, announced with one ring, drained into one slab.

use std::hint::black_box;
use std::sync::Arc;

use callstreams::events::{AudioLimit, EventQueue, Inbox, Packer, Source, Wake};
use callstreams::protocol::SampleRate;

use crate::pieces::{Piece, frame};

const CALLS: [u32; 2] = [100, 1000];
const LIMIT: AudioLimit = AudioLimit { held: 32_000, queued: 160_000 };
/// Of one event's words.
const WORDS: usize = 12;

struct Silent;

impl Wake for Silent {
    fn wake(&self) {}
}

pub fn pieces() -> Vec<Piece> {
    CALLS.map(batch).into()
}

/// A frame of every call, then the drain.
fn batch(calls: u32) -> Piece {
    let queue = EventQueue::new(Box::new(Silent));
    let sources: Vec<Arc<Source>> = (0..calls).map(|id| Source::new(id, Inbox::opened())).collect();
    let frame = frame();
    let (mut slab, mut words) =
        (vec![0; frame.len() * sources.len()], vec![0; WORDS * sources.len()]);
    Piece::new(format!("batch/{calls}"), u64::from(calls), move || {
        for source in &sources {
            queue.push_audio(source, SampleRate::NARROWBAND, black_box(&frame), LIMIT);
        }
        let mut packer = Packer::new(&mut slab, 0, &mut words);
        assert!(!queue.drain(&mut packer));
        assert_eq!(packer.events(), sources.len());
    })
}
