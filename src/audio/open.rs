//! From a path, or from bytes, to a [`Source`].

use std::io::Read;
use std::path::Path;

use bytes::Bytes;

use super::detect::{self, Container, Content};
use super::media::Media;
use super::raw::RawSource;
use super::{AudioError, RawFormat, Source, decode};

/// Bytes that are no file.
pub enum Input {
    /// All of them.
    Memory(Bytes),
    /// As they come: reading may wait. No more of them are taken than the next samples need, plus
    /// 32 KB at most.
    Stream(Box<dyn Read + Send + Sync>),
}

/// Opens a file: what its content says, else what its extension says, else signed linear audio at
/// the call's rate. With `raw` it is that, whatever it holds. `call_rate` in Hz.
///
/// Reads what it takes to know the format. Errors: the file cannot be opened, is of a kind that is
/// known and not decoded, or breaks off before the first sound.
pub fn open_file(
    path: &Path,
    raw: Option<RawFormat>,
    call_rate: u32,
) -> Result<Box<dyn Source>, AudioError> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    open(Media::file(path)?, extension, raw, call_rate)
}

/// The same for bytes from elsewhere, which have no extension.
pub fn open_bytes(
    input: Input,
    raw: Option<RawFormat>,
    call_rate: u32,
) -> Result<Box<dyn Source>, AudioError> {
    let media = match input {
        Input::Memory(bytes) => Media::memory(bytes),
        Input::Stream(reader) => Media::stream(reader),
    };
    open(media, "", raw, call_rate)
}

/// The same for bytes that must say themselves what they are: what nobody knows is corrupt.
pub fn open_contained(bytes: Bytes, call_rate: u32) -> Result<Box<dyn Source>, AudioError> {
    let mut media = Media::memory(bytes);
    let tagged = detect::leave_out_id3(&mut media)?;
    match detect::content(&mut media, true)? {
        Content::Known(container) => decode::open(media, container, call_rate),
        Content::Foreign(name) => Err(AudioError::unsupported(name)),
        Content::Unknown if tagged => decode::open(media, Container::Mpeg, call_rate),
        Content::Unknown => Err(AudioError::corrupt("no audio file that is known".to_owned())),
    }
}

fn open(
    mut media: Media,
    extension: &str,
    raw: Option<RawFormat>,
    call_rate: u32,
) -> Result<Box<dyn Source>, AudioError> {
    if let Some(format) = raw {
        return Ok(Box::new(RawSource::new(media, format)));
    }
    let named_raw = RawFormat::from_extension(extension);
    let tagged = detect::leave_out_id3(&mut media)?;
    match detect::content(&mut media, named_raw.is_none())? {
        Content::Known(container) => return decode::open(media, container, call_rate),
        Content::Foreign(name) => return Err(AudioError::unsupported(name)),
        Content::Unknown => {}
    }
    if let Some(format) = named_raw {
        return Ok(Box::new(RawSource::new(media, format)));
    }
    match detect::by_extension(extension) {
        Some(Content::Foreign(name)) => Err(AudioError::unsupported(name)),
        // Frames need no header: they may start after a bit of anything.
        Some(Content::Known(frames @ (Container::Mpeg | Container::Adts))) => {
            decode::open(media, frames, call_rate)
        }
        Some(_) => {
            Err(AudioError::corrupt(format!("a .{extension} file that does not start as one")))
        }
        None if tagged => decode::open(media, Container::Mpeg, call_rate),
        None => Ok(Box::new(RawSource::new(media, RawFormat::slin(call_rate)))),
    }
}
