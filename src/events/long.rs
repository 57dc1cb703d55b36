//! An event that is too long for JavaScript's slab, and goes there piece by piece.

use super::Event;
use super::packed::Packer;

/// Bytes of one piece: there must be room for it in the slab.
const PIECE: usize = 32 * 1024;

#[derive(Debug)]
pub(super) struct Long {
    number: u8,
    payload: String,
    delivered: usize,
}

impl Long {
    /// Whether the event is such a one. Only text that the peer wrote can be so long.
    pub fn is(event: &Event) -> bool {
        event.text_bytes() > PIECE
    }

    pub fn new(event: &Event) -> Self {
        let mut payload = String::new();
        event.write_payload(&mut payload);
        Self { number: event.number(), payload, delivered: 0 }
    }

    /// Delivers as much as `packer` has room for: pieces, the last of them as the event itself. True
    /// if that was all.
    pub fn deliver(&mut self, id: u32, packer: &mut Packer<'_>) -> bool {
        loop {
            let rest = self.payload.as_bytes().get(self.delivered..).unwrap_or_default();
            let Some(piece) = rest.get(..PIECE) else {
                return packer.push(id, self.number, rest, &[]);
            };
            if !packer.push(id, Event::PIECE, piece, &[]) {
                return false;
            }
            self.delivered += PIECE;
        }
    }
}
