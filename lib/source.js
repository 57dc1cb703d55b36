"use strict";

const { Readable } = require("node:stream");
const { fileURLToPath } = require("node:url");
const { toBytes } = require("./bytes.js");
const { typeError } = require("./errors.js");

const WANTED =
  "a path, a file: URL, a Buffer, TypedArray or DataView, a Readable, a ReadableStream, or an iterable of Buffers";

/** What `play` was given: `{path}`, `{bytes}` or `{readable}`. */
function toSource(source) {
  if (typeof source === "string" || source instanceof URL) {
    return { path: toPath(source) };
  }
  if (ArrayBuffer.isView(source)) {
    return { bytes: toBytes("source", source) };
  }
  return { readable: toReadable(source) };
}

/** A Node stream of what gives bytes one piece after the other. */
function toReadable(source) {
  // An AudioStream looks like a Readable, and has one.
  if (source?.readable instanceof Readable) {
    return source.readable;
  }
  if (typeof source?.on === "function" && typeof source.pause === "function") {
    return source;
  }
  if (source instanceof ReadableStream) {
    return Readable.fromWeb(source);
  }
  const isObject = typeof source === "object" && source !== null && !ArrayBuffer.isView(source);
  if (isObject && (source[Symbol.asyncIterator] || source[Symbol.iterator])) {
    return Readable.from(source);
  }
  throw typeError("source", WANTED, source);
}

function toPath(source) {
  const isUrl = source instanceof URL || source.startsWith("file:");
  const file = isUrl ? fileURLToPath(source) : source;
  if (file === "" || file.includes("\0")) {
    throw typeError("source", WANTED, source);
  }
  return file;
}

module.exports = { toReadable, toSource };
