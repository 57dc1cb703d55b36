//! Files that are broken, or mean harm: what decodes is given, then an error; in bounded time and
//! memory, and never a panic.

use std::io::Read;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use callstreams::audio::{AudioError, Input, Source, open_bytes};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::encode::{self, chunk, slin, wav};
use crate::support::memory::most_held;
use crate::support::{drain, seconds, tone, tools};

#[test]
fn a_file_cut_short_gives_what_it_has_and_then_an_error() {
    let whole = wav(1, 8_000, 1, 16, &[], &slin(&tone(1_000.0, 8_000, 1.0, 0.5)));
    let (samples, end) = decode(whole[..whole.len() / 2].to_vec());
    assert!((3_900..=4_000).contains(&samples), "{samples}");
    assert_eq!(end.unwrap_err().code(), "ERR_CORRUPT_AUDIO");
}

#[test]
fn damage_in_the_middle_costs_no_more_than_what_it_hits() {
    let (scratch, input) = seconds(10.0);
    for name in ["a.mp3", "a.flac", "a.ogg", "a.opus", "a.aac"] {
        if tools::run(scratch.dir(), &format!("ffmpeg -i {input} -y {name}")).is_none() {
            println!("skipped {name}: its encoder is not installed");
            continue;
        }
        let mut bytes = std::fs::read(scratch.path(name)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 500].fill(0xa5);
        let mut source = open_bytes(Input::Memory(bytes.into()), None, 8_000).unwrap();
        let rate = source.sample_rate();
        let (samples, _) = drain(source.as_mut());
        let seconds = samples.len() as f64 / f64::from(rate);
        assert!((8.5..=10.2).contains(&seconds), "{name}: {seconds} s");
    }
}

#[test]
fn headers_that_lie_are_errors() {
    let sound = slin(&tone(1_000.0, 8_000, 0.1, 0.5));
    for (what, bytes) in [
        ("no channels", wav(1, 8_000, 0, 16, &[], &sound)),
        ("too many channels", wav(1, 8_000, 30_000, 16, &[], &sound)),
        ("no rate", wav(1, 0, 1, 16, &[], &sound)),
        ("an absurd rate", wav(1, 4_000_000_000, 1, 16, &[], &sound)),
        ("no bits", wav(1, 8_000, 1, 0, &[], &sound)),
        ("odd bits", wav(1, 8_000, 1, 13, &[], &sound)),
        ("ADPCM of no size", wav(2, 8_000, 1, 4, &[0; 34], &sound)),
        ("nothing after the header", b"RIFF\xff\xff\xff\xffWAVE".to_vec()),
        ("no sound", chunk(b"RIFF", b"WAVE")),
        ("an empty FLAC", b"fLaC\0\0\0\0".to_vec()),
        ("an empty Ogg", b"OggS\0\0\0\0\0\0\0\0\0\0\0\0".to_vec()),
        ("an empty MP4", b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42".to_vec()),
        ("an MP4 box of 16 EB", b"\0\0\0\x01ftyp\xff\xff\xff\xff\xff\xff\xff\xff".to_vec()),
        ("an empty Matroska", b"\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xff".to_vec()),
    ] {
        let (most, (_, end)) = most_held(|| decode(bytes));
        assert!(end.is_err(), "{what}");
        assert!(most < 1 << 20, "{what} took {most} bytes");
    }
}

#[test]
fn endless_tags_end() {
    struct Tags;
    impl Read for Tags {
        fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
            let tag = b"ID3\x04\0\0\0\x07\x7f\x6e".iter().chain(&[0; 0]).copied();
            // A tag of 131,054 bytes with its header, and so on for ever.
            room.iter_mut().zip(tag.cycle()).for_each(|(to, byte)| *to = byte);
            Ok(room.len() / 10 * 10)
        }
    }
    let (most, opened) = most_held(|| open_bytes(Input::Stream(Box::new(Tags)), None, 8_000).err());
    assert_eq!(opened.unwrap().code(), "ERR_CORRUPT_AUDIO");
    assert!(most < 256 << 10, "{most} bytes");
}

#[test]
fn endless_noise_after_a_good_start_ends() {
    let (scratch, input) = seconds(1.0);
    for name in ["a.mp3", "a.aac", "a.ogg", "a.flac", "a.webm"] {
        if tools::run(scratch.dir(), &format!("ffmpeg -i {input} -y {name}")).is_none() {
            println!("skipped {name}: its encoder is not installed");
            continue;
        }
        let start = std::fs::read(scratch.path(name)).unwrap();
        let stream = start.chain_zeros();
        let began = Instant::now();
        let mut source = open_bytes(Input::Stream(stream), None, 8_000).unwrap();
        let (most, (samples, end)) = most_held(|| drain(source.as_mut()));
        println!("{name}: {} samples, {end:?}, {:?}, {most} bytes", samples.len(), began.elapsed());
        assert!(!samples.is_empty(), "{name}");
        assert!(began.elapsed() < Duration::from_secs(20), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever bytes of a good file are changed, cut out or doubled.
    #[test]
    fn no_mutation_of_a_good_file_panics_hangs_or_takes_much_memory(
        which in any::<Index>(),
        changes in proptest::collection::vec((any::<Index>(), any::<u8>(), 0..4_u8), 1..12),
        cut in proptest::option::of(any::<Index>()),
        early in any::<bool>(),
    ) {
        let (name, good) = which.get(good_files());
        let bytes = mutate(good, &changes, cut, early);
        let began = Instant::now();
        let (most, _) = most_held(|| decode(bytes));
        prop_assert!(began.elapsed() < Duration::from_secs(10), "{} took {:?}", name, began.elapsed());
        prop_assert!(most < 64 << 20, "{} took {} bytes", name, most);
    }

    /// Whatever follows the mark of a format.
    #[test]
    fn no_noise_after_a_mark_panics(
        mark in proptest::sample::select(MARKS.to_vec()),
        noise in proptest::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let (most, _) = most_held(|| decode([mark, &noise].concat()));
        prop_assert!(most < 64 << 20, "{} bytes", most);
    }
}

fn decode(bytes: Vec<u8>) -> (usize, Result<(), AudioError>) {
    let mut source: Box<dyn Source> = match open_bytes(Input::Memory(bytes.into()), None, 8_000) {
        Ok(source) => source,
        Err(error) => return (0, Err(error)),
    };
    let (mut count, mut samples) = (0, Vec::new());
    loop {
        samples.clear();
        let more = source.read(&mut samples);
        count += samples.len();
        match more {
            Ok(true) => {}
            Ok(false) => return (count, Ok(())),
            Err(error) => return (count, Err(error)),
        }
    }
}

fn mutate(good: &[u8], changes: &[(Index, u8, u8)], cut: Option<Index>, early: bool) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for (at, value, how) in changes {
        // Headers are where lies do most harm.
        let within = if early { bytes.len().min(200) } else { bytes.len() };
        let at = at.index(within.max(1));
        match how {
            0 => bytes.insert(at, *value),
            1 if bytes.len() > 20 => drop(bytes.remove(at)),
            2 => bytes[at] = if *value > 127 { 0xff } else { 0 },
            _ => bytes[at] = *value,
        }
    }
    if let Some(cut) = cut {
        bytes.truncate(cut.index(bytes.len()) + 1);
    }
    bytes
}

/// A tenth of a second in every format there is an encoder for.
fn good_files() -> &'static [(&'static str, Vec<u8>)] {
    static FILES: OnceLock<Vec<(&str, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let (scratch, input) = seconds(0.3);
        let samples = tone(1_000.0, 8_000, 0.1, 0.5);
        let mut files = vec![
            ("wav", wav(1, 8_000, 1, 16, &[], &slin(&samples))),
            ("ulaw", wav(7, 8_000, 1, 8, &[0, 0], &encode::ulaw(&samples))),
            ("aiff", encode::aiff(8_000, &samples)),
        ];
        for (name, options) in ENCODERS {
            if tools::run(scratch.dir(), &format!("ffmpeg -i {input} {options} -y {name}"))
                .is_some()
            {
                files.push((name, std::fs::read(scratch.path(name)).unwrap()));
            } else {
                println!("skipped {name}: its encoder is not installed");
            }
        }
        files
    })
}

trait ChainZeros {
    fn chain_zeros(self) -> Box<dyn Read + Send + Sync>;
}

impl ChainZeros for Vec<u8> {
    fn chain_zeros(self) -> Box<dyn Read + Send + Sync> {
        Box::new(std::io::Cursor::new(self).chain(std::io::repeat(0)))
    }
}

const ENCODERS: &[(&str, &str)] = &[
    ("ms.wav", "-c:a adpcm_ms"),
    ("ima.wav", "-c:a adpcm_ima_wav"),
    ("a.mp3", "-b:a 32k"),
    ("a.flac", ""),
    ("a.ogg", "-c:a libvorbis"),
    ("a.oga", "-c:a flac"),
    ("a.opus", ""),
    ("a.webm", "-c:a libopus"),
    ("v.webm", "-c:a libvorbis"),
    ("a.m4a", ""),
    ("s.m4a", "-movflags +faststart"),
    ("p.mov", "-c:a pcm_s16le"),
    ("f.mp4", "-c:a aac -movflags frag_keyframe+empty_moov"),
    ("l.m4a", "-c:a alac"),
    ("a.aac", ""),
    ("u.aifc", "-c:a pcm_mulaw -f aiff"),
];

const MARKS: &[&[u8]] = &[
    b"",
    b"RIFF\xff\xff\xff\xffWAVE",
    b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0",
    b"FORM\0\0\xff\xffAIFF",
    b"FORM\0\0\xff\xffAIFCCOMM",
    b"fLaC",
    b"fLaC\0\0\0\x22",
    b"OggS\0\x02",
    b"\x1a\x45\xdf\xa3",
    b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42",
    b"ID3\x03\0\0\0\0\0\x0a",
    b"\xff\xfb\x90\x64",
    b"\xff\xf1\x50\x80",
];
