"use strict";

const { rangeError, typeError } = require("./errors.js");

const ENCODINGS = ["slin", "ulaw", "alaw", "float32", "g722", "gsm"];
const MAX_GAIN_DB = 60;
const MAX_MS = 2 ** 31 - 1;
const MIN_RATE = 1000;
const MAX_RATE = 768_000;
const MAX_CHANNELS = 32;
const FOREVER = undefined;

/** What `play(source, options)` was given, checked, as the core takes it, and the signal. */
function playOptions(options = {}) {
  if (options === null || typeof options !== "object") {
    throw typeError("options", "an object", options);
  }
  const { signal, gain = 0, loop = 1, start = 0, duration, fadeOut = 0, format } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw typeError("options.signal", "an AbortSignal", signal);
  }
  check("options.gain", gain, -MAX_GAIN_DB, MAX_GAIN_DB);
  check("options.start", start, 0, MAX_MS);
  check("options.duration", duration ?? 0, 0, MAX_MS);
  check("options.fadeOut", fadeOut, 0, MAX_MS);
  const native = {
    isStream: false,
    isReady: false,
    gainDb: gain,
    startMs: start,
    durationMs: duration ?? undefined,
    times: times(loop),
    fadeOutMs: fadeOut,
    format: format === undefined ? undefined : checkedFormat(format)
  };
  return { native, signal };
}

/**
 * The same for `playStream`, whose bytes are raw audio at this rate if nothing else is said. They need no
 * conversion where it is the call's.
 */
function streamOptions(options, callRate, sampleRate) {
  const { native, signal } = playOptions(options);
  const isPlain = native.gainDb === 0 && native.startMs === 0 && native.durationMs === undefined;
  native.isStream = true;
  native.isReady = isPlain && native.format === undefined && sampleRate === callRate;
  native.format ??= { encoding: "slin", sampleRate, channels: 1 };
  return { native, signal };
}

function times(loop) {
  if (typeof loop === "boolean") {
    return loop ? FOREVER : 1;
  }
  if (loop === Infinity) {
    return FOREVER;
  }
  check("options.loop", loop, 1, 2 ** 32 - 1);
  if (!Number.isInteger(loop)) {
    throw rangeError("options.loop", "a boolean or a whole number", loop);
  }
  return loop;
}

function checkedFormat({ encoding = "slin", sampleRate = 8000, channels = 1 }) {
  if (!ENCODINGS.includes(encoding)) {
    throw rangeError("options.format.encoding", `one of ${ENCODINGS.join(", ")}`, encoding);
  }
  check("options.format.sampleRate", sampleRate, MIN_RATE, MAX_RATE);
  check("options.format.channels", channels, 1, MAX_CHANNELS);
  return { encoding, sampleRate, channels };
}

function check(name, value, low, high) {
  if (typeof value !== "number") {
    throw typeError(name, "a number", value);
  }
  if (!(value >= low && value <= high)) {
    throw rangeError(name, `a number from ${low} to ${high}`, value);
  }
}

module.exports = { playOptions, streamOptions };
