"use strict";

const { rangeError, typeError } = require("./errors.js");
const { LIMIT_DEFAULTS, LIMIT_RULES } = require("./limits.js");

const SAMPLE_RATES = [8000, 12000, 16000, 24000, 32000, 44100, 48000, 96000, 192000];
const ENCODINGS = ["auto", "slin", "ulaw", "alaw"];
const SILENCES = ["until-audio", "always", "never"];
const WIRE_RATE = 8000;
const MAX_SECONDS = 3600;
const MAX_MILLISECONDS = 2 ** 31 - 1;

/** Audio and the end of a call wait this long for a listener. */
const HOLD_MS = 2000;

/** How a call is treated. Times are in seconds of audio. */
const CALL_DEFAULTS = {
  sampleRate: undefined,
  frameMs: undefined,
  silence: "until-audio",
  encoding: "auto",
  speech: undefined,
  highWaterMark: 1,
  outboundLimit: 120,
  inboundLimit: 5,
  mediaTimeout: undefined,
  maxDuration: undefined
};

/** How long a peer may acknowledge nothing of what it is sent. */
const PEER_TIMEOUT_MS = 30_000;

const SERVER_DEFAULTS = {
  ...CALL_DEFAULTS,
  handshakeTimeout: 5000,
  peerTimeout: PEER_TIMEOUT_MS,
  ...LIMIT_DEFAULTS,
  authorize: undefined,
  maxExpected: 65535,
  onlyExpected: false,
  promptCacheBytes: undefined,
  gatherMs: undefined
};

/** Asterisk sends no silence of its own, and gives a connection two seconds. */
const DIAL_DEFAULTS = {
  ...CALL_DEFAULTS,
  silence: "never",
  host: "127.0.0.1",
  timeout: 2000,
  peerTimeout: PEER_TIMEOUT_MS
};

/** How speech is listened for, by the energy of the sound or by a neural network. */
const SPEECH_DEFAULTS = {
  energy: { detector: "energy", threshold: 10, minLevel: -50, minSpeechMs: 100, minSilenceMs: 500 },
  vad: { detector: "vad", threshold: 0.5, minLevel: -50, minSpeechMs: 100, minSilenceMs: 500 }
};

const SPEECH_RULES = {
  detector: oneOf(Object.keys(SPEECH_DEFAULTS)),
  threshold: between(0, 60),
  minLevel: between(-96, 0),
  minSpeechMs: between(0, 10_000),
  minSilenceMs: between(10, 60_000)
};

const sampleRateRule = oneOf(SAMPLE_RATES);
const peerTimeoutRule = between(0, MAX_MILLISECONDS);

const CALL_RULES = {
  speech: (name, value) => speechOptions(name, value),
  sampleRate: optional(sampleRateRule),
  frameMs: optional(between(10, 200)),
  silence: oneOf(SILENCES),
  encoding: oneOf(ENCODINGS),
  highWaterMark: between(0, MAX_SECONDS),
  outboundLimit: between(0, MAX_SECONDS),
  inboundLimit: between(0, MAX_SECONDS),
  mediaTimeout: optional(between(1, MAX_MILLISECONDS)),
  maxDuration: optional(between(1, MAX_MILLISECONDS)),
  promptCacheBytes: optional(between(0, 2 ** 40)),
  gatherMs: optional(between(0, 20))
};

/** What a server does with calls that it expects. */
const EXPECTED_RULES = { maxExpected: between(1, 2 ** 24), onlyExpected: oneOf([true, false]) };

const RULES = {
  ...CALL_RULES,
  handshakeTimeout: between(1, MAX_MILLISECONDS),
  peerTimeout: peerTimeoutRule,
  ...LIMIT_RULES,
  authorize: optional(functionRule),
  ...EXPECTED_RULES,
  timeout: between(1, MAX_MILLISECONDS)
};

/** What `new AudioSocket(options)` was given, checked and complete. */
function serverOptions(options) {
  return checked(options, SERVER_DEFAULTS);
}

/** What `AudioSocket.connect(options)` was given, checked and complete. */
function dialOptions(options) {
  return checked(options, DIAL_DEFAULTS);
}

/** Throws unless `hz`, which is the argument `name`, is a rate that the wire has. */
function checkSampleRate(name, hz) {
  sampleRateRule(name, hz);
}

/** The part of checked options that the core needs for each call. */
function nativeCallOptions(options) {
  return {
    sampleRate: options.sampleRate,
    frameMs: options.frameMs && Math.round(options.frameMs),
    silence: options.silence,
    encoding: options.encoding,
    speech: nativeSpeechOptions(options),
    highWaterMs: Math.round(options.highWaterMark * 1000),
    outboundLimitMs: Math.round(options.outboundLimit * 1000),
    inboundLimitMs: Math.round(options.inboundLimit * 1000),
    holdMs: HOLD_MS,
    mediaTimeoutMs: options.mediaTimeout && Math.round(options.mediaTimeout),
    maxDurationMs: options.maxDuration && Math.round(options.maxDuration)
  };
}

function checked(options, defaults) {
  return completed("options", options, defaults, RULES);
}

/** Options with the defaults for those that are missing, each checked by its rule. */
function completed(what, options, defaults, rules) {
  if (options === null || typeof options !== "object") {
    throw typeError(what, "an object", options);
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const complete = { ...defaults, ...Object.fromEntries(given) };
  for (const [name, check] of Object.entries(rules)) {
    if (name in defaults) {
      check(`${what}.${name}`, complete[name]);
    }
  }
  return complete;
}

/** What the option `speech` says, complete; undefined where it is off. */
function speechOptions(name, value) {
  if (value === undefined || value === false) {
    return undefined;
  }
  const given = value === true ? {} : value;
  const defaults = SPEECH_DEFAULTS[given?.detector] ?? SPEECH_DEFAULTS.energy;
  return completed(name, given, defaults, SPEECH_RULES);
}

function nativeSpeechOptions(options) {
  const speech = speechOptions("options.speech", options.speech);
  return (
    speech && {
      isVad: speech.detector === "vad",
      threshold: speech.threshold,
      minLevel: speech.minLevel,
      minSpeechMs: Math.round(speech.minSpeechMs),
      minSilenceMs: Math.round(speech.minSilenceMs)
    }
  );
}

function oneOf(values) {
  return (name, value) => {
    if (typeof value !== typeof values[0]) {
      throw typeError(name, `a ${typeof values[0]}`, value);
    }
    if (!values.includes(value)) {
      throw rangeError(name, `one of ${values.join(", ")}`, value);
    }
  };
}

function booleanRule(name, value) {
  if (typeof value !== "boolean") {
    throw typeError(name, "a boolean", value);
  }
}

function stringRule(name, value) {
  if (typeof value !== "string") {
    throw typeError(name, "a string", value);
  }
}

function functionRule(name, value) {
  if (typeof value !== "function") {
    throw typeError(name, "a function", value);
  }
}

function listOf(rule) {
  return (name, value) => {
    if (!Array.isArray(value)) {
      throw typeError(name, "an array", value);
    }
    value.forEach((item, index) => rule(`${name}[${index}]`, item));
  };
}

function optional(rule) {
  return (name, value) => {
    if (value !== undefined) {
      rule(name, value);
    }
  };
}

function between(low, high) {
  return (name, value) => {
    if (typeof value !== "number") {
      throw typeError(name, "a number", value);
    }
    if (!(value >= low && value <= high)) {
      throw rangeError(name, `a number from ${low} to ${high}`, value);
    }
  };
}

module.exports = {
  CALL_DEFAULTS,
  CALL_RULES,
  EXPECTED_RULES,
  HOLD_MS,
  PEER_TIMEOUT_MS,
  SAMPLE_RATES,
  WIRE_RATE,
  between,
  booleanRule,
  checkSampleRate,
  completed,
  dialOptions,
  functionRule,
  listOf,
  nativeCallOptions,
  oneOf,
  optional,
  peerTimeoutRule,
  serverOptions,
  stringRule
};
