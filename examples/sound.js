"use strict";

/**
 * Sound as the tests need it: making tones, and measuring what came back.
 * All PCM is signed 16-bit little-endian mono in a Buffer; pure functions, no I/O.
 */

const FULL_SCALE = 32768;
const BYTES_PER_SAMPLE = 2;
/** Quieter than this is silence: far below any tone of the tests, far above dither. */
const SILENCE_DB = -50;

/** A sine of `freq` Hz; `amplitude` is a share of full scale. */
function tone(freq, ms, rate, amplitude = 0.3) {
  return synthesize(ms, rate, (t) => amplitude * Math.sin(2 * Math.PI * freq * t));
}

/**
 * A sine that glides from one frequency to another. No two stretches of it are alike, so that a
 * frame lost, doubled or out of order cannot hide behind the period of a tone.
 */
function sweep(fromHz, toHz, ms, rate, amplitude = 0.3) {
  const slope = (toHz - fromHz) / (ms / 1000);
  const phase = (t) => 2 * Math.PI * (fromHz * t + (slope * t * t) / 2);
  return synthesize(ms, rate, (t) => amplitude * Math.sin(phase(t)));
}

function silence(ms, rate) {
  return Buffer.alloc(samplesIn(ms, rate) * BYTES_PER_SAMPLE);
}

function durationMs(pcm, rate) {
  return (sampleCount(pcm) * 1000) / rate;
}

/** Loudness against full scale; a full-scale sine is -3 dB, digital silence -Infinity. */
function rmsDb(pcm) {
  const count = sampleCount(pcm);
  if (count === 0) {
    return -Infinity;
  }
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += sampleAt(pcm, i) ** 2;
  }
  return 20 * Math.log10(Math.sqrt(sum / count) / FULL_SCALE);
}

/**
 * The frequency of the loud part of `pcm` in Hz, from its rising zero crossings. Crossings are
 * interpolated between samples, so one second of a pure tone is good to a small part of a hertz.
 */
function frequency(pcm, rate) {
  const crossings = risingCrossings(loudPart(pcm, rate));
  if (crossings.length < 2) {
    return NaN;
  }
  const periods = crossings.length - 1;
  return (periods * rate) / (crossings[periods] - crossings[0]);
}

/** From the first to the last sample above the threshold, or null when all is silent. */
function speechSpan(pcm, rate, { thresholdDb = SILENCE_DB } = {}) {
  const limit = amplitudeOf(thresholdDb);
  const loud = (i) => Math.abs(sampleAt(pcm, i)) > limit;
  let first = 0;
  let last = sampleCount(pcm) - 1;
  while (first <= last && !loud(first)) {
    first++;
  }
  while (last > first && !loud(last)) {
    last--;
  }
  if (first > last) {
    return null;
  }
  const [startMs, endMs] = [(first * 1000) / rate, ((last + 1) * 1000) / rate];
  return { startMs, endMs, ms: endMs - startMs };
}

/** The silent stretches of at least `minMs` between the first and the last sound. */
function gaps(pcm, rate, { thresholdDb = SILENCE_DB, minMs = 5 } = {}) {
  const limit = amplitudeOf(thresholdDb);
  const sound = loudPart(pcm, rate, thresholdDb);
  const found = [];
  let from = 0;
  for (let i = 0; i < sampleCount(sound); i++) {
    if (Math.abs(sampleAt(sound, i)) <= limit) {
      continue;
    }
    const ms = ((i - from) * 1000) / rate;
    if (ms >= minMs) {
      found.push({ startMs: (from * 1000) / rate, ms });
    }
    from = i + 1;
  }
  return found;
}

/** Where `needle` begins within `haystack`, in samples; -1 when it is not there whole. */
function indexOfPcm(haystack, needle) {
  let at = haystack.indexOf(needle);
  // A match on an odd byte is two half samples, not a sample.
  while (at !== -1 && at % BYTES_PER_SAMPLE !== 0) {
    at = haystack.indexOf(needle, at + 1);
  }
  return at === -1 ? -1 : at / BYTES_PER_SAMPLE;
}

function synthesize(ms, rate, at) {
  const count = samplesIn(ms, rate);
  const pcm = Buffer.alloc(count * BYTES_PER_SAMPLE);
  for (let i = 0; i < count; i++) {
    const value = Math.round(at(i / rate) * (FULL_SCALE - 1));
    pcm.writeInt16LE(value, i * BYTES_PER_SAMPLE);
  }
  return pcm;
}

function loudPart(pcm, rate, thresholdDb = SILENCE_DB) {
  const span = speechSpan(pcm, rate, { thresholdDb });
  if (!span) {
    return Buffer.alloc(0);
  }
  const byteAt = (ms) => samplesIn(ms, rate) * BYTES_PER_SAMPLE;
  return pcm.subarray(byteAt(span.startMs), byteAt(span.endMs));
}

function risingCrossings(pcm) {
  const found = [];
  for (let i = 1; i < sampleCount(pcm); i++) {
    const [before, after] = [sampleAt(pcm, i - 1), sampleAt(pcm, i)];
    if (before < 0 && after >= 0) {
      found.push(i - after / (after - before));
    }
  }
  return found;
}

function amplitudeOf(db) {
  return FULL_SCALE * 10 ** (db / 20);
}

function sampleAt(pcm, index) {
  return pcm.readInt16LE(index * BYTES_PER_SAMPLE);
}

function sampleCount(pcm) {
  return Math.floor(pcm.length / BYTES_PER_SAMPLE);
}

function samplesIn(ms, rate) {
  return Math.round((ms * rate) / 1000);
}

module.exports = {
  tone,
  sweep,
  silence,
  durationMs,
  rmsDb,
  frequency,
  speechSpan,
  gaps,
  indexOfPcm
};
