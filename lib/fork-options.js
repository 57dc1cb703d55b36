"use strict";

const path = require("node:path");
const { codedError, rangeError, typeError } = require("./errors.js");
const { SAMPLE_RATES, between, completed, oneOf, optional } = require("./options.js");

const MAX_SECONDS = 3600;
const MAX_MILLISECONDS = 2 ** 31 - 1;
/** Bytes of a text, as many as may wait. */
const MAX_TEXT = 2 ** 20;

const DEFAULTS = {
  as: undefined,
  direction: undefined,
  mix: undefined,
  sampleRate: undefined,
  frameMs: 20,
  delayMs: 60,
  bufferMs: 5000,
  gain: {},
  metadata: undefined,
  headers: {},
  protocols: [],
  auth: undefined,
  deflate: false,
  heartbeat: 0,
  handshakeTimeout: 10_000,
  tls: {},
  reconnect: {},
  resume: "live",
  bidirectional: false
};

/** What each module does where it is told nothing else. */
const PRESETS = {
  audiofork: { direction: "both", mix: "mixed", sampleRate: 8000, protocols: ["echo"] },
  mod_audio_stream: { sampleRate: 8000, deflate: true },
  mod_audio_fork: { sampleRate: 8000, protocols: ["audio.drachtio.org"] }
};

const GAIN_DEFAULTS = { in: 0, out: 0 };
const GAIN_RULES = { in: between(-60, 60), out: between(-60, 60) };

const RECONNECT_DEFAULTS = { timeout: 5, attempts: 5, backoff: "fixed" };
const RECONNECT_RULES = {
  timeout: between(0, MAX_SECONDS),
  attempts: between(0, 2 ** 32 - 1),
  backoff: oneOf(["fixed", "exponential"])
};

const TLS_DEFAULTS = { ca: "system", cert: undefined, key: undefined, checkHostname: true };
const TLS_RULES = { ca: file, cert: optional(file), key: optional(file), checkHostname: boolean };

const RULES = {
  as: optional(oneOf(Object.keys(PRESETS))),
  direction: optional(oneOf(["in", "out", "both"])),
  mix: optional(oneOf(["mono", "mixed", "stereo"])),
  sampleRate: optional(oneOf(SAMPLE_RATES)),
  frameMs: between(10, 1000),
  delayMs: between(20, 2000),
  bufferMs: between(20, 60_000),
  deflate: boolean,
  heartbeat: between(0, MAX_SECONDS),
  handshakeTimeout: between(1, MAX_MILLISECONDS),
  resume: oneOf(["live", "buffered"]),
  bidirectional: boolean
};

/** What `fork(url, options)` was given, checked, as the core takes it. */
function forkOptions(url, options = {}) {
  const preset = PRESETS[options?.as] ?? {};
  const checked = completed("options", options, { ...DEFAULTS, ...preset }, RULES);
  const { direction, isStereo } = sent(checked, options ?? {});
  return {
    url: wsUrl(url),
    hearsCaller: direction !== "out",
    hearsApp: direction !== "in",
    isStereo,
    ...gains(checked.gain),
    sampleRate: checked.sampleRate,
    frameMs: Math.round(checked.frameMs),
    delayMs: Math.round(checked.delayMs),
    bufferMs: Math.round(checked.bufferMs),
    metadata: checked.metadata === undefined ? undefined : toText("options.metadata", checked.metadata),
    headers: headers(checked),
    protocols: protocols(checked.protocols),
    deflate: checked.deflate,
    heartbeatMs: checked.heartbeat > 0 ? checked.heartbeat * 1000 : undefined,
    timeoutMs: checked.handshakeTimeout,
    ...tls(checked.tls),
    ...reconnect(checked.reconnect),
    keeps: checked.resume === "buffered",
    bidirectional: checked.bidirectional
  };
}

/** Text as it is, anything else as JSON. */
function toText(name, value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (typeof text !== "string") {
    throw typeError(name, "a string or something that JSON can say", value);
  }
  if (Buffer.byteLength(text) > MAX_TEXT) {
    throw rangeError(name, `at most ${MAX_TEXT} bytes`, text.length);
  }
  return text;
}

/** Whom the far end hears, and in how many channels: what is said of one tells of the other. */
function sent({ direction, mix }, given) {
  // What is asked for goes before what the preset has.
  const asked = given.direction ?? (given.mix === undefined ? direction : undefined);
  const isBoth = mix === "mixed" || mix === "stereo";
  return { direction: asked ?? (isBoth ? "both" : "in"), isStereo: mix === "stereo" };
}

function wsUrl(url) {
  if (typeof url !== "string" && !(url instanceof URL)) {
    throw typeError("url", "a string or a URL", url);
  }
  const parsed = URL.canParse(String(url)) ? new URL(url) : null;
  if (parsed === null || !["ws:", "wss:"].includes(parsed.protocol) || parsed.hash !== "") {
    throw codedError("ERR_INVALID_URL", `The "url" must begin with ws: or wss:, and have no fragment: ${redacted(parsed, url)}`);
  }
  return parsed.href;
}

/** A password is not repeated. */
function redacted(parsed, url) {
  if (parsed?.password) {
    parsed.password = "***";
  }
  return parsed === null ? String(url).replace(/\/\/.*@/, "//***@") : parsed.href;
}

function gains(gain) {
  const both = typeof gain === "number" ? { in: gain, out: gain } : gain;
  const { in: gainIn, out: gainOut } = completed("options.gain", both, GAIN_DEFAULTS, GAIN_RULES);
  return { gainIn, gainOut };
}

/** Names and values by turns, those of the authorization last. */
function headers({ headers: given, auth }) {
  if (given === null || typeof given !== "object") {
    throw typeError("options.headers", "an object", given);
  }
  const fields = [];
  for (const [name, value] of Object.entries(given)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one !== "string" && typeof one !== "number") {
        throw typeError(`options.headers["${name}"]`, "a string", one);
      }
      fields.push(name, String(one));
    }
  }
  if (auth !== undefined) {
    fields.push("Authorization", authorization(auth));
  }
  return fields;
}

function authorization(auth) {
  const { username, password = "", bearer } = auth ?? {};
  if (typeof bearer === "string" && username === undefined) {
    return `Bearer ${bearer}`;
  }
  if (typeof username !== "string" || typeof password !== "string" || bearer !== undefined) {
    throw typeError("options.auth", "{username, password} or {bearer}, of strings", typeof auth);
  }
  if (username.includes(":")) {
    throw rangeError("options.auth.username", "without a colon", username);
  }
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function protocols(given) {
  const list = typeof given === "string" ? [given] : given;
  if (!Array.isArray(list) || !list.every((name) => typeof name === "string")) {
    throw typeError("options.protocols", "a string or an array of strings", given);
  }
  return list;
}

function tls(given) {
  const { ca, cert, key, checkHostname } = completed("options.tls", given, TLS_DEFAULTS, TLS_RULES);
  if ((cert === undefined) !== (key === undefined)) {
    throw typeError("options.tls", "given both cert and key, or neither", given);
  }
  // Not every environment's working directory is the process's.
  const place = (name) => name && path.resolve(name);
  const isFile = ca !== "system" && ca !== "none";
  return {
    trustsAnyone: ca === "none",
    ca: isFile ? place(ca) : undefined,
    cert: place(cert),
    key: place(key),
    checkHostname
  };
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

function boolean(name, value) {
  if (typeof value !== "boolean") {
    throw typeError(name, "a boolean", value);
  }
}

function file(name, value) {
  if (typeof value !== "string" || value === "" || value.includes("\0")) {
    throw typeError(name, "the path of a file", value);
  }
}

module.exports = { forkOptions, toText };
