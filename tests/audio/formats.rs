//! Every format: how loud, how long and how high what it decodes to is.

use std::path::PathBuf;

use crate::support::encode::{self, doubled};
use crate::support::measure::{db, fit, middle};
use crate::support::scratch::Scratch;
use crate::support::{play, tone, tools};

/// A file of one second of a 1 kHz tone, and what may come of it.
struct Row {
    file: &'static str,
    /// How it is made: by the encoders here, or by a command of which `in.wav` is the input.
    made: Made,
    /// How much louder or softer it may be, in dB.
    level: f64,
    /// How far the tone stands above all else, in dB.
    snr: f64,
    /// How much longer or shorter it may be, in ms.
    length: f64,
}

enum Made {
    Here(fn() -> Vec<u8>),
    By(&'static str),
}

use Made::{By, Here};

const HZ: f64 = 1_000.0;
const SECONDS: f64 = 1.0;
const AMPLITUDE: f64 = 0.5;

fn at(rate: u32) -> Vec<f32> {
    tone(HZ, rate, SECONDS, AMPLITUDE)
}

const fn row(file: &'static str, made: Made, level: f64, snr: f64, length: f64) -> Row {
    Row { file, made, level, snr, length }
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("8.wav", Here(|| encode::wav(1, 22_050, 1, 8, &[], &encode::unsigned_8(&at(22_050)))), 0.1, 40.0, 0.2),
    row("16.wav", Here(|| encode::wav(1, 8_000, 1, 16, &[], &encode::slin(&at(8_000)))), 0.01, 80.0, 0.2),
    row("16-stereo.wav", Here(|| encode::wav(1, 44_100, 2, 16, &[], &encode::slin(&doubled(&at(44_100))))), 0.01, 80.0, 0.2),
    row("24.wav", Here(|| encode::wav(1, 48_000, 1, 24, &[], &encode::signed_24(&at(48_000)))), 0.01, 80.0, 0.2),
    row("32.wav", Here(|| encode::wav(1, 96_000, 1, 32, &[], &encode::signed_32(&at(96_000)))), 0.01, 80.0, 0.2),
    row("float.wav", Here(|| encode::wav(3, 24_000, 1, 32, &[0, 0], &encode::float_32(&at(24_000)))), 0.01, 80.0, 0.2),
    row("double.wav", Here(|| encode::wav(3, 192_000, 1, 64, &[0, 0], &encode::float_64(&at(192_000)))), 0.01, 80.0, 0.2),
    row("alaw.wav", Here(|| encode::wav(6, 8_000, 1, 8, &[0, 0], &encode::alaw(&at(8_000)))), 0.1, 33.0, 0.2),
    row("ulaw.wav", Here(|| encode::wav(7, 8_000, 1, 8, &[0, 0], &encode::ulaw(&at(8_000)))), 0.1, 33.0, 0.2),
    row("ms-adpcm.wav", By("ffmpeg -i in.wav -c:a adpcm_ms -y ms-adpcm.wav"), 0.1, 25.0, 60.0),
    row("ima-adpcm.wav", By("ffmpeg -i in.wav -c:a adpcm_ima_wav -y ima-adpcm.wav"), 0.1, 25.0, 60.0),
    row("extensible.wav", By("sox in.wav -b 24 extensible.wav"), 0.01, 80.0, 0.2),
    row("5.1.wav", By("ffmpeg -i in.wav -af pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0 -y 5.1.wav"), 0.1, 80.0, 0.2),
    row("here.aiff", Here(|| encode::aiff(44_100, &at(44_100))), 0.01, 80.0, 0.2),
    row("sox.aiff", By("sox in.wav sox.aiff"), 0.01, 80.0, 0.2),
    row("sowt.aifc", By("ffmpeg -i in.wav -c:a pcm_s16le -f aiff -y sowt.aifc"), 0.01, 80.0, 0.2),
    row("ulaw.aifc", By("ffmpeg -i in.wav -c:a pcm_mulaw -f aiff -y ulaw.aifc"), 0.1, 35.0, 0.2),
    row("cbr.mp3", By("lame --quiet -b 64 in.wav cbr.mp3"), 0.5, 40.0, 0.2),
    row("vbr.mp3", By("lame --quiet -V 4 in.wav vbr.mp3"), 0.1, 40.0, 0.2),
    row("low.mp3", By("lame --quiet -m m --resample 8 -b 16 in.wav low.mp3"), 0.6, 40.0, 170.0),
    row("tagged.mp3", By("lame --quiet --id3v2-only --tt Title in.wav tagged.mp3"), 0.5, 40.0, 0.2),
    row("ffmpeg.mp3", By("ffmpeg -i in.wav -y ffmpeg.mp3"), 0.5, 40.0, 0.2),
    row("flac.flac", By("flac --silent in.wav -o flac.flac"), 0.01, 80.0, 0.2),
    row("24.flac", By("ffmpeg -i in.wav -sample_fmt s32 -y 24.flac"), 0.01, 80.0, 0.2),
    row("flac.oga", By("ffmpeg -i in.wav -c:a flac -f ogg -y flac.oga"), 0.01, 80.0, 0.2),
    row("vorbis.ogg", By("oggenc --quiet in.wav -o vorbis.ogg"), 0.1, 35.0, 0.2),
    row("mono.ogg", By("oggenc --quiet --downmix --resample 16000 in.wav -o mono.ogg"), 0.1, 22.0, 0.2),
    row("speech.opus", By("opusenc --quiet --speech --bitrate 24 --downmix-mono in.wav speech.opus"), 0.3, 20.0, 0.2),
    row("music.opus", By("opusenc --quiet --music --bitrate 96 in.wav music.opus"), 0.1, 35.0, 0.2),
    row("short-frames.opus", By("opusenc --quiet --framesize 2.5 --bitrate 96 in.wav short-frames.opus"), 0.2, 22.0, 0.2),
    row("long-frames.opus", By("opusenc --quiet --framesize 60 --bitrate 32 in.wav long-frames.opus"), 0.3, 20.0, 0.2),
    row("opus.webm", By("ffmpeg -i in.wav -c:a libopus -b:a 64k -y opus.webm"), 0.1, 30.0, 21.0),
    row("vorbis.webm", By("ffmpeg -i in.wav -c:a libvorbis -y vorbis.webm"), 0.1, 35.0, 25.0),
    row("opus.mka", By("ffmpeg -i in.wav -c:a libopus -b:a 64k -y opus.mka"), 0.1, 30.0, 21.0),
    row("aac.m4a", By("ffmpeg -i in.wav -c:a aac -b:a 96k -y aac.m4a"), 0.1, 32.0, 0.2),
    row("faststart.m4a", By("ffmpeg -i in.wav -c:a aac -b:a 96k -movflags +faststart -y faststart.m4a"), 0.1, 32.0, 0.2),
    row("fragmented.mp4", By("ffmpeg -i in.wav -c:a aac -b:a 96k -movflags frag_keyframe+empty_moov -y fragmented.mp4"), 0.1, 32.0, 50.0),
    row("alac.m4a", By("ffmpeg -i in.wav -c:a alac -y alac.m4a"), 0.01, 80.0, 0.2),
    row("adts.aac", By("ffmpeg -i in.wav -c:a aac -b:a 96k -y adts.aac"), 0.1, 32.0, 50.0),
    row("tone.sln", Here(|| encode::slin(&at(8_000))), 0.01, 80.0, 0.2),
    row("tone.raw", Here(|| encode::slin(&at(8_000))), 0.01, 80.0, 0.2),
    row("tone.xyz", Here(|| encode::slin(&at(8_000))), 0.01, 80.0, 0.2),
    row("tone", Here(|| encode::slin(&at(8_000))), 0.01, 80.0, 0.2),
    row("tone.sln8", Here(|| encode::slin(&at(8_000))), 0.01, 80.0, 0.2),
    row("tone.sln12", Here(|| encode::slin(&at(12_000))), 0.01, 80.0, 0.2),
    row("tone.sln16", Here(|| encode::slin(&at(16_000))), 0.01, 80.0, 0.2),
    row("tone.sln24", Here(|| encode::slin(&at(24_000))), 0.01, 80.0, 0.2),
    row("tone.sln32", Here(|| encode::slin(&at(32_000))), 0.01, 80.0, 0.2),
    row("tone.sln44", Here(|| encode::slin(&at(44_100))), 0.01, 80.0, 0.2),
    row("tone.sln48", Here(|| encode::slin(&at(48_000))), 0.01, 80.0, 0.2),
    row("tone.sln96", Here(|| encode::slin(&at(96_000))), 0.01, 80.0, 0.2),
    row("tone.sln192", Here(|| encode::slin(&at(192_000))), 0.01, 80.0, 0.2),
    row("tone.ulaw", Here(|| encode::ulaw(&at(8_000))), 0.1, 33.0, 0.2),
    row("tone.ul", Here(|| encode::ulaw(&at(8_000))), 0.1, 33.0, 0.2),
    row("tone.pcm", Here(|| encode::ulaw(&at(8_000))), 0.1, 33.0, 0.2),
    row("tone.alaw", Here(|| encode::alaw(&at(8_000))), 0.1, 33.0, 0.2),
    row("tone.AL", Here(|| encode::alaw(&at(8_000))), 0.1, 33.0, 0.2),
    row("tone.g722", By("ffmpeg -i in.wav -ac 1 -ar 16000 -c:a g722 -f g722 -y tone.g722"), 0.2, 30.0, 2.0),
    row("tone.gsm", By("sox in.wav -r 8000 -c 1 tone.gsm"), 1.0, 12.0, 25.0),
];

#[test]
fn every_format_sounds_as_it_was_recorded() {
    let scratch = Scratch::new();
    let input = encode::slin(&doubled(&at(44_100)));
    scratch.write("in.wav", &encode::wav(1, 44_100, 2, 16, &[], &input));
    let wrong: Vec<String> = ROWS.iter().filter_map(|row| check(row, &scratch).err()).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn check(row: &Row, scratch: &Scratch) -> Result<(), String> {
    let Some(path) = make(row, scratch) else {
        println!("skipped {}: its encoder is not installed", row.file);
        return Ok(());
    };
    let (samples, end) = play(&path, 8_000);
    let wrong = |what: String| Err(format!("{}: {what}", row.file));
    if let Err(error) = end {
        return wrong(format!("{error} ({})", error.code()));
    }
    let length = (samples.len() as f64 / 8.0 - SECONDS * 1_000.0).abs();
    let heard = fit(middle(&samples), HZ, 8_000);
    let level = db(heard.amplitude / AMPLITUDE);
    println!("{:20} {level:+.3} dB, SNR {:.1} dB, {length:.2} ms off", row.file, heard.snr);
    if !(level.abs() <= row.level && heard.snr >= row.snr && length <= row.length) {
        return wrong(format!("{level:+.3} dB, SNR {:.1} dB, {length:.2} ms off", heard.snr));
    }
    Ok(())
}

fn make(row: &Row, scratch: &Scratch) -> Option<PathBuf> {
    match row.made {
        Here(encode) => Some(scratch.write(row.file, &encode())),
        By(command) => tools::run(scratch.dir(), command).map(|()| scratch.path(row.file)),
    }
}
