"use strict";

const { rangeError, typeError } = require("./errors.js");

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** Bytes of a text, as many as may wait. */
const MAX_TEXT = 2 ** 20;

/** Names that senders give a call's reference. */
const NAMES = ["ref", "uuid", "callId", "call_id", "callSid", "id"];

/** A text message: what it says in JSON, or the text itself where it is an object or list of none. */
function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" ? value : text;
  } catch {
    return text;
  }
}

/** What is sent of `message`, the argument `name`: text as it is, anything else as JSON. */
function toText(message, name = "message") {
  const text = typeof message === "string" ? message : JSON.stringify(message);
  if (typeof text !== "string") {
    throw typeError(name, "a string or what JSON can say", message);
  }
  if (Buffer.byteLength(text) > MAX_TEXT) {
    throw rangeError(name, `at most ${MAX_TEXT} bytes`, text.length);
  }
  return text;
}

/** What the call is known by: named in its URL, a UUID there, named in its metadata, or a new UUID. */
function referenceOf(request) {
  return namesOf(request)[0] ?? crypto.randomUUID();
}

/** All that a call's URL and metadata may mean to name it by. */
function namesOf({ url, metadata }) {
  const query = queryOf(url);
  const inQuery = NAMES.map((name) => query.get(name));
  const inMetadata = NAMES.map((name) => metadata?.[name]).filter((value) => typeof value === "string");
  return [...inQuery, UUID.exec(url)?.[0], ...inMetadata].filter((value) => value);
}

/** The query of a request's target, which a peer may write as it likes. */
function queryOf(url) {
  const at = url.indexOf("?");
  return new URLSearchParams(at < 0 ? "" : url.slice(at + 1));
}

module.exports = { namesOf, parsed, queryOf, referenceOf, toText };
