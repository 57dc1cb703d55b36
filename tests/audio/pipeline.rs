//! What a call takes of a source: gain, start, duration, rounds, ends.

use std::time::Duration;

use callstreams::audio::{
    AudioError, Input, Pipeline, PlayOptions, RawFormat, Source, open_bytes, open_file,
};

use crate::support::encode::{doubled, slin, wav};
use crate::support::measure::{db, fit, middle, rms};
use crate::support::scratch::Scratch;
use crate::support::{drain_pipeline, tone, tools};

const ONCE: PlayOptions =
    PlayOptions { gain_db: 0.0, start: Duration::ZERO, duration: None, repeat: Some(1) };

#[test]
fn gain_is_in_db_and_saturates() {
    for (gain_db, expected) in [(0.0, 0.25), (6.0, 0.499), (-6.0, 0.1253), (-40.0, 0.0025)] {
        let (samples, _) = through(&tone(500.0, 8_000, 0.5, 0.25), PlayOptions { gain_db, ..ONCE });
        let amplitude = fit(&samples, 500.0, 8_000).amplitude;
        assert!(db(amplitude / expected).abs() < 0.1, "{gain_db} dB: {amplitude}");
    }
    let (samples, _) =
        through(&tone(500.0, 8_000, 0.5, 0.5), PlayOptions { gain_db: 40.0, ..ONCE });
    assert!(rms(&samples) > 0.9 && samples.iter().all(|sample| sample.abs() <= 1.0));
    let (samples, _) =
        through(&tone(500.0, 8_000, 0.5, 0.5), PlayOptions { gain_db: f32::NAN, ..ONCE });
    assert!((rms(&samples) - 0.3535).abs() < 0.01, "no number is no gain");
}

#[test]
fn start_and_duration_cut_to_the_sample() {
    let ramp: Vec<f32> = (0..8_000).map(|n| n as f32 / 32_768.0).collect();
    let cut = |start, duration| {
        let start = Duration::from_millis(start);
        let duration = Duration::from_millis(duration);
        through(&ramp, PlayOptions { start, duration: Some(duration), ..ONCE }).0
    };
    assert_eq!(cut(0, 100), ramp[..800]);
    assert_eq!(cut(500, 250), ramp[4_000..6_000]);
    assert_eq!(cut(900, 5_000), ramp[7_200..]);
    assert_eq!(cut(5_000, 100), [0.0; 0]);
    assert_eq!(cut(0, 0), [0.0; 0]);
}

#[test]
fn rounds_follow_each_other_without_a_seam() {
    // 100 ms of 1 kHz are whole periods: repeated, they are one long tone.
    let options = PlayOptions { repeat: Some(10), ..ONCE };
    let scratch = Scratch::new();
    let bytes = wav(1, 16_000, 1, 16, &[], &slin(&tone(1_000.0, 16_000, 0.1, 0.5)));
    let path = scratch.write("a.wav", &bytes);
    let mut pipeline =
        Pipeline::new(move || open_file(&path, None, 8_000), 8_000, options).unwrap();
    let (samples, end) = drain_pipeline(&mut pipeline);
    assert_eq!((samples.len(), end), (8_000, Ok(())));
    let heard = fit(middle(&samples), 1_000.0, 8_000);
    assert!(heard.snr > 80.0, "{} dB", heard.snr);
}

#[test]
fn for_ever_goes_on_and_nothing_for_ever_ends() {
    let (mut pipeline, mut bytes) =
        (raw(&[0.5; 10], PlayOptions { repeat: None, ..ONCE }), Vec::new());
    assert_eq!(pipeline.read(16_000, &mut bytes), Ok(true));
    while bytes.len() < 16_000 {
        assert_eq!(pipeline.read(16_000 - bytes.len(), &mut bytes), Ok(true));
    }
    let (samples, end) = through(&[], PlayOptions { repeat: None, ..ONCE });
    assert_eq!((samples.len(), end), (0, Ok(())));
    let none = PlayOptions { repeat: Some(0), ..ONCE };
    assert_eq!(through(&[0.5; 10], none), (Vec::new(), Ok(())));
}

#[test]
fn a_source_that_comes_once_cannot_be_repeated() {
    let bytes = slin(&[0.5; 80]).into();
    let source = open_bytes(Input::Memory(bytes), None, 8_000).unwrap();
    let options = PlayOptions { repeat: Some(2), ..ONCE };
    let mut pipeline = Pipeline::once(source, 8_000, options).unwrap();
    let (samples, end) = drain_pipeline(&mut pipeline);
    assert_eq!(samples.len(), 80, "the first round is given");
    assert_eq!(end, Err(AudioError::NotRepeatable));
}

#[test]
fn any_piece_may_be_asked_for() {
    let whole = through(&tone(440.0, 8_000, 0.2, 0.5), ONCE).0;
    for max in [2, 3, 7, 320, 321, 1 << 20] {
        let (mut pipeline, mut bytes) = (raw(&tone(440.0, 8_000, 0.2, 0.5), ONCE), Vec::new());
        while pipeline.read(max, &mut bytes).unwrap() {}
        assert_eq!(bytes, slin(&whole), "{max}");
    }
}

#[test]
fn what_comes_before_an_error_is_given_and_the_error_once() {
    struct Breaking(u32);
    impl Source for Breaking {
        fn sample_rate(&self) -> u32 {
            16_000
        }
        fn read(&mut self, out: &mut Vec<f32>) -> Result<bool, AudioError> {
            self.0 += 1;
            out.extend([0.25; 160]);
            if self.0 < 5 {
                Ok(true)
            } else {
                Err(AudioError::Corrupt { message: "broken".into() })
            }
        }
    }
    let mut pipeline = Pipeline::once(Box::new(Breaking(0)), 8_000, ONCE).unwrap();
    let (samples, end) = drain_pipeline(&mut pipeline);
    assert_eq!((samples.len(), end.unwrap_err().code().as_str()), (400, "ERR_CORRUPT_AUDIO"));
    assert_eq!(pipeline.read(320, &mut Vec::new()), Ok(false));
}

#[test]
fn a_source_that_changes_its_rate_keeps_its_pitch() {
    struct Chained(u32);
    impl Source for Chained {
        fn sample_rate(&self) -> u32 {
            if self.0 <= 25 { 16_000 } else { 44_100 }
        }
        fn read(&mut self, out: &mut Vec<f32>) -> Result<bool, AudioError> {
            self.0 += 1;
            out.extend(tone(1_000.0, self.sample_rate(), 0.02, 0.5));
            Ok(self.0 < 50)
        }
    }
    let mut pipeline = Pipeline::once(Box::new(Chained(0)), 8_000, ONCE).unwrap();
    let (samples, _) = drain_pipeline(&mut pipeline);
    assert_eq!(samples.len(), 8_000);
    for half in samples.chunks(4_000) {
        assert!(fit(middle(half), 1_000.0, 8_000).snr > 80.0);
    }
}

#[test]
fn a_start_far_into_a_file_is_found_without_decoding_what_lies_before() {
    let scratch = Scratch::new();
    // A tone of 500 Hz for 20 s, then of 1,500 Hz.
    let both = [tone(500.0, 44_100, 20.0, 0.5), tone(1_500.0, 44_100, 5.0, 0.5)].concat();
    scratch.write("in.wav", &wav(1, 44_100, 2, 16, &[], &slin(&doubled(&both))));
    for name in ["in.wav", "a.mp3", "a.flac", "a.ogg", "a.opus", "a.m4a", "a.aac"] {
        if name != "in.wav"
            && tools::run(scratch.dir(), &format!("ffmpeg -i in.wav -y {name}")).is_none()
        {
            println!("skipped {name}: its encoder is not installed");
            continue;
        }
        let path = scratch.path(name);
        let options = PlayOptions {
            start: Duration::from_millis(19_500),
            duration: Some(Duration::from_secs(1)),
            ..ONCE
        };
        let mut pipeline =
            Pipeline::new(move || open_file(&path, None, 8_000), 8_000, options).unwrap();
        let (samples, end) = drain_pipeline(&mut pipeline);
        assert_eq!((samples.len(), end), (8_000, Ok(())), "{name}");
        let (before, after) = samples.split_at(4_000);
        let (before, after) =
            (fit(&before[..3_200], 500.0, 8_000).snr, fit(&after[800..], 1_500.0, 8_000).snr);
        assert!(before > 20.0 && after > 20.0, "{name}: {before} dB, {after} dB");
    }
}

fn raw(samples: &[f32], options: PlayOptions) -> Pipeline {
    let bytes = bytes::Bytes::from(slin(samples));
    let open =
        move || open_bytes(Input::Memory(bytes.clone()), Some(RawFormat::slin(8_000)), 8_000);
    Pipeline::new(open, 8_000, options).unwrap()
}

fn through(samples: &[f32], options: PlayOptions) -> (Vec<f32>, Result<(), AudioError>) {
    drain_pipeline(&mut raw(samples, options))
}
