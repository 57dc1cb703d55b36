"use strict";

const { SAMPLE_RATES, between, booleanRule, completed, oneOf, optional } = require("./options.js");
const { toText } = require("./messages.js");
const { CLIENT_DEFAULTS, CLIENT_RULES, nativeClient, targetOf } = require("./websocket-client.js");

const MAX_SECONDS = 3600;
const MAX_MILLISECONDS = 2 ** 31 - 1;
/** Bytes of a message of the far end's. */
const MAX_MESSAGE = 2 ** 20;

const DEFAULTS = {
  ...CLIENT_DEFAULTS,
  as: undefined,
  direction: undefined,
  mix: undefined,
  sampleRate: undefined,
  frameMs: 20,
  delayMs: 60,
  bufferMs: 5000,
  gain: {},
  metadata: undefined,
  heartbeat: 0,
  handshakeTimeout: 10_000,
  reconnect: {},
  resume: "live",
  bidirectional: false
};

/** What each module does where it is told nothing else. */
const PRESETS = {
  audiofork: { direction: "both", mix: "mixed", sampleRate: 8000, subprotocols: ["echo"] },
  mod_audio_stream: { sampleRate: 8000, deflate: true },
  mod_audio_fork: { sampleRate: 8000, subprotocols: ["audio.drachtio.org"] }
};

const GAIN_DEFAULTS = { in: 0, out: 0 };
const GAIN_RULES = { in: between(-60, 60), out: between(-60, 60) };

const RECONNECT_DEFAULTS = { timeout: 5, attempts: 5, backoff: "fixed" };
const RECONNECT_RULES = {
  timeout: between(0, MAX_SECONDS),
  attempts: between(0, 2 ** 32 - 1),
  backoff: oneOf(["fixed", "exponential"])
};

const RULES = {
  ...CLIENT_RULES,
  as: optional(oneOf(Object.keys(PRESETS))),
  direction: optional(oneOf(["in", "out", "both"])),
  mix: optional(oneOf(["mono", "mixed", "stereo"])),
  sampleRate: optional(oneOf(SAMPLE_RATES)),
  frameMs: between(10, 1000),
  delayMs: between(20, 2000),
  bufferMs: between(20, 60_000),
  heartbeat: between(0, MAX_SECONDS),
  handshakeTimeout: between(1, MAX_MILLISECONDS),
  resume: oneOf(["live", "buffered"]),
  bidirectional: booleanRule
};

/** What `fork(url, options)` was given, checked, as the core takes it. */
function forkOptions(url, options = {}) {
  const preset = PRESETS[options?.as] ?? {};
  const checked = completed("options", options, { ...DEFAULTS, ...preset }, RULES);
  const { direction, isStereo } = sent(checked, options ?? {});
  return {
    client: nativeClient(targetOf(url), checked, { timeout: checked.handshakeTimeout, maxMessage: MAX_MESSAGE }),
    hearsCaller: direction !== "out",
    hearsApp: direction !== "in",
    isStereo,
    ...gains(checked.gain),
    sampleRate: checked.sampleRate,
    frameMs: Math.round(checked.frameMs),
    delayMs: Math.round(checked.delayMs),
    bufferMs: Math.round(checked.bufferMs),
    metadata: checked.metadata === undefined ? undefined : toText(checked.metadata, "options.metadata"),
    heartbeatMs: checked.heartbeat > 0 ? checked.heartbeat * 1000 : undefined,
    ...reconnect(checked.reconnect),
    keeps: checked.resume === "buffered",
    bidirectional: checked.bidirectional
  };
}

/** Whom the far end hears, and in how many channels: what is said of one tells of the other. */
function sent({ direction, mix }, given) {
  // What is asked for goes before what the preset has.
  const asked = given.direction ?? (given.mix === undefined ? direction : undefined);
  const isBoth = mix === "mixed" || mix === "stereo";
  return { direction: asked ?? (isBoth ? "both" : "in"), isStereo: mix === "stereo" };
}

function gains(gain) {
  const both = typeof gain === "number" ? { in: gain, out: gain } : gain;
  const { in: gainIn, out: gainOut } = completed("options.gain", both, GAIN_DEFAULTS, GAIN_RULES);
  return { gainIn, gainOut };
}

function reconnect(given) {
  const options = given === false ? { attempts: 0 } : given;
  const { timeout, attempts, backoff } = completed("options.reconnect", options, RECONNECT_DEFAULTS, RECONNECT_RULES);
  return {
    reconnectMs: timeout * 1000,
    attempts: Math.round(attempts),
    isExponential: backoff === "exponential"
  };
}

module.exports = { forkOptions };
