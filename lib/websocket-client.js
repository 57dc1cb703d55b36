"use strict";

const path = require("node:path");
const { codedError, rangeError, typeError } = require("./errors.js");
const { flat, headersRule, tokenRule } = require("./http-headers.js");
const { PEER_TIMEOUT_MS, booleanRule, completed, listOf, optional, peerTimeoutRule } = require("./options.js");

const PORTS = { "ws:": "80", "wss:": "443" };

/** How a WebSocket is asked for, be it for a call or for a fork of one. */
const CLIENT_DEFAULTS = {
  headers: {},
  subprotocols: [],
  auth: undefined,
  deflate: false,
  tls: {},
  peerTimeout: PEER_TIMEOUT_MS
};

const CLIENT_RULES = {
  headers: headersRule,
  subprotocols: (name, value) => listOf(tokenRule)(name, listed(value)),
  auth: optional(authRule),
  deflate: booleanRule,
  tls: tlsRule,
  peerTimeout: peerTimeoutRule
};

const TLS_DEFAULTS = { ca: "system", cert: undefined, key: undefined, checkHostname: true };
const TLS_RULES = { ca: fileRule, cert: optional(fileRule), key: optional(fileRule), checkHostname: booleanRule };

/** A URL of a WebSocket, checked; its port is always there. */
function targetOf(url) {
  if (typeof url !== "string" && !(url instanceof URL)) {
    throw typeError("url", "a string or a URL", url);
  }
  const parsed = URL.canParse(String(url)) ? new URL(url) : null;
  if (!(parsed?.protocol in PORTS) || parsed.hash !== "") {
    const what = 'The "url" must begin with ws: or wss:, and have no fragment';
    throw codedError("ERR_INVALID_URL", `${what}: ${redacted(parsed, url)}`);
  }
  const { href, protocol, hostname, port } = parsed;
  return { href, hostname, port: port || PORTS[protocol] };
}

/** What the core needs to make a WebSocket, of checked options. */
function nativeClient({ href }, client, { timeout, maxMessage, maxText = maxMessage }) {
  const { headers, subprotocols, auth, deflate, tls, peerTimeout } = client;
  const { ca, cert, key, checkHostname } = { ...TLS_DEFAULTS, ...tls };
  const isFile = ca !== "system" && ca !== "none";
  return {
    url: href,
    headers: [...flat(headers), ...flat(authorization(auth))],
    subprotocols: listed(subprotocols),
    deflate,
    timeoutMs: Math.round(timeout),
    peerTimeoutMs: Math.round(peerTimeout),
    maxMessage: Math.round(maxMessage),
    maxText: Math.round(maxText),
    ca: isFile ? path.resolve(ca) : ca,
    caIsFile: isFile,
    // Not every environment's working directory is the process's.
    cert: cert && path.resolve(cert),
    key: key && path.resolve(key),
    checkHostname
  };
}

/** The header that says who asks. */
function authorization(auth) {
  if (auth === undefined) {
    return {};
  }
  if (auth.bearer !== undefined) {
    return { Authorization: `Bearer ${auth.bearer}` };
  }
  const encoded = Buffer.from(`${auth.username}:${auth.password ?? ""}`).toString("base64");
  return { Authorization: `Basic ${encoded}` };
}

/** A password is not repeated, wherever it is. */
function redacted(parsed, url) {
  if (parsed?.password) {
    parsed.password = "***";
  }
  const isHost = parsed !== null && parsed.host !== "";
  return isHost ? parsed.href : String(url).replace(/^.*@/s, "***@");
}

function listed(words) {
  return typeof words === "string" ? [words] : words;
}

/** Credentials are not repeated either. */
function authRule(name, value) {
  const { username, password = "", bearer } = value ?? {};
  const isBasic = typeof username === "string" && typeof password === "string" && bearer === undefined;
  if (!isBasic && (typeof bearer !== "string" || username !== undefined)) {
    throw typeError(name, "{username, password} or {bearer}, of strings", typeof value);
  }
  if (isBasic && username.includes(":")) {
    throw rangeError(`${name}.username`, "without a colon", "another");
  }
  if (!isBasic && /[^\x21-\x7e]/.test(bearer)) {
    throw rangeError(`${name}.bearer`, "printable ASCII without spaces", "another");
  }
}

function tlsRule(name, value) {
  const { cert, key } = completed(name, value, TLS_DEFAULTS, TLS_RULES);
  if ((cert === undefined) !== (key === undefined)) {
    throw typeError(`${name}.key`, `given together with ${name}.cert`, typeof key);
  }
}

/** What a file holds, put in place of its path, is not repeated. */
function fileRule(name, value) {
  if (typeof value !== "string" || value === "" || /[\0\n]|^-----BEGIN/.test(value)) {
    throw typeError(name, "the path of a file", typeof value === "string" ? "another" : value);
  }
}

module.exports = { CLIENT_DEFAULTS, CLIENT_RULES, nativeClient, targetOf };
