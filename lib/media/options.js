"use strict";

/** How channels' audio is had: what is said once for all of them, and what for each. */

const { CALL_DEFAULTS, CALL_RULES, between, checkSampleRate, completed, oneOf, optional, stringRule } = require("../options.js");
const { checkSignal } = require("../connect.js");

const TRANSPORTS = ["audiosocket", "websocket"];
const DIRECTIONS = ["both", "in", "out"];
/** Asterisk's names of signed linear audio. */
const FORMATS = {
  8000: "slin",
  12000: "slin12",
  16000: "slin16",
  24000: "slin24",
  32000: "slin32",
  44100: "slin44",
  48000: "slin48",
  96000: "slin96",
  192000: "slin192"
};

/** Steady audio keeps a channel carried that nobody else speaks on: without, a snoop cannot whisper. */
const AUDIO_DEFAULTS = {
  ...CALL_DEFAULTS,
  sampleRate: 8000,
  silence: "always",
  host: undefined,
  bind: undefined,
  port: 0,
  transport: "audiosocket",
  timeout: 5000
};

const STREAM_RULES = {
  sampleRate: checkSampleRate,
  transport: oneOf(TRANSPORTS),
  timeout: between(1, 2 ** 31 - 1)
};

const AUDIO_RULES = {
  ...CALL_RULES,
  ...STREAM_RULES,
  host: optional(stringRule),
  bind: optional(stringRule),
  port: between(0, 65535)
};

/** What is said once, as the option `name`, checked and complete. */
function audioOptions(name, options) {
  return completed(name, options, AUDIO_DEFAULTS, AUDIO_RULES);
}

/** What `stream(channelId, options)` was given; what it leaves out is as `audio` has it. */
function streamOptions(options = {}, audio) {
  const { sampleRate, transport, timeout } = audio;
  const defaults = { sampleRate, transport, timeout, direction: "both", signal: undefined };
  const rules = { ...STREAM_RULES, direction: oneOf(DIRECTIONS), signal: (_, signal) => checkSignal(signal) };
  const complete = completed("options", options, defaults, rules);
  return { ...complete, format: FORMATS[complete.sampleRate] };
}

/** The part of it that each call's stream is treated by. */
function callOptions(audio) {
  const names = Object.keys(CALL_DEFAULTS).filter((name) => name !== "sampleRate");
  return Object.fromEntries(names.map((name) => [name, audio[name]]));
}

module.exports = { audioOptions, callOptions, streamOptions };
