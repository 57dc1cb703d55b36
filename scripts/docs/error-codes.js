"use strict";

const fs = require("node:fs");
const path = require("node:path");

const PAGE = "docs/errors.md";
const CODE = /\bERR_[A-Z0-9]+(?:_[A-Z0-9]+)*\b(?!_)/g;

/** Of the core alone: none of these reaches JavaScript. */
const INTERNAL = new Set([
  "ERR_CALL_OVER", // what is said to a call that is over is dropped
  "ERR_NOT_BEGUN", // nothing can be said to a call before there is one
  "ERR_CONTINUED" // a WebSocket that a call goes on over
]);

/** Node's own, which we pass on. */
const OF_NODE = new Set(["ERR_STREAM_PREMATURE_CLOSE"]);

/** Codes that the page does not explain, and codes on it that nothing gives. */
function errorCodeFaults(root) {
  const given = codesIn(["src", "lib"].flatMap((folder) => sourcesIn(path.join(root, folder))));
  const told = codesIn([path.join(root, PAGE)]);
  return [
    ...[...given].filter((code) => !told.has(code) && !INTERNAL.has(code)).map((code) => `${PAGE} lacks ${code}`),
    ...[...told].filter((code) => !given.has(code) && !OF_NODE.has(code)).map((code) => `${PAGE} has ${code}, which nothing gives`)
  ].sort();
}

function codesIn(files) {
  return new Set(files.flatMap((file) => product(fs.readFileSync(file, "utf8")).match(CODE) ?? []));
}

/** A Rust file without its tests. */
function product(text) {
  return text.split("#[cfg(test)]\nmod tests")[0];
}

function sourcesIn(folder) {
  return fs.readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(rs|js)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

module.exports = { errorCodeFaults };
