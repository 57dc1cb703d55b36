"use strict";

const { rangeError, typeError } = require("./errors.js");

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const BREAK = /[\r\n\0]/;

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

/** What an answer to a request for a WebSocket says itself. */
const RESERVED = new Set([
  "connection",
  "content-length",
  "sec-websocket-accept",
  "sec-websocket-extensions",
  "sec-websocket-protocol",
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

/** Throws unless `value` is headers by name that can be sent. */
function headersRule(name, value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw typeError(name, "an object", value);
  }
  for (const [field, text] of Object.entries(value)) {
    if (!NAME.test(field) || BREAK.test(String(text)) || RESERVED.has(field.toLowerCase())) {
      throw rangeError(name, "headers that are not the WebSocket's own", { [field]: text });
    }
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
  return Object.entries(headers).flatMap(([name, value]) => [name, String(value)]);
}

module.exports = { flat, headersOf, headersRule, tokenRule };
