//! How well sample rates are changed.

use callstreams::audio::Resampler;

use crate::support::encode::slin;
use crate::support::measure::{db, fit, middle, rms};
use crate::support::{samples_of, tone};

const RATES: [u32; 9] = [8_000, 12_000, 16_000, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000];

#[test]
fn a_tone_that_goes_from_8_to_16_and_back_keeps_its_level_and_stays_clean() {
    let input = tone(1_000.0, 8_000, 2.0, 0.5);
    let there = convert(&input, 8_000, 16_000, 160);
    let back = convert(&there, 16_000, 8_000, 320);
    let heard = fit(middle(&back), 1_000.0, 8_000);
    assert!(db(heard.amplitude / 0.5).abs() < 0.01, "{} dB", db(heard.amplitude / 0.5));
    assert!(heard.snr > 90.0, "{} dB", heard.snr);
}

#[test]
fn the_same_holds_for_16_bit_frames_as_calls_carry_them() {
    let mut up = Resampler::live(8_000, 16_000).unwrap();
    let mut down = Resampler::live(16_000, 8_000).unwrap();
    let (mut wide, mut narrow) = (Vec::new(), Vec::new());
    for frame in slin(&tone(1_000.0, 8_000, 2.0, 0.5)).chunks(320) {
        let (had, had_wide) = (narrow.len(), wide.len());
        up.process_pcm(frame, &mut wide);
        assert_eq!(wide.len() - had_wide, 640, "20 ms are 20 ms");
        down.process_pcm(&wide[had_wide..], &mut narrow);
        assert_eq!(narrow.len() - had, 320, "20 ms are 20 ms");
    }
    let heard = fit(middle(&samples_of(&narrow)), 1_000.0, 8_000);
    assert!(db(heard.amplitude / 0.5).abs() < 0.1, "{} dB", db(heard.amplitude / 0.5));
    assert!(heard.snr > 60.0, "{} dB", heard.snr);
}

#[test]
fn nothing_above_the_new_rates_half_folds_back() {
    for (from, to) in pairs().filter(|(from, to)| from > to) {
        for part in [0.505, 0.55, 0.65, 0.8, 0.95, 1.3] {
            let hz = part * f64::from(to);
            if hz < f64::from(from) * 0.49 {
                let out = convert(&tone(hz, from, 0.1, 0.5), from, to, from as usize / 50);
                let level = db(rms(middle(&out)) / 0.5_f64.powf(1.5));
                assert!(level < -70.0, "{hz} Hz from {from} to {to}: {level} dB");
            }
        }
    }
}

#[test]
fn nothing_appears_above_the_old_rates_half() {
    for (from, to) in pairs().filter(|(from, to)| from < to) {
        for part in [0.05, 0.2, 0.35, 0.425] {
            let hz = part * f64::from(from);
            let out = convert(&tone(hz, from, 0.1, 0.5), from, to, from as usize / 50);
            let heard = fit(middle(&out), hz, to);
            assert!(heard.snr > 70.0, "{hz} Hz from {from} to {to}: {} dB", heard.snr);
        }
    }
}

#[test]
fn the_telephone_band_passes_flat() {
    for (from, to) in pairs() {
        for part in [0.01, 0.1, 0.25, 0.4, 0.425] {
            let hz = part * f64::from(from.min(to));
            let out = convert(&tone(hz, from, 0.1, 0.5), from, to, from as usize / 50);
            let level = db(fit(middle(&out), hz, to).amplitude / 0.5);
            assert!(level.abs() < 0.05, "{hz} Hz from {from} to {to}: {level} dB");
        }
    }
}

#[test]
fn rates_that_hardly_divide_are_as_clean() {
    for (from, to) in [(11_025, 16_000), (44_056, 8_000), (44_101, 8_000), (7_999, 48_000)] {
        let out = convert(&tone(1_000.0, from, 1.0, 0.5), from, to, 441);
        let heard = fit(middle(&out), 1_000.0, to);
        assert!(heard.snr > 80.0, "from {from} to {to}: {} dB", heard.snr);
        assert!(db(heard.amplitude / 0.5).abs() < 0.01);
    }
}

#[test]
fn where_the_pieces_end_cannot_be_heard() {
    for (from, to) in [(8_000, 16_000), (44_100, 8_000), (11_025, 16_000), (16_000, 16_000)] {
        let input = tone(700.0, from, 0.3, 0.5);
        let whole = convert(&input, from, to, input.len());
        for piece in [1, 7, 160, 1_152] {
            assert_eq!(convert(&input, from, to, piece), whole, "{piece} from {from} to {to}");
        }
    }
}

#[test]
fn a_recording_keeps_its_length_and_its_start() {
    for (from, to) in pairs().chain([(11_025, 16_000), (44_101, 8_000)]) {
        let mut input = vec![0.0; from as usize / 10];
        // A click at 50 ms.
        let at = from as usize / 20;
        input[at] = 1.0;
        let out = convert(&input, from, to, 333);
        assert_eq!(
            out.len(),
            (input.len() as u64 * u64::from(to)).div_ceil(u64::from(from)) as usize
        );
        let loudest =
            (0..out.len()).max_by(|a, b| out[*a].abs().total_cmp(&out[*b].abs())).unwrap();
        let expected = at as f64 * f64::from(to) / f64::from(from);
        assert!((loudest as f64 - expected).abs() <= 1.0, "{loudest} for {expected}");
    }
}

#[test]
fn a_live_resampler_is_late_by_what_it_says() {
    for (from, to) in [(8_000, 16_000), (16_000, 8_000), (44_100, 8_000), (48_000, 16_000)] {
        let mut resampler = Resampler::live(from, to).unwrap();
        assert!(resampler.latency().as_micros() <= 4_100, "{:?}", resampler.latency());
        let mut input = vec![0.0; from as usize / 10];
        input[0] = 1.0;
        let mut out = Vec::new();
        resampler.process(&input, &mut out);
        let loudest =
            (0..out.len()).max_by(|a, b| out[*a].abs().total_cmp(&out[*b].abs())).unwrap();
        let expected = resampler.latency().as_secs_f64() * f64::from(to);
        assert!((loudest as f64 - expected).abs() <= 1.0, "{loudest} for {expected}");
    }
}

#[test]
fn silence_stays_silence_and_full_scale_does_not_wrap() {
    let mut resampler = Resampler::live(8_000, 16_000).unwrap();
    let mut out = Vec::new();
    resampler.process_pcm(&[0; 320], &mut out);
    assert!(out.iter().all(|byte| *byte == 0));
    // A square wave overshoots: it must saturate.
    let square: Vec<f32> = (0..800).map(|n| if n / 20 % 2 == 0 { 0.999 } else { -1.0 }).collect();
    out.clear();
    resampler.process_pcm(&slin(&square), &mut out);
    let heard = samples_of(&out);
    assert!(heard.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 1.5), "no jump from + to -");
}

#[test]
fn rates_that_no_audio_has_are_refused() {
    for (from, to) in [(0, 8_000), (8_000, 0), (999, 8_000), (u32::MAX, 8_000), (8_000, 768_001)] {
        assert_eq!(Resampler::live(from, to).unwrap_err().code(), "ERR_UNSUPPORTED_FORMAT");
    }
}

fn convert(input: &[f32], from: u32, to: u32, piece: usize) -> Vec<f32> {
    let mut resampler = Resampler::aligned(from, to).unwrap();
    let mut out = Vec::new();
    for piece in input.chunks(piece) {
        resampler.process(piece, &mut out);
    }
    resampler.finish(&mut out);
    out
}

fn pairs() -> impl Iterator<Item = (u32, u32)> {
    let all = RATES.iter().flat_map(|from| RATES.iter().map(move |to| (*from, *to)));
    all.filter(|(from, to)| from != to)
}
