"use strict";

/**
 * A pattern in the audio that is known again when it comes back.
 *
 * Each frame of 20 ms is 20 waves of 1 kHz, a bit each by its phase: a number of ten bits, and ten more that
 * follow from it. G.711, another rate on the way and a changed loudness leave it readable; other sound over
 * it does not. Pure functions and one state machine, no clock.
 */

const FRAME_MS = 20;
const BITS = 20;
const NUMBERS = 1024;
const LEVEL = 3000;
/** Softer than this is silence, and is not looked at. */
const QUIET = 100;
/** How much a frame must look like one of ours, from 0 to 1. */
const LIKENESS = 0.8;
/** Frames without success before the search becomes rare: whoever speaks is probably no echo. */
const PATIENCE = 50;
const SELDOM = 10;

const shapes = new Map();

/** Frame number `number`, as PCM. It is the same Buffer each time. */
function encode(number, rate) {
  const { frames } = shapeOf(rate);
  return (frames[number % NUMBERS] ??= drawn(number % NUMBERS, rate));
}

function drawn(number, rate) {
  const { wave, starts } = shapeOf(rate);
  const pcm = Buffer.alloc(wave.length * 2);
  const word = wordOf(number);
  for (let bit = 0; bit < BITS; bit += 1) {
    const level = (word >> bit) & 1 ? LEVEL : -LEVEL;
    for (let index = starts[bit]; index < starts[bit + 1]; index += 1) {
      pcm.writeInt16LE(Math.round(level * wave[index]), index * 2);
    }
  }
  return pcm;
}

/** The number that the samples from `at` on are the frame of, and how much they are like it; or null. */
function decode(samples, at, rate) {
  const { wave, starts, norm } = shapeOf(rate);
  let [word, like, power] = [0, 0, 0];
  for (let bit = 0; bit < BITS; bit += 1) {
    let sum = 0;
    for (let index = starts[bit]; index < starts[bit + 1]; index += 1) {
      const sample = samples[at + index];
      sum += sample * wave[index];
      power += sample * sample;
    }
    word |= sum > 0 ? 1 << bit : 0;
    like += Math.abs(sum);
  }
  const likeness = like / Math.sqrt(power * norm);
  const number = word & (NUMBERS - 1);
  return likeness >= LIKENESS && wordOf(number) === word ? { number, likeness } : null;
}

/** Finds the frames in what is heard, wherever they begin, and says when the last of each had come. */
class Finder {
  #found;
  #rate = 0;
  #samples = new Int16Array(0);
  /** When which samples had come: `{end, at}`, counted from the first that is kept. */
  #arrivals = [];
  #failures = 0;

  /** `found(number, at)` is told of each. */
  constructor(found) {
    this.#found = found;
  }

  hear(pcm, at, rate) {
    if (rate !== this.#rate) {
      this.#rate = rate;
      this.#samples = new Int16Array(0);
      this.#arrivals = [];
    }
    this.#samples = joined(this.#samples, new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length >> 1));
    this.#arrivals.push({ end: this.#samples.length, at });
    this.#search(shapeOf(rate).wave.length);
  }

  #search(length) {
    let at = 0;
    while (at + length <= this.#samples.length) {
      const frame = decode(this.#samples, at, this.#rate);
      if (frame !== null) {
        this.#failures = 0;
        this.#found(frame.number, this.#arrivalOf(at + length));
        at += length;
        continue;
      }
      if (at + 2 * length > this.#samples.length) {
        break;
      }
      at += this.#begin(at, length);
    }
    this.#forget(at);
  }

  /** How far it is from `at` to the likeliest frame within the next `length` samples, or `length`. */
  #begin(at, length) {
    this.#failures += 1;
    const isRare = this.#failures > PATIENCE && this.#failures % SELDOM !== 0;
    const isLoud = this.#samples.subarray(at, at + length).some((sample) => Math.abs(sample) > QUIET);
    if (isRare || !isLoud) {
      return length;
    }
    let best = { offset: length, likeness: 0 };
    const step = Math.max(1, Math.floor(this.#rate / 16_000));
    for (let offset = step; offset < length; offset += step) {
      const likeness = decode(this.#samples, at + offset, this.#rate)?.likeness ?? 0;
      best = likeness > best.likeness ? { offset, likeness } : best;
    }
    return best.offset;
  }

  #arrivalOf(end) {
    return this.#arrivals.find((arrival) => arrival.end >= end).at;
  }

  #forget(count) {
    this.#samples = this.#samples.slice(count);
    this.#arrivals = this.#arrivals
      .map(({ end, at }) => ({ end: end - count, at }))
      .filter(({ end }) => end > 0);
  }
}

function joined(before, after) {
  if (before.length === 0) {
    return after;
  }
  const all = new Int16Array(before.length + after.length);
  all.set(before);
  all.set(after, before.length);
  return all;
}

/** What frames are made of at a rate: a one's wave, where each bit begins, the wave's power, and frames drawn. */
function shapeOf(rate) {
  let shape = shapes.get(rate);
  if (shape === undefined) {
    const length = (rate * FRAME_MS) / 1000;
    const turn = (2 * Math.PI * BITS) / length;
    const wave = Float64Array.from({ length }, (_, index) => Math.sin(turn * (index + 0.5)));
    const starts = Array.from({ length: BITS + 1 }, (_, bit) => Math.ceil((bit * length) / BITS));
    shape = { wave, starts, norm: wave.reduce((sum, level) => sum + level * level, 0), frames: [] };
    shapes.set(rate, shape);
  }
  return shape;
}

/** A number with ten bits that tell it from chance. */
function wordOf(number) {
  const check = (Math.imul(number + 1, 0x9e3779b1) >>> 22) & (NUMBERS - 1);
  return (check << 10) | number;
}

module.exports = { FRAME_MS, Finder, NUMBERS, encode };
