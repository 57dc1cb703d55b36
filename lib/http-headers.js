"use strict";

const { rangeError, typeError } = require("./errors.js");

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** A value: no control characters, which the core would not send. */
const VALUE = /^[\t\x20-\x7e\x80-\uffff]*$/;

/** Of these the first counts where they repeat; Node does the same. */
const ONCE = new Set([
  "age",
  "authorization",
  "content-length",
  "content-type",
  "etag",
  "expires",
  "from",
  "host",
  "if-modified-since",
  "if-unmodified-since",
  "last-modified",
  "location",
  "max-forwards",
  "proxy-authorization",
  "referer",
  "retry-after",
  "server",
  "user-agent"
]);

/** What a request for a WebSocket and its answer say themselves. */
const RESERVED = new Set([
  "connection",
  "content-length",
  "host",
  "sec-websocket-accept",
  "sec-websocket-extensions",
  "sec-websocket-key",
  "sec-websocket-protocol",
  "sec-websocket-version",
  "transfer-encoding",
  "upgrade"
]);

/** Lines of `name: value` as Node has headers: names in lower case, those that repeat joined. */
function headersOf(lines) {
  const headers = {};
  for (const line of lines) {
    const at = line.indexOf(": ");
    const name = line.slice(0, at).toLowerCase();
    const value = line.slice(at + 2);
    if (name === "set-cookie") {
      (headers[name] ??= []).push(value);
    } else if (!Object.hasOwn(headers, name)) {
      headers[name] = value;
    } else if (!ONCE.has(name)) {
      headers[name] += `${name === "cookie" ? "; " : ", "}${value}`;
    }
  }
  return headers;
}

/** Throws unless `value` is headers by name that can be sent: a string or number each, or a list of them. */
function headersRule(name, value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw typeError(name, "an object", typeof value);
  }
  for (const [field, texts] of Object.entries(value)) {
    for (const text of [texts].flat()) {
      fieldRule(`${name}["${field}"]`, field, text);
    }
  }
}

/** Its value, which may be a password, is not repeated. */
function fieldRule(name, field, text) {
  if (typeof text !== "string" && typeof text !== "number") {
    throw typeError(name, "a string", typeof text);
  }
  if (!NAME.test(field) || !VALUE.test(text) || RESERVED.has(field.toLowerCase())) {
    throw rangeError(name, "a header that can be sent and is not the WebSocket's own", "another");
  }
}

/** Throws unless `value` is a word that can name a subprotocol. */
function tokenRule(name, value) {
  if (typeof value !== "string") {
    throw typeError(name, "a string", value);
  }
  if (!NAME.test(value)) {
    throw rangeError(name, "a word of letters, digits and !#$%&'*+.^_`|~-", value);
  }
}

/** Headers as names and values in turn. */
function flat(headers = {}) {
  return Object.entries(headers).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, String(value)]));
}

module.exports = { flat, headersOf, headersRule, tokenRule };
