//! MP4: whatever its index looks like, and whatever lies it tells.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use callstreams::audio::{AudioError, Input, open_bytes, open_file};
use proptest::prelude::*;

use crate::support::encode::slin;
use crate::support::measure::{fit, middle, rms};
use crate::support::memory::most_held;
use crate::support::mp4::{Index, Sizes, moov, mp4};
use crate::support::{drain, play, samples_of, seconds, tools};

#[test]
fn an_index_of_any_shape_gives_the_same_sound() {
    let sound = sound(6_000);
    let each = Sizes::Each(vec![2; 6_000]);
    // The chunks stand in the file in another order than they are played in.
    let (first, second) = sound.split_at(8_000);
    let swapped = [second, first].concat();
    for (what, index, bytes) in [
        ("one chunk", plain(6_000), &sound),
        ("sizes one by one", Index { sizes: each.clone(), ..plain(6_000) }, &sound),
        ("64-bit places", Index { long: true, ..plain(6_000) }, &sound),
        ("two runs of chunks", in_chunks(), &sound),
        ("two runs, sizes one by one", Index { sizes: each, ..in_chunks() }, &sound),
        ("many times", Index { times: vec![[1, 1]; 6_000], ..plain(6_000) }, &sound),
        (
            "chunks in disorder",
            Index { runs: vec![[1, 4_000], [2, 2_000]], chunks: vec![4_000, 0], ..plain(6_000) },
            &swapped,
        ),
    ] {
        assert!(decode(mp4(&index, bytes)) == (samples_of(&sound), Ok(())), "{what}");
    }
}

#[test]
fn what_the_encoder_put_around_the_sound_is_left_out() {
    let sound = sound(6_000);
    let cut = |edits: &[(u32, i32)]| {
        decode(mp4(&Index { edits: edits.to_vec(), ..in_chunks() }, &sound)).0
    };
    let all = samples_of(&sound);
    assert_eq!(cut(&[(500, 1_100)]), all[1_100..5_100]);
    assert_eq!(cut(&[(0, 1_100)]), all[1_100..], "no length is all that follows");
    assert_eq!(cut(&[(9_000, 0)]), all, "there is no more than all");
    assert_eq!(cut(&[(250, -1), (100, 10)]), all[10..810], "a wait is not waited for");
    assert_eq!(cut(&[(100, 10), (100, 3_000)]), all, "a cut film is played whole");
}

#[test]
fn any_position_is_found() {
    let sound = sound(6_000);
    let all = samples_of(&sound);
    for (edits, played) in [(vec![], &all[..]), (vec![(500, 1_100)], &all[1_100..5_100])] {
        let bytes = bytes::Bytes::from(mp4(&Index { edits, ..in_chunks() }, &sound));
        for ms in [0, 90, 101, 250, 333, 495] {
            let mut source = open_bytes(Input::Memory(bytes.clone()), None, 8_000).unwrap();
            let reached = source.skip_near(Duration::from_millis(ms));
            let at = (reached.as_secs_f64() * 8_000.0).round() as usize;
            assert!(at <= ms as usize * 8 && ms as usize * 8 - at < 3_000, "{ms} ms: {at}");
            assert_eq!(drain(source.as_mut()).0, played[at..], "from {ms} ms");
        }
        let mut source = open_bytes(Input::Memory(bytes), None, 8_000).unwrap();
        assert_eq!(source.skip_near(Duration::from_secs(60)), Duration::ZERO);
        assert_eq!(drain(source.as_mut()).0, played, "beyond the end nothing is skipped");
    }
}

#[test]
fn the_sound_of_a_film_is_played() {
    let (scratch, input) = seconds(3.0);
    let line = "-f lavfi -i testsrc=d=3:s=320x240 -c:v mpeg4 -c:a aac -b:a 96k -y film.mp4";
    if tools::run(scratch.dir(), &format!("ffmpeg -i {input} {line}")).is_none() {
        return println!("skipped: ffmpeg or its encoders are not installed");
    }
    let (samples, end) = play(&scratch.path("film.mp4"), 8_000);
    assert_eq!(end, Ok(()));
    assert!(samples.len().abs_diff(24_000) < 20, "{} samples", samples.len());
    assert!(fit(middle(&samples), 1_000.0, 8_000).snr > 30.0);
}

#[test]
fn fragments_give_the_same_sound_and_any_position() {
    let (scratch, input) = seconds(3.0);
    if tools::run(scratch.dir(), &format!("ffmpeg -i {input} -c:a aac -y a.m4a")).is_none() {
        return println!("skipped: ffmpeg is not installed");
    }
    let open = |name: &str| open_file(&scratch.path(name), None, 8_000).unwrap();
    let whole = drain(open("a.m4a").as_mut()).0;
    for (name, flags) in FRAGMENTED {
        let line = format!("ffmpeg -i a.m4a -c copy -movflags {flags} -y {name}");
        tools::run(scratch.dir(), &line).unwrap();
        let (all, end) = drain(open(name).as_mut());
        // Some have the encoder's 1,024 samples before the sound; after it all have some.
        let before = if all[..1_000] == whole[..1_000] { 0 } else { 1_024 };
        assert_eq!(end, Ok(()), "{name}");
        assert!(all[before..before + whole.len()] == whole, "{name}");
        for ms in [150, 700, 1_500, 2_900] {
            let mut source = open(name);
            let reached = source.skip_near(Duration::from_millis(ms)).as_secs_f64();
            assert!(reached > ms as f64 / 1_000.0 - 0.2, "{name}: {reached} s for {ms} ms");
            let heard = drain(source.as_mut()).0;
            let from = all.len() - heard.len();
            assert!(from.abs_diff((reached * 44_100.0).round() as usize) < 2, "{name}: {from}");
            // AAC makes up its noise as it goes.
            let other: Vec<f32> = heard.iter().zip(&all[from..]).map(|(a, b)| a - b).collect();
            assert!(rms(&other[2_048..]) < 0.01, "{name} from {ms} ms");
        }
        assert_eq!(open(name).skip_near(Duration::from_secs(9)), Duration::ZERO, "{name}");
    }
}

const FRAGMENTED: [(&str, &str); 5] = [
    ("one.mp4", "frag_keyframe+empty_moov"),
    ("each.mp4", "frag_every_frame+empty_moov"),
    ("many.mp4", "frag_keyframe+empty_moov+default_base_moof -frag_duration 300000"),
    ("late.mp4", "frag_keyframe+delay_moov -frag_duration 500000"),
    ("both.mp4", "frag_keyframe -frag_duration 500000"),
];

#[test]
fn a_file_cut_anywhere_gives_what_it_has_and_then_an_error() {
    let (scratch, input) = seconds(2.0);
    let line = format!("ffmpeg -i {input} -c:a aac -movflags +faststart -y a.m4a");
    if tools::run(scratch.dir(), &line).is_none() {
        return println!("skipped: ffmpeg is not installed");
    }
    let whole = std::fs::read(scratch.path("a.m4a")).unwrap();
    let all = decode(whole.clone()).0;
    for cut in (0..whole.len()).step_by(97) {
        let (samples, end) = decode(whole[..cut].to_vec());
        assert_eq!(samples, all[..samples.len()], "cut at {cut}");
        assert!(end.is_err() || cut < 12, "cut at {cut}: {end:?}");
    }
    let path = scratch.write("half.m4a", &whole[..whole.len() / 2]);
    let (samples, _) = drain(open_file(&path, None, 8_000).unwrap().as_mut());
    assert!(samples.len() > all.len() / 3, "{} samples", samples.len());
}

#[test]
fn tables_that_lie_are_errors_and_take_no_memory() {
    let sound = sound(6_000);
    for (what, index) in [
        ("no samples in a chunk", Index { runs: vec![[1, 0]], ..plain(6_000) }),
        ("runs that go back", Index { runs: vec![[1, 10], [9, 10], [2, 10]], ..plain(6_000) }),
        ("no runs", Index { runs: vec![], ..plain(6_000) }),
        ("too few chunks", Index { runs: vec![[1, 5_999]], ..plain(6_000) }),
        ("a chunk behind the end", Index { chunks: vec![1 << 40], long: true, ..plain(6_000) }),
        (
            "a chunk at the end of time",
            Index { chunks: vec![u64::MAX - 24], long: true, ..plain(6_000) },
        ),
        ("a sample of 4 GB", Index { sizes: Sizes::Each(vec![u32::MAX]), ..plain(6_000) }),
        (
            "4 G samples",
            Index { sizes: same(2, u32::MAX), runs: vec![[1, u32::MAX]], ..plain(6_000) },
        ),
        ("no samples", Index { sizes: same(2, 0), ..plain(6_000) }),
        ("only what is cut off", Index { edits: vec![(100, 9_000)], ..plain(6_000) }),
    ] {
        let (most, (_, end)) = most_held(|| decode(mp4(&index, &sound)));
        assert!(end.is_err(), "{what}");
        assert!(most < 512 << 10, "{what} took {most} bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever numbers stand in an index.
    #[test]
    fn no_index_panics_hangs_or_takes_much_memory(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        numbers in proptest::collection::vec(prop_oneof![0..40_u32, any::<u32>()], 12),
        each in any::<bool>(),
        long in any::<bool>(),
        start in 0..2_000_u64,
    ) {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = numbers.try_into().unwrap();
        let index = Index {
            times: vec![[a, b], [c, d]],
            runs: vec![[1, e], [f, g]],
            chunks: vec![0, u64::from(h), 0, u64::from(h)],
            sizes: if each { Sizes::Each(vec![i, j, 2, i, j]) } else { same(i, j) },
            long,
            edits: vec![(k, l.cast_signed())],
        };
        let mut moov = moov(&index);
        for (at, value) in changes {
            let at = at.index(moov.len());
            moov[at] = value;
        }
        let head = b"\0\0\0\x10ftypM4A \0\0\0\0\0\0\x10\x08mdat";
        let (took, most) = survive([head.as_slice(), &[7; 4_096], &moov].concat(), start);
        prop_assert!(took < Duration::from_secs(10), "{:?}", took);
        prop_assert!(most < 8 << 20, "{} bytes", most);
    }

    /// Whatever is changed in fragments.
    #[test]
    fn no_fragment_panics_hangs_or_takes_much_memory(
        which in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        start in 0..400_u64,
    ) {
        if fragmented().is_empty() {
            return Ok(());
        }
        let (bytes, headers) = which.get(fragmented());
        let mut bytes = bytes.clone();
        for (at, value) in changes {
            bytes[*at.get(headers)] = value;
        }
        let (took, most) = survive(bytes, start);
        prop_assert!(took < Duration::from_secs(10), "{:?}", took);
        prop_assert!(most < 8 << 20, "{} bytes", most);
    }
}

/// Goes to a position of a file and plays it to its end, whatever that is.
fn survive(bytes: Vec<u8>, start: u64) -> (Duration, usize) {
    let began = Instant::now();
    let (most, ()) = most_held(|| {
        if let Ok(mut source) = open_bytes(Input::Memory(bytes.into()), None, 8_000) {
            source.skip_near(Duration::from_millis(start));
            let mut samples = Vec::new();
            while source.read(&mut samples) == Ok(true) {
                samples.clear();
            }
        }
    });
    (began.elapsed(), most)
}

/// Fragmented files, where there is ffmpeg, and the places of the bytes that are no sound.
fn fragmented() -> &'static [(Vec<u8>, Vec<usize>)] {
    static FILES: OnceLock<Vec<(Vec<u8>, Vec<usize>)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let (scratch, input) = seconds(0.3);
        let make = |(name, flags): &(&str, &str)| {
            let line = format!("ffmpeg -i {input} -c:a aac -movflags {flags} -y {name}");
            tools::run(scratch.dir(), &line)?;
            let bytes = std::fs::read(scratch.path(name)).unwrap();
            let (mut headers, mut at) = (Vec::new(), 0);
            while let Some(&[a, b, c, d, ref kind @ ..]) = bytes[at..].first_chunk::<8>() {
                let size = u32::from_be_bytes([a, b, c, d]) as usize;
                headers.extend(at..at + if kind == b"mdat" { 8 } else { size });
                at += size;
            }
            Some((bytes, headers))
        };
        FRAGMENTED.iter().filter_map(make).collect()
    })
}

fn decode(bytes: Vec<u8>) -> (Vec<f32>, Result<(), AudioError>) {
    match open_bytes(Input::Memory(bytes.into()), None, 8_000) {
        Ok(mut source) => drain(source.as_mut()),
        Err(error) => (Vec::new(), Err(error)),
    }
}

fn sound(samples: usize) -> Vec<u8> {
    slin(&(0..samples).map(|n| (n as f32 + 1.0) / 32_768.0).collect::<Vec<_>>())
}

fn same(bytes: u32, count: u32) -> Sizes {
    Sizes::Same { bytes, count }
}

/// All in one chunk.
fn plain(samples: u32) -> Index {
    Index {
        times: vec![[samples, 1]],
        runs: vec![[1, samples]],
        chunks: vec![0],
        sizes: same(2, samples),
        long: false,
        edits: vec![],
    }
}

/// 6,000 samples: three chunks of 700, then those of 1,300.
fn in_chunks() -> Index {
    let chunks = vec![0, 1_400, 2_800, 4_200, 6_800, 9_400];
    Index { runs: vec![[1, 700], [4, 1_300]], chunks, ..plain(6_000) }
}
