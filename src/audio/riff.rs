//! WAV headers as they are found, made such that a strict reader takes them.

use super::AudioError;
use super::media::Media;

/// What the header tells.
#[derive(Default)]
pub(super) struct Header {
    /// The name of a codec that is not decoded here.
    pub(super) foreign: Option<String>,
    /// The size of the samples was unknown: they end where the bytes do.
    pub(super) open_ended: bool,
}

/// Mends the sizes of a WAV whose writer could not go back to fill them in (a pipe, a crash, a
/// speech service that streams): unknown ones become "to the end".
pub(super) fn mend(media: &mut Media) -> Result<Header, AudioError> {
    // The outer size says nothing that the chunks do not.
    media.patch(4, &TO_THE_END);
    let mut at = 12;
    let mut header = Header::default();
    while at < HEADER_MAX {
        let Some(chunk) = media.peek(at + 8)?.get(at..).and_then(|rest| rest.first_chunk::<8>())
        else {
            break;
        };
        let [id @ .., a, b, c, d] = *chunk;
        let size = u32::from_le_bytes([a, b, c, d]);
        if id == *b"data" {
            if size == 0 || size >= UNKNOWN {
                media.patch(at + 4, &TO_THE_END);
                header.open_ended = true;
            }
            break;
        }
        if id == *b"fmt " {
            header.foreign = media.peek(at + 10)?.get(at + 8..).and_then(foreign_codec);
        }
        at = at.saturating_add(8 + size as usize).saturating_add(size as usize & 1);
    }
    Ok(header)
}

fn foreign_codec(tag: &[u8]) -> Option<String> {
    let tag = u16::from_le_bytes(*tag.first_chunk()?);
    let name = match tag {
        0x0001..=0x0003 | 0x0006 | 0x0007 | 0x0011 | 0xfffe => return None,
        0x0031 => "GSM 06.10 in WAV",
        0x0055 => "MP3 in WAV",
        0x0064 => "G.726 in WAV",
        0x0065 | 0x028f => "G.722 in WAV",
        0x0160..=0x0162 => "Windows Media audio in WAV",
        _ => return Some(format!("WAV with the codec 0x{tag:04x}")),
    };
    Some(name.to_owned())
}

const TO_THE_END: [u8; 4] = u32::MAX.to_le_bytes();

/// Sizes from here on are what writers to pipes put for one they do not know.
const UNKNOWN: u32 = 0x7fff_0000;

/// The samples of a WAV start before this, in bytes; where not, it is taken as it is.
const HEADER_MAX: usize = 64 << 10;
