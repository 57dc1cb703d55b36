"use strict";

const fs = require("node:fs");
const path = require("node:path");

/** What an entry of the package exports, as its declarations say; nothing where there is no such entry. */
function declaredExports(root, { name, exports: entries }, from) {
  const entry = entries[`.${from.slice(name.length)}`];
  if (!entry) {
    return null;
  }
  const file = entry.types ?? entry.default;
  const text = file ? fs.readFileSync(path.join(root, file), "utf8") : "";
  const named = [...text.matchAll(/^export (?:declare )?(?:abstract )?\w+ (\w+)/gm)].map(([, one]) => one);
  const whole = /^export = (\w+);/m.exec(text);
  const inside = [...text.matchAll(/^ {2}(?:class|function|interface|type) (\w+)/gm)].map(([, one]) => one);
  return whole ? inside : named;
}

module.exports = { declaredExports };
