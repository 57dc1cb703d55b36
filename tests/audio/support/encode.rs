//! Encoders simple enough to write down.

use callstreams::audio::g711;

/// A WAV of any codec: `format` is the tag, `extra` what follows the 16 bytes of the header.
pub fn wav(format: u16, rate: u32, channels: u16, bits: u16, extra: &[u8], data: &[u8]) -> Vec<u8> {
    let align = channels.wrapping_mul(bits) / 8;
    let mut fmt = Vec::new();
    fmt.extend(format.to_le_bytes());
    fmt.extend(channels.to_le_bytes());
    fmt.extend(rate.to_le_bytes());
    fmt.extend(rate.wrapping_mul(u32::from(align)).to_le_bytes());
    fmt.extend(align.to_le_bytes());
    fmt.extend(bits.to_le_bytes());
    fmt.extend(extra);
    let chunks = [chunk(b"fmt ", &fmt), chunk(b"data", data)].concat();
    chunk(b"RIFF", &[b"WAVE".as_slice(), &chunks].concat())
}

/// A RIFF chunk, padded to an even length.
pub fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = [id.as_slice(), &(body.len() as u32).to_le_bytes(), body].concat();
    bytes.resize(bytes.len() + bytes.len() % 2, 0);
    bytes
}

/// An AIFF of 16-bit samples, one channel.
pub fn aiff(rate: u16, samples: &[f32]) -> Vec<u8> {
    let be_chunk = |id: &[u8; 4], body: &[u8]| {
        [id.as_slice(), &(body.len() as u32).to_be_bytes(), body].concat()
    };
    // The rate is an 80-bit float: for a whole number its exponent and its bits, left-aligned.
    let shift = u64::from(rate).leading_zeros();
    let mut comm = vec![0, 1];
    comm.extend((samples.len() as u32).to_be_bytes());
    comm.extend([0, 16]);
    comm.extend((16_383 + 63 - shift as u16).to_be_bytes());
    comm.extend((u64::from(rate) << shift).to_be_bytes());
    let data: Vec<u8> = samples.iter().flat_map(|s| to_i16(*s).to_be_bytes()).collect();
    let ssnd = [[0_u8; 8].as_slice(), &data].concat();
    let chunks = [be_chunk(b"COMM", &comm), be_chunk(b"SSND", &ssnd)].concat();
    be_chunk(b"FORM", &[b"AIFF".as_slice(), &chunks].concat())
}

pub fn slin(samples: &[f32]) -> Vec<u8> {
    samples.iter().flat_map(|sample| to_i16(*sample).to_le_bytes()).collect()
}

pub fn ulaw(samples: &[f32]) -> Vec<u8> {
    samples.iter().map(|sample| g711::linear_to_ulaw(to_i16(*sample))).collect()
}

pub fn alaw(samples: &[f32]) -> Vec<u8> {
    samples.iter().map(|sample| g711::linear_to_alaw(to_i16(*sample))).collect()
}

pub fn unsigned_8(samples: &[f32]) -> Vec<u8> {
    samples.iter().map(|sample| (sample * 127.0 + 128.0).round() as u8).collect()
}

pub fn signed_24(samples: &[f32]) -> Vec<u8> {
    let bytes = |sample: &f32| ((sample * 8_388_607.0) as i32).to_le_bytes();
    samples.iter().map(bytes).flat_map(|[a, b, c, _]| [a, b, c]).collect()
}

pub fn signed_32(samples: &[f32]) -> Vec<u8> {
    let scaled = |sample: &f32| (f64::from(*sample) * 2_147_483_647.0) as i32;
    samples.iter().flat_map(|sample| scaled(sample).to_le_bytes()).collect()
}

pub fn float_32(samples: &[f32]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

pub fn float_64(samples: &[f32]) -> Vec<u8> {
    samples.iter().flat_map(|sample| f64::from(*sample).to_le_bytes()).collect()
}

/// Every sample twice: left and right.
pub fn doubled(samples: &[f32]) -> Vec<f32> {
    samples.iter().flat_map(|sample| [*sample, *sample]).collect()
}

pub fn to_i16(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}
