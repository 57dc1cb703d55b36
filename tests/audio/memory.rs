//! Nothing is held whole: what a play takes has a bound, however long its file is.

use std::path::PathBuf;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use callstreams::audio::{Source, open_file};

use crate::support::memory::{held_by, most_held};
use crate::support::scratch::Scratch;
use crate::support::{drain, seconds, tools};

#[test]
fn a_play_holds_less_than_256_kb_however_long_its_file_is() {
    let (scratch, input) = seconds(60.0);
    for (name, options) in FORMATS {
        let Some(path) = make(&scratch, input, name, options) else {
            println!("skipped {name}: its encoder is not installed");
            continue;
        };
        let mut samples = Vec::with_capacity(1 << 20);
        // The first of a codec makes tables for all that follow, and keeps Vorbis' codebooks.
        let mut first = open_file(&path, None, 8_000).unwrap();
        first.read(&mut samples).unwrap();
        let began = Instant::now();
        let (most, (held, mut source)) = most_held(|| {
            held_by(|| {
                let mut source = open_file(&path, None, 8_000).unwrap();
                source.read(&mut samples).unwrap();
                source
            })
        });
        let opened = began.elapsed();
        drop(first);
        let (more, ()) = most_held(|| hear(source.as_mut(), &mut samples));
        drop(source);
        let (jump, ()) = most_held(|| {
            let mut source = open_file(&path, None, 8_000).unwrap();
            assert!(source.skip_near(MINUTES * 59 / 60) > MINUTES * 58 / 60, "{name}");
            hear(source.as_mut(), &mut samples);
        });
        println!(
            "{name:7} {:4} KB to open, {:4} KB held, {:3} KB more later, {:4} KB for the end only, first sound after {opened:?}",
            most >> 10,
            held >> 10,
            more >> 10,
            jump >> 10,
        );
        // The first of its encoder has the codebooks to itself.
        let jump = if options.contains("vorbis") { 0 } else { jump };
        assert!(
            most.max(held + more).max(jump) < 256 << 10,
            "{name}: {most}, {held} + {more}, {jump} bytes"
        );
        assert!(opened < Duration::from_millis(500), "{name}: {opened:?}");
    }
}

#[test]
fn plays_that_share_codebooks_hear_each_its_own_sound() {
    let (scratch, input) = seconds(5.0);
    let line = format!("ffmpeg -i {input} -af tremolo=3 -c:a libvorbis -y a.ogg");
    if tools::run(scratch.dir(), &line).is_none() {
        return println!("skipped: ffmpeg or libvorbis is not installed");
    }
    let bytes = std::fs::read(scratch.path("a.ogg")).unwrap();
    let mut damaged = bytes.clone();
    let middle = bytes.len() / 2;
    damaged[middle..middle + 300].fill(0xa5);
    let paths = [scratch.path("a.ogg"), scratch.write("b.ogg", &damaged)];
    let skips = [0, 0, 2_000].map(Duration::from_millis);
    let open = |n: usize| {
        let mut source = open_file(&paths[n % 2], None, 8_000).unwrap();
        if n > 1 {
            source.skip_near(skips[n]);
        }
        source
    };
    let alone = [0, 1, 2].map(|n| drain(open(n).as_mut()).0);
    let mut sources = [0, 1, 2].map(open);
    let mut together = [const { Vec::new() }; 3];
    let mut playing = true;
    while playing {
        playing = false;
        for (source, heard) in sources.iter_mut().zip(&mut together) {
            playing |= source.read(heard) == Ok(true);
        }
    }
    assert!(together == alone);
    let start = Barrier::new(3);
    std::thread::scope(|scope| {
        for n in 0..3 {
            let (start, open, alone) = (&start, &open, &alone);
            scope.spawn(move || {
                start.wait();
                assert!(drain(open(n).as_mut()).0 == alone[n], "on a thread of its own");
            });
        }
    });
}

/// A file of `MINUTES`: a minute's packets again and again, where its format allows that.
fn make(scratch: &Scratch, input: &str, name: &str, options: &str) -> Option<PathBuf> {
    let copies = MINUTES.as_secs() / 60 - 1;
    let repeat = format!("-stream_loop {copies} -i");
    if name.ends_with("flac") {
        tools::run(scratch.dir(), &format!("ffmpeg {repeat} {input} -ar 48000 -y {name}"))?;
        return Some(scratch.path(name));
    }
    let encode = format!("ffmpeg -i {input} -ar 48000 {options} -y minute-{name}");
    tools::run(scratch.dir(), &encode)?;
    let fragments = options.find("-movflags").map_or("", |at| &options[at..]);
    let copy = format!("ffmpeg {repeat} minute-{name} -c copy {fragments} -y {name}");
    tools::run(scratch.dir(), &copy)?;
    Some(scratch.path(name))
}

/// Reads some 20 s, or all that is left.
fn hear(source: &mut dyn Source, samples: &mut Vec<f32>) {
    for _ in 0..1_000 {
        samples.clear();
        if !source.read(samples).unwrap() {
            break;
        }
    }
}

const MINUTES: Duration = Duration::from_secs(20 * 60);

const FORMATS: &[(&str, &str)] = &[
    ("a.wav", ""),
    ("a.aiff", ""),
    ("a.mp3", ""),
    ("a.flac", ""),
    ("a.ogg", "-c:a libvorbis"),
    ("a.opus", ""),
    ("a.webm", ""),
    ("v.webm", "-c:a libvorbis"),
    ("a.m4a", ""),
    ("l.m4a", "-c:a alac"),
    ("f.mp4", "-c:a aac -movflags frag_keyframe+empty_moov"),
    ("g.mp4", "-c:a aac -movflags frag_every_frame+empty_moov"),
    ("a.aac", ""),
];
