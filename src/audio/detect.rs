//! What a file is: by its first bytes, then by its name.

use super::AudioError;
use super::media::Media;
use super::mpeg;

/// A format that has a header of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Wav,
    Aiff,
    Flac,
    Ogg,
    Matroska,
    Mp4,
    /// MPEG audio frames: MP3.
    Mpeg,
    /// AAC in ADTS frames.
    Adts,
}

/// What the first bytes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Known(Container),
    /// A format that is not decoded here, by its name.
    Foreign(&'static str),
    /// Nothing that is known.
    Unknown,
}

/// Looks at the content. `frames` says whether MPEG and AAC frames count, whose mark is so short
/// that raw audio has it by chance.
pub(super) fn content(media: &mut Media, frames: bool) -> Result<Content, AudioError> {
    let head = media.peek(12)?;
    if let Some(known) = by_signature(head) {
        return Ok(known);
    }
    if frames && let Some(name) = no_sound(head) {
        return Ok(Content::Foreign(name));
    }
    if frames && head.first() == Some(&TS_SYNC) {
        let packets = media.peek(2 * TS_BYTES + 1)?;
        if [TS_BYTES, 2 * TS_BYTES].iter().all(|at| packets.get(*at) == Some(&TS_SYNC)) {
            return Ok(Content::Foreign("an MPEG transport stream (TS)"));
        }
    }
    let head = media.peek(12)?;
    // Quiet audio starts with 0xff as well: a stream of it must not wait for frames.
    if !frames || !(mpeg::is_audio(head) || mpeg::is_adts(head)) {
        return Ok(Content::Unknown);
    }
    let head = media.peek(mpeg::TWO_FRAMES)?;
    Ok(match (mpeg::is_audio(head), mpeg::is_adts(head)) {
        (true, _) => Content::Known(Container::Mpeg),
        (_, true) => Content::Known(Container::Adts),
        _ => Content::Unknown,
    })
}

/// The format that an extension (without the dot) names, where its files have a header.
pub(super) fn by_extension(extension: &str) -> Option<Content> {
    use Container::*;
    let known = match extension.to_ascii_lowercase().as_str() {
        "wav" | "wave" | "wav16" => Wav,
        "aif" | "aiff" | "aifc" => Aiff,
        "flac" => Flac,
        "ogg" | "oga" | "opus" => Ogg,
        "webm" | "weba" | "mkv" | "mka" => Matroska,
        "mp4" | "m4a" | "m4b" | "mov" | "3gp" => Mp4,
        "mp3" | "mpga" => Mpeg,
        "aac" | "adts" => Adts,
        other => return foreign_extension(other).map(Content::Foreign),
    };
    Some(Content::Known(known))
}

/// Leaves out ID3v2 tags at the start, so that none is ever held in memory.
pub(super) fn leave_out_id3(media: &mut Media) -> Result<bool, AudioError> {
    let mut total = 0;
    while let &[b'I', b'D', b'3', _, _, flags, a, b, c, d] = media.peek(10)? {
        let body = [a, b, c, d].iter().fold(0, |sum, byte| sum << 7 | u64::from(byte & 0x7f));
        let footer = if flags & 0x10 != 0 { 10 } else { 0 };
        total += 10 + body + footer;
        if total > ID3_MAX {
            return Err(AudioError::corrupt("more than 16 MiB of ID3 tags"));
        }
        media.leave_out(10 + body + footer)?;
    }
    Ok(total > 0)
}

fn by_signature(head: &[u8]) -> Option<Content> {
    let form = head.get(8..12).unwrap_or_default();
    let known = match head {
        [b'R', b'I', b'F', b'F', ..] if form == b"WAVE" => Container::Wav,
        [b'R', b'I', b'F', b'F', ..] if form == b"AVI " => return Some(Content::Foreign("AVI")),
        [b'F', b'O', b'R', b'M', ..] if form == b"AIFF" || form == b"AIFC" => Container::Aiff,
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Container::Mp4,
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Container::Matroska,
        [b'f', b'L', b'a', b'C', ..] => Container::Flac,
        [b'O', b'g', b'g', b'S', ..] => Container::Ogg,
        _ => {
            let foreign = FOREIGN.iter().find(|(mark, _)| head.starts_with(mark));
            return foreign.map(|(_, name)| Content::Foreign(name));
        }
    };
    Some(Content::Known(known))
}

/// What a service answers instead of sound. Raw audio does not look like it: of twelve bytes of
/// speech, one is beyond ASCII.
fn no_sound(head: &[u8]) -> Option<&'static str> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let is_text = |byte: &u8| (0x20..0x7f).contains(byte) || byte.is_ascii_whitespace();
    match text {
        [b'{' | b'[', _, ..] if text.iter().all(is_text) => Some("text (JSON)"),
        [b'<', _, ..] if text.iter().all(is_text) => Some("text (HTML or XML)"),
        _ => None,
    }
}

fn foreign_extension(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "wma" | "asf" => "Windows Media audio",
        "amr" | "awb" => "AMR",
        "g729" => "G.729",
        "g723" | "g723sf" => "G.723.1",
        "g719" => "G.719",
        "g726-40" | "g726-32" | "g726-24" | "g726-16" => "G.726",
        "siren7" | "siren14" => "Siren",
        "ilbc" => "iLBC",
        "lpc10" => "LPC-10",
        "vox" => "Dialogic ADPCM (VOX)",
        "wav49" => "GSM 06.10 in WAV",
        "spx" => "Speex",
        "au" | "snd" => "Sun audio (AU)",
        "mid" | "midi" | "rmi" => "MIDI",
        "ac3" | "ec3" => "AC-3",
        "dts" => "DTS",
        "ape" => "Monkey's Audio",
        "wv" => "WavPack",
        "tta" => "True Audio",
        "ra" | "rm" => "RealAudio",
        "mp1" => "MPEG audio layer I",
        "mp2" => "MPEG audio layer II",
        "ts" | "m2ts" => "an MPEG transport stream (TS)",
        "avi" => "AVI",
        "caf" => "Core Audio Format (CAF)",
        "dsf" | "dff" => "DSD",
        _ => return None,
    })
}

static FOREIGN: [(&[u8], &str); 24] = [
    (b"#!AMR", "AMR"),
    (b"#!SILK", "SILK"),
    (b"#!iLBC", "iLBC"),
    (b"MThd", "MIDI"),
    (b"caff\0\x01", "Core Audio Format (CAF)"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media audio"),
    (b".snd", "Sun audio (AU)"),
    (b"RF64", "WAV beyond 4 GB (RF64)"),
    (b"BW64", "WAV beyond 4 GB (BW64)"),
    (b"riff\x2e\x91\xcf\x11", "Sony Wave64 (W64)"),
    (b"OFR ", "OptimFROG"),
    (b"FLV\x01", "Flash video"),
    (b"ADIF", "AAC in ADIF"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"\x00\x00\x01\xba", "an MPEG program stream"),
    (b"RIFX", "big-endian WAV (RIFX)"),
    (b"wvpk", "WavPack"),
    (b"MAC ", "Monkey's Audio"),
    (b"MPCK", "Musepack"),
    (b"TTA1", "True Audio"),
    (b".RMF", "RealAudio"),
    (b"DSD ", "DSD"),
];

/// More than any cover picture; a stream of nothing but tags ends here.
const ID3_MAX: u64 = 16 << 20;

/// An MPEG transport stream's packets start with this, and have so many bytes.
const TS_SYNC: u8 = 0x47;
const TS_BYTES: usize = 188;
