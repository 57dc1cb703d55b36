"use strict";

const { codedError, rangeError, typeError } = require("./errors.js");
const { flat, headersRule, tokenRule } = require("./http-headers.js");
const { LIMIT_DEFAULTS, LIMIT_RULES } = require("./limits.js");
const { queryOf } = require("./messages.js");
const { CLIENT_DEFAULTS, CLIENT_RULES } = require("./websocket-client.js");
const {
  CALL_DEFAULTS,
  CALL_RULES,
  EXPECTED_RULES,
  PEER_TIMEOUT_MS,
  between,
  booleanRule,
  completed,
  functionRule,
  listOf,
  nativeCallOptions,
  oneOf,
  optional,
  peerTimeoutRule,
  SAMPLE_RATES,
  stringRule
} = require("./options.js");

const DIALECTS = ["audiofork", "mod_audio_stream", "mod_audio_fork", "chan_websocket", "raw"];

/** How a call is treated. The peer's own clock keeps it: no silence is sent. Audio is linear. */
const TREATMENT_DEFAULTS = {
  ...CALL_DEFAULTS,
  encoding: "slin",
  silence: "never",
  dialect: undefined,
  format: undefined,
  playback: "json",
  chunkMs: 200,
  metadataWait: 0.2,
  subprotocol: undefined,
  deflate: false,
  headers: undefined,
  stitch: 0,
  ping: 20,
  idleTimeout: undefined,
  maxMessage: 1024 * 1024,
  maxText: 64 * 1024,
  maxMessageRate: 1000
};

/** What may be said of each path. */
const PATH_DEFAULTS = {
  ...TREATMENT_DEFAULTS,
  origins: undefined,
  authorize: undefined
};

const SERVER_DEFAULTS = {
  ...PATH_DEFAULTS,
  paths: undefined,
  cert: undefined,
  key: undefined,
  handshakeTimeout: 5000,
  peerTimeout: PEER_TIMEOUT_MS,
  ...LIMIT_DEFAULTS,
  maxExpected: 65535,
  onlyExpected: false,
  promptCacheBytes: undefined,
  gatherMs: undefined
};

const DIAL_DEFAULTS = {
  ...TREATMENT_DEFAULTS,
  ...CLIENT_DEFAULTS,
  timeout: 5000,
  signal: undefined
};

const RULES = {
  ...CALL_RULES,
  dialect: optional(oneOf(DIALECTS)),
  format: optional(formatRule),
  playback: oneOf(["json", "wav", "binary"]),
  chunkMs: between(20, 10_000),
  metadataWait: between(0, 1),
  subprotocol: optional(tokenRule),
  deflate: booleanRule,
  headers: optional(headersRule),
  stitch: between(0, 3600),
  ping: between(0, 3600),
  idleTimeout: optional(between(0, 86_400)),
  maxMessage: between(1024, 64 * 1024 * 1024),
  maxText: between(1024, 64 * 1024 * 1024),
  maxMessageRate: between(60, 2 ** 32 - 1),
  origins: optional(listOf(stringRule)),
  authorize: optional(functionRule),
  handshakeTimeout: between(1, 2 ** 31 - 1),
  peerTimeout: peerTimeoutRule,
  ...LIMIT_RULES,
  ...EXPECTED_RULES,
  cert: optional(pemRule),
  key: optional(pemRule),
  paths: optional(pathsRule),
  timeout: between(1, 2 ** 31 - 1)
};

const DIAL_RULES = { ...RULES, ...CLIENT_RULES, format: optional(checkFormat) };

/** What `new WebSocketAudio(options)` was given, checked and complete. */
function webSocketOptions(options) {
  const complete = completed("options", options, SERVER_DEFAULTS, RULES);
  if ((complete.cert === undefined) !== (complete.key === undefined)) {
    throw typeError("options.key", "given together with options.cert", complete.key);
  }
  checkPair(complete);
  return { ...complete, cert: bytesOf(complete.cert), key: bytesOf(complete.key) };
}

/** What `WebSocketAudio.connect(url, options)` was given, checked and complete. */
function webSocketDialOptions(options) {
  return completed("options", options, DIAL_DEFAULTS, DIAL_RULES);
}

/** What `attach(server, options)` was given. */
function attachOptions(options = {}) {
  return completed("options", options, { path: undefined }, { path: optional(stringRule) });
}

/**
 * How a call is treated: `{options}` of its path, with the format of its own, and a subprotocol that it
 * offers; or `{fault}`, what its URL says that cannot be.
 */
async function callOptionsFor(options, request) {
  const told = typeof options.format === "function" ? await options.format(request) : options.format;
  const format = told ?? {};
  checkFormat("format()", format);
  const wire = { ...formatInUrl(request.url), ...defined(format) };
  const fault = formatFault(wire);
  if (fault !== null) {
    return { fault };
  }
  const subprotocol = offered(request).includes(options.subprotocol) ? options.subprotocol : undefined;
  return { options: { ...options, format: wire, subprotocol } };
}

/** What of a URL's format cannot be, in a line; null if nothing. */
function formatFault({ sampleRate = SAMPLE_RATES[0], channels = 1 }) {
  if (!SAMPLE_RATES.includes(sampleRate)) {
    return `sampleRate has to be one of ${SAMPLE_RATES.join(", ")}`;
  }
  return [1, 2].includes(channels) ? null : "channels has to be 1 or 2";
}

/** The members that are not undefined. */
function defined(format) {
  return Object.fromEntries(Object.entries(format).filter(([, value]) => value !== undefined));
}

/** The subprotocols that a request offers. */
function offered({ headers }) {
  return (headers["sec-websocket-protocol"] ?? "").split(",").map((word) => word.trim());
}

/** What the core needs to accept a WebSocket. */
function nativeAcceptance(options) {
  return {
    subprotocol: options.subprotocol,
    deflate: options.deflate,
    headers: flat(options.headers),
    stitchMs: Math.round(options.stitch * 1000),
    terms: nativeTerms(options)
  };
}

/** What the core needs to run a call over a WebSocket. */
function nativeTerms(options) {
  const { format, idleTimeout } = options;
  return {
    call: nativeCallOptions(options),
    dialect: options.dialect,
    wireRate: format?.sampleRate ?? 8000,
    wireChannels: format?.channels ?? 1,
    playback: options.playback,
    chunkMs: Math.round(options.chunkMs),
    metadataWaitMs: Math.round(options.metadataWait * 1000),
    pingMs: Math.round(options.ping * 1000),
    idleMs: idleTimeout && Math.round(idleTimeout * 1000),
    maxMessage: Math.round(options.maxMessage),
    maxText: Math.round(options.maxText),
    maxRate: Math.round(options.maxMessageRate)
  };
}

/** What a URL's query says of `sampleRate` and `channels`, each a number if it is one. */
function formatInUrl(url) {
  const query = queryOf(url);
  const told = ["sampleRate", "channels"].filter((name) => query.has(name));
  return Object.fromEntries(told.map((name) => [name, Number(query.get(name) || NaN)]));
}

function formatRule(name, value) {
  if (typeof value !== "function") {
    checkFormat(name, value);
  }
}

function checkFormat(name, value) {
  if (value === null || typeof value !== "object") {
    throw typeError(name, "an object of sampleRate and channels", value);
  }
  optional(oneOf(SAMPLE_RATES))(`${name}.sampleRate`, value.sampleRate);
  optional(oneOf([1, 2]))(`${name}.channels`, value.channels);
}

function pathsRule(name, value) {
  if (value === null || typeof value !== "object") {
    throw typeError(name, "an object", value);
  }
  for (const [path, options] of Object.entries(value)) {
    if (!path.startsWith("/")) {
      throw rangeError(name, "an object of paths that begin with a slash", path);
    }
    completed(`${name}["${path}"]`, options, PATH_DEFAULTS, RULES);
  }
}

function pemRule(name, value) {
  if (typeof value !== "string" && !(value instanceof Uint8Array)) {
    throw typeError(name, "a string or a Buffer of PEM", value);
  }
}

/** Throws unless a certificate and its key are such and belong together: OpenSSL says so. */
function checkPair({ cert, key }) {
  if (cert === undefined) {
    return;
  }
  try {
    // Loaded only here: it takes milliseconds.
    require("node:tls").createSecureContext({ cert, key });
  } catch (error) {
    throw codedError("ERR_WS_TLS", `The certificate or its key cannot be used: ${error.message}`);
  }
}

function bytesOf(pem) {
  return pem === undefined ? undefined : Buffer.from(pem);
}

module.exports = {
  attachOptions,
  callOptionsFor,
  nativeAcceptance,
  nativeTerms,
  webSocketDialOptions,
  webSocketOptions
};
