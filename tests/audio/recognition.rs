//! What a file is taken for: by its content, then by its name.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use callstreams::audio::{AudioError, Encoding, Input, RawFormat, open_bytes, open_file};

use crate::support::encode::{self, doubled, slin, ulaw, wav};
use crate::support::measure::{fit, middle};
use crate::support::scratch::Scratch;
use crate::support::{drain, play, tone, tools};

#[test]
fn content_goes_before_the_name() {
    let scratch = Scratch::new();
    let bytes = wav(1, 16_000, 1, 16, &[], &slin(&tone(1_000.0, 16_000, 0.5, 0.5)));
    for name in ["a.mp3", "a.ulaw", "a.sln", "a.wma", "a"] {
        let (samples, end) = play(&scratch.write(name, &bytes), 8_000);
        assert_eq!(end, Ok(()), "{name}");
        assert!(fit(middle(&samples), 1_000.0, 8_000).snr > 80.0, "{name}");
    }
}

#[test]
fn a_known_format_that_is_not_decoded_is_named() {
    let scratch = Scratch::new();
    let midi = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk";
    let ts: Vec<u8> =
        (0..752).map(|at| if at % 188 == 0 { 0x47 } else { at as u8 | 0x80 }).collect();
    let gsm = wav(0x31, 8_000, 1, 0, &[2, 0, 64, 1], &[0; 65]);
    for (name, content, found) in [
        ("a.wma", b"0123456789abcdef".as_slice(), "Windows Media audio"),
        ("a.g729", &[0x55; 100], "G.729"),
        ("a", midi, "MIDI"),
        ("a.caf", b"caff\0\x01\0\0desc", "Core Audio Format (CAF)"),
        ("a.sln", b"#!AMR\n\x3c\x91\x17\x16\xbe\x66\x79", "AMR"),
        ("a", b"RIFF\x24\0\0\0AVI LIST", "AVI"),
        ("a", b"BW64\xff\xff\xff\xffWAVEds64", "WAV beyond 4 GB (BW64)"),
        ("a", &ts, "an MPEG transport stream (TS)"),
        ("a", b"{\"error\":\"quota exceeded\"}", "text (JSON)"),
        ("a.mp3", b"\n<!DOCTYPE html><html>", "text (HTML or XML)"),
        ("a.mp1", &[0x55; 100], "MPEG audio layer I"),
        ("a.wav", &gsm, "GSM 06.10 in WAV"),
        ("a.wav", &wav(0x1234, 8_000, 1, 8, &[], &[0; 10]), "WAV with the codec 0x1234"),
    ] {
        let (_, end) = play(&scratch.write(name, content), 8_000);
        assert_eq!(end, Err(AudioError::Unsupported { found: found.into() }), "{name}");
    }
}

#[test]
fn a_name_that_promises_a_header_is_not_played_as_noise() {
    let scratch = Scratch::new();
    for name in
        ["a.wav", "a.flac", "a.ogg", "a.opus", "a.webm", "a.m4a", "a.aiff", "a.mp3", "a.aac"]
    {
        let (samples, end) = play(&scratch.write(name, b"a quota was exceeded"), 8_000);
        assert_eq!(end.unwrap_err().code(), "ERR_CORRUPT_AUDIO", "{name}");
        assert!(samples.is_empty(), "{name}");
    }
}

#[test]
fn raw_audio_that_looks_like_mpeg_frames_by_chance_stays_raw() {
    let scratch = Scratch::new();
    let mut bytes = slin(&tone(1_000.0, 8_000, 0.5, 0.5));
    bytes[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0x64]);
    for name in ["a.sln", "a.raw", "a"] {
        let (samples, _) = play(&scratch.write(name, &bytes), 8_000);
        assert_eq!(samples.len(), 4_000, "{name}");
    }
}

#[test]
fn what_the_caller_says_goes_before_everything() {
    let samples = tone(1_000.0, 24_000, 0.5, 0.5);
    let stereo = RawFormat::new(Encoding::Float32, 24_000, 2).unwrap();
    let bytes = encode::float_32(&doubled(&samples));
    let mut source = open_bytes(Input::Memory(bytes.into()), Some(stereo), 8_000).unwrap();
    assert_eq!(source.sample_rate(), 24_000);
    assert_eq!(drain(source.as_mut()), (samples, Ok(())));
    // A header is then so many samples.
    let ulaw_8 = RawFormat::new(Encoding::Ulaw, 8_000, 1).unwrap();
    let mut source =
        open_bytes(Input::Memory(b"RIFF".to_vec().into()), Some(ulaw_8), 8_000).unwrap();
    assert_eq!(drain(source.as_mut()).0.len(), 4);
}

#[test]
fn raw_formats_that_nothing_has_are_refused() {
    for (encoding, rate, channels) in [
        (Encoding::Slin, 0, 1),
        (Encoding::Slin, 8_000, 0),
        (Encoding::Ulaw, 8_000, 33),
        (Encoding::Alaw, u32::MAX, 1),
        (Encoding::G722, 8_000, 1),
        (Encoding::Gsm, 8_000, 2),
    ] {
        let error = RawFormat::new(encoding, rate, channels).unwrap_err();
        assert_eq!(error.code(), "ERR_UNSUPPORTED_FORMAT");
    }
    assert_eq!(Encoding::from_name("PCMU"), Some(Encoding::Ulaw));
    assert_eq!(Encoding::from_name("speex"), None);
}

#[test]
fn a_stream_is_read_no_further_than_its_next_sound_needs() {
    // A speech service that streams raw audio: 20 ms come, and no more for now.
    let first = ulaw(&tone(1_000.0, 8_000, 0.02, 0.5));
    let format = RawFormat::new(Encoding::Ulaw, 8_000, 1).unwrap();
    let stream = Input::Stream(Box::new(Patient { chunks: vec![first] }));
    let mut source = open_bytes(stream, Some(format), 8_000).unwrap();
    let mut samples = Vec::new();
    assert_eq!(source.read(&mut samples), Ok(true));
    assert_eq!(samples.len(), 160);
}

#[test]
fn quiet_audio_that_starts_like_a_frame_is_not_waited_for() {
    // A sample of -1 is 0xff 0xff. The second chunk must not be needed to say what this is.
    struct Waiting(usize);
    impl Read for Waiting {
        fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
            let count = room.len().min(self.0);
            room[..count].fill(0xff);
            self.0 -= count;
            if count > 0 { Ok(count) } else { Err(std::io::ErrorKind::WouldBlock.into()) }
        }
    }
    let stream = Input::Stream(Box::new(Waiting(12)));
    assert!(open_bytes(stream, None, 8_000).is_ok());
}

#[test]
fn a_wav_that_is_still_being_written_plays_from_its_header_on() {
    for unknown in [0_u32, u32::MAX, 0x7fff_ffff, 0x7fff_f024] {
        let mut bytes = wav(1, 16_000, 1, 16, &[], &slin(&tone(1_000.0, 16_000, 0.5, 0.5)));
        bytes[4..8].copy_from_slice(&unknown.to_le_bytes());
        bytes[40..44].copy_from_slice(&unknown.to_le_bytes());
        let chunks = bytes.chunks(1_000).rev().map(<[u8]>::to_vec).collect();
        let stream = Input::Stream(Box::new(Patient { chunks }));
        let mut source = open_bytes(stream, None, 8_000).unwrap_or_else(|error| panic!("{error}"));
        let (samples, end) = drain(source.as_mut());
        assert_eq!((samples.len(), end), (8_000, Ok(())), "{unknown:x}");
    }
}

#[test]
fn every_format_but_whole_mp4_can_be_streamed() {
    let scratch = Scratch::new();
    let input = slin(&doubled(&tone(1_000.0, 44_100, 2.0, 0.5)));
    scratch.write("in.wav", &wav(1, 44_100, 2, 16, &[], &input));
    for name in ["a.mp3", "a.flac", "a.ogg", "a.opus", "a.webm", "a.aac", "a.aiff", "f.mp4"] {
        let more = if name == "f.mp4" { "-c:a aac -movflags frag_keyframe+empty_moov" } else { "" };
        if tools::run(scratch.dir(), &format!("ffmpeg -i in.wav {more} -y {name}")).is_none() {
            println!("skipped {name}: its encoder is not installed");
            continue;
        }
        let bytes = std::fs::read(scratch.path(name)).unwrap();
        let chunks = bytes.chunks(777).rev().map(<[u8]>::to_vec).collect();
        let stream = Input::Stream(Box::new(Patient { chunks }));
        let mut source =
            open_bytes(stream, None, 8_000).unwrap_or_else(|error| panic!("{name}: {error}"));
        let rate = source.sample_rate();
        let (samples, end) = drain(source.as_mut());
        assert_eq!(end, Ok(()), "{name}");
        let snr = fit(middle(&samples), 1_000.0, rate).snr;
        assert!(snr > 30.0, "{name}: {snr} dB");
    }
}

#[test]
fn an_mp3_is_heard_to_its_end_whatever_its_tag_says() {
    let scratch = Scratch::new();
    // Loud and busy first, then silence: what a guess from the first frames takes for far shorter.
    let noise = (0..24_000_u64).map(|n| (n * n * 7_919 % 65_521) as f32 / 65_521.0 - 0.5);
    let input: Vec<f32> = noise.chain(std::iter::repeat_n(0.0, 120_000)).collect();
    scratch.write("in.wav", &wav(1, 24_000, 1, 16, &[], &slin(&input)));
    let line = "ffmpeg -i in.wav -c:a libmp3lame -q:a 2 -write_xing";
    let made = [format!("{line} 0 -y bare.mp3"), format!("{line} 1 -y tagged.mp3")]
        .iter()
        .all(|line| tools::run(scratch.dir(), line).is_some());
    if !made {
        return println!("skipped: no encoder of MP3 is installed");
    }
    let bare = std::fs::read(scratch.path("bare.mp3")).unwrap();
    let tagged = std::fs::read(scratch.path("tagged.mp3")).unwrap();
    let count_at =
        8 + (0..400).find(|at| matches!(&tagged[*at..*at + 4], b"Xing" | b"Info")).unwrap();
    let with_count = |count: u32| {
        let mut bytes = tagged.clone();
        bytes[count_at..count_at + 4].copy_from_slice(&count.to_be_bytes());
        bytes
    };
    for (name, bytes) in [("bare", bare), ("none", with_count(0)), ("few", with_count(20))] {
        let (samples, end) = play(&scratch.write("a.mp3", &bytes), 24_000);
        assert_eq!(end, Ok(()), "{name}");
        assert!((144_000..147_000).contains(&samples.len()), "{name}: {}", samples.len());
    }
    // A tag that is right cuts off what the encoder added.
    let (samples, end) = play(&scratch.write("a.mp3", &tagged), 24_000);
    assert_eq!((samples.len(), end), (144_000, Ok(())));
}

#[test]
fn opus_in_mp4_is_heard_from_its_start() {
    let scratch = Scratch::new();
    scratch.write("in.wav", &wav(1, 48_000, 1, 16, &[], &slin(&tone(1_000.0, 48_000, 1.0, 0.5))));
    for more in ["", "-movflags frag_keyframe+empty_moov"] {
        let line = format!("ffmpeg -i in.wav -c:a libopus {more} -y a.mp4");
        if tools::run(scratch.dir(), &line).is_none() {
            return println!("skipped: no encoder of Opus is installed");
        }
        let bytes = std::fs::read(scratch.path("a.mp4")).unwrap();
        let streamed = || Input::Stream(Box::new(std::io::Cursor::new(bytes.clone())));
        let mut ways = vec![("file", Input::Memory(bytes.clone().into()))];
        if !more.is_empty() {
            ways.push(("stream", streamed()));
        }
        for (name, input) in ways {
            let (samples, end) = drain(open_bytes(input, None, 8_000).unwrap().as_mut());
            assert_eq!(end, Ok(()), "{name} {more}");
            assert!((7_990..8_200).contains(&samples.len()), "{name} {more}: {}", samples.len());
            let snr = fit(middle(&samples), 1_000.0, 8_000).snr;
            assert!(snr > 30.0, "{name} {more}: {snr} dB");
        }
    }
}

#[test]
fn tags_before_the_sound_are_passed_over() {
    let scratch = Scratch::new();
    let sound = wav(1, 8_000, 1, 16, &[], &slin(&tone(1_000.0, 8_000, 0.5, 0.5)));
    let tag = |size: usize| {
        let size_bytes = [21, 14, 7, 0].map(|shift| (size >> shift & 0x7f) as u8);
        [b"ID3\x04\0\0".as_slice(), &size_bytes, &vec![0x55; size]].concat()
    };
    let bytes = [tag(100), tag(300_000), sound].concat();
    let (samples, end) = play(&scratch.write("a.mp3", &bytes), 8_000);
    assert_eq!((samples.len(), end), (4_000, Ok(())));
    // From a stream as well, in pieces.
    let chunks = bytes.chunks(10_000).rev().map(<[u8]>::to_vec).collect();
    let mut source = open_bytes(Input::Stream(Box::new(Patient { chunks })), None, 8_000).unwrap();
    assert_eq!(drain(source.as_mut()).0.len(), 4_000);
}

#[test]
fn what_is_no_file_is_refused_at_once() {
    let scratch = Scratch::new();
    let code = |path: &Path| open_file(path, None, 8_000).err().unwrap();
    assert!(matches!(
        code(&scratch.path("none.wav")),
        AudioError::Io { errno: 2, syscall: "open", .. }
    ));
    assert!(matches!(code(scratch.dir()), AudioError::Io { errno: 21, syscall: "read", .. }));
    assert_eq!(code(Path::new("/dev/zero")).code(), "ERR_NOT_A_FILE");
}

#[test]
fn gsm_and_g722_decode_bit_for_bit_as_others_do() {
    let scratch = Scratch::new();
    let hum: Vec<f32> =
        (0..48_000).map(|n| ((n as f32 / 300.0).powi(2) * 0.1).sin() * 0.4).collect();
    scratch.write("in.wav", &wav(1, 16_000, 1, 16, &[], &slin(&hum)));
    for (name, encoder, decoder, rate) in [
        ("a.gsm", "sox in.wav -r 8000 a.gsm", "sox a.gsm -t s16 ref", 8_000),
        (
            "a.g722",
            "ffmpeg -i in.wav -f g722 -y a.g722",
            "ffmpeg -f g722 -i a.g722 -f s16le -y ref",
            16_000,
        ),
    ] {
        let made =
            tools::run(scratch.dir(), encoder).and_then(|()| tools::run(scratch.dir(), decoder));
        if made.is_none() {
            println!("skipped {name}: its encoder is not installed");
            continue;
        }
        let mut source = open_file(&scratch.path(name), None, 8_000).unwrap();
        assert_eq!(source.sample_rate(), rate);
        let reference = std::fs::read(scratch.path("ref")).unwrap();
        let heard = slin(&drain(source.as_mut()).0);
        assert_eq!(heard.len(), reference.len(), "{name}");
        // G.722 adapts: from another start it comes to the same within a second.
        let same_from = if name == "a.gsm" { 0 } else { 32_000 };
        assert!(heard[same_from..] == reference[same_from..], "{name}");
    }
}

#[test]
fn a_raw_file_is_entered_where_asked_for() {
    let scratch = Scratch::new();
    let samples = tone(100.0, 8_000, 1.0, 0.5);
    let mut source = open_file(&scratch.write("a.sln", &slin(&samples)), None, 8_000).unwrap();
    assert_eq!(source.skip_near(Duration::from_millis(250)), Duration::from_millis(250));
    assert_eq!(drain(source.as_mut()).0.len(), 6_000);
}

/// A stream that gives one chunk a read, the last first, and must not be read beyond its end.
struct Patient {
    chunks: Vec<Vec<u8>>,
}

impl Read for Patient {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let Some(chunk) = self.chunks.last_mut() else { return Ok(0) };
        let count = chunk.len().min(room.len());
        room[..count].copy_from_slice(&chunk[..count]);
        chunk.drain(..count);
        if chunk.is_empty() {
            self.chunks.pop();
        }
        Ok(count)
    }
}
