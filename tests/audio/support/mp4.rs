//! MP4 files written by hand: 16-bit PCM at 8 kHz, in chunks, with an index of any shape.

/// What the index says.
#[derive(Clone, Debug)]
pub struct Index {
    /// How many samples (frames of PCM) last how long.
    pub times: Vec<[u32; 2]>,
    /// From which chunk on there are how many samples in each.
    pub runs: Vec<[u32; 2]>,
    /// Where each chunk starts in the sound.
    pub chunks: Vec<u64>,
    pub sizes: Sizes,
    /// Whether places of chunks have 64 bits.
    pub long: bool,
    /// Its edit list: a length in ms and a start in samples each.
    pub edits: Vec<(u32, i32)>,
}

#[derive(Clone, Debug)]
pub enum Sizes {
    Same { bytes: u32, count: u32 },
    Each(Vec<u32>),
}

/// A file of so much sound: first that, then the index.
pub fn mp4(index: &Index, sound: &[u8]) -> Vec<u8> {
    [atom(b"ftyp", b"M4A \0\0\0\0"), atom(b"mdat", sound), moov(index)].concat()
}

/// The index alone. The sound starts 24 bytes into the file.
pub fn moov(index: &Index) -> Vec<u8> {
    let chunks = index.chunks.iter().map(|at| at + 24);
    let chunks = match index.long {
        true => atom(b"co64", &table(chunks.map(u64::to_be_bytes))),
        false => atom(b"stco", &table(chunks.map(|at| (at as u32).to_be_bytes()))),
    };
    let sizes = match &index.sizes {
        Sizes::Same { bytes, count } => numbers(&[0, *bytes, *count]),
        Sizes::Each(sizes) => [numbers(&[0, 0, sizes.len() as u32]), numbers(sizes)].concat(),
    };
    let times = index.times.iter().map(|run| numbers(run));
    let runs = index.runs.iter().map(|[first, each]| numbers(&[*first, *each, 1]));
    let tables = [
        atom(b"stsd", &description()),
        atom(b"stts", &table(times)),
        atom(b"stsc", &table(runs)),
        chunks,
        atom(b"stsz", &sizes),
    ];
    let minf = atom(b"minf", &atom(b"stbl", &tables.concat()));
    let mdia = [atom(b"mdhd", &numbers(&[0, 0, 0, 8_000, 0, 0])), minf].concat();
    let edits = index
        .edits
        .iter()
        .map(|(length, start)| numbers(&[*length, start.cast_unsigned(), 0x0001_0000]));
    let edts = match index.edits.is_empty() {
        true => Vec::new(),
        false => atom(b"edts", &atom(b"elst", &table(edits))),
    };
    let trak = atom(b"trak", &[edts, atom(b"mdia", &mdia)].concat());
    atom(b"moov", &[atom(b"mvhd", &numbers(&[0, 0, 0, 1_000, 0])), trak].concat())
}

/// Signed 16-bit little-endian, one channel, 8 kHz.
fn description() -> Vec<u8> {
    let entry =
        [&[0; 6], &[0, 1][..], &[0; 8], &[0, 1, 0, 16, 0, 0, 0, 0], &numbers(&[8_000 << 16])];
    [numbers(&[0, 1]), atom(b"sowt", &entry.concat())].concat()
}

fn table<T: AsRef<[u8]>>(entries: impl ExactSizeIterator<Item = T>) -> Vec<u8> {
    let mut bytes = numbers(&[0, entries.len() as u32]);
    entries.for_each(|entry| bytes.extend(entry.as_ref()));
    bytes
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn atom(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(8 + body.len() as u32).to_be_bytes(), kind.as_slice(), body].concat()
}
