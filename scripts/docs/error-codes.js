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

/** The file that has every code of the core, and the place of its table on the page. */
const ENUM = "src/error.rs";
const BEGIN = "<!-- The core's codes, by scripts/error-docs.js -->";
const END = "<!-- end -->";

/** Codes that the page does not explain, codes on it that nothing gives, and codes of the core outside its list. */
function errorCodeFaults(root) {
  return [...pageFaults(root), ...literalFaults(root), ...tableFaults(root)].sort();
}

/** The page with the table that the core's list makes. */
function pageWithTable(root) {
  const page = fs.readFileSync(path.join(root, PAGE), "utf8");
  const [before, rest = ""] = page.split(BEGIN);
  const [, after = ""] = rest.split(END);
  return `${before}${BEGIN}\n${tableOf(root)}\n${END}${after}`;
}

function tableOf(root) {
  const text = fs.readFileSync(path.join(root, ENUM), "utf8");
  const list = text.slice(text.indexOf("error_codes! {"));
  const entries = [...list.matchAll(/\w+ = "([A-Z0-9_]+)",\s+"([^"]+)",\s+"([^"]+)";/g)];
  const rows = entries
    .filter(([, code]) => !INTERNAL.has(code))
    .map(([, code, meaning, remedy]) => `| \`${code}\` | ${meaning} | ${remedy} |`);
  return ["| code | what has happened | what to do |", "| --- | --- | --- |", ...rows.sort()].join("\n");
}

function tableFaults(root) {
  const isThere = fs.existsSync(path.join(root, ENUM));
  const page = path.join(root, PAGE);
  return isThere && fs.readFileSync(page, "utf8") !== pageWithTable(root)
    ? [`${PAGE} is not what ${ENUM} says: run node scripts/error-docs.js`]
    : [];
}

/** Codes are written in one file of the core. */
function literalFaults(root) {
  return sourcesIn(path.join(root, "src"))
    .filter((file) => path.relative(root, file) !== path.normalize(ENUM) && !file.split(path.sep).includes("tests"))
    .filter((file) => /"ERR_/.test(product(fs.readFileSync(file, "utf8"))))
    .map((file) => `${path.relative(root, file)} writes a code out: take it from ${ENUM}`);
}

function pageFaults(root) {
  const given = codesIn(["src", "lib"].flatMap((folder) => sourcesIn(path.join(root, folder))));
  // The table is the core's own word; where a code is met, the page must say besides.
  const [told] = fs.readFileSync(path.join(root, PAGE), "utf8").split(BEGIN).map(codesOf);
  return [
    ...[...given].filter((code) => !told.has(code) && !INTERNAL.has(code)).map((code) => `${PAGE} lacks ${code}`),
    ...[...told].filter((code) => !given.has(code) && !OF_NODE.has(code)).map((code) => `${PAGE} has ${code}, which nothing gives`)
  ];
}

function codesIn(files) {
  return new Set(files.flatMap((file) => [...codesOf(product(fs.readFileSync(file, "utf8")))]));
}

function codesOf(text) {
  return new Set(text.match(CODE) ?? []);
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

module.exports = { PAGE, errorCodeFaults, pageWithTable };
