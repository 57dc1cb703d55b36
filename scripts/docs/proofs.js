"use strict";

const fs = require("node:fs");
const path = require("node:path");

/** A link to a test's file, and in quotes what the test is called, or a part of that. */
const PROOF = /\]\(([^)\s]+\.(?:js|rs))\): "([^"]+)"/g;

/** Tests that a page names, and that are not in the file it links to. */
function proofFaults(root, pages) {
  return pages.flatMap(({ file, text }) =>
    [...text.matchAll(PROOF)].flatMap(([, target, name]) => {
      const place = path.posix.join(path.posix.dirname(file), target);
      const test = path.join(root, place);
      return fs.existsSync(test) && !isIn(fs.readFileSync(test, "utf8"), name)
        ? [`${file} ${place} has no test "${name}"`]
        : [];
    })
  );
}

/** Rust's tests have underscores between their words. */
function isIn(text, name) {
  return text.includes(name) || text.includes(`fn ${name.replaceAll(" ", "_")}(`);
}

module.exports = { proofFaults };
