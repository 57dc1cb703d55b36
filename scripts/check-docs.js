"use strict";

// Holds the documentation to what is there: links and anchors, code blocks, error codes, the index, and the tests
// that a page names as proofs. It only reads; __test__/docs.test.js runs the blocks that are marked `run`, and tries
// this on pages with faults.

const fs = require("node:fs");
const path = require("node:path");
const { codeFaults } = require("./docs/code-blocks.js");
const { errorCodeFaults } = require("./docs/error-codes.js");
const { linkFaults } = require("./docs/links.js");
const { Page } = require("./docs/page.js");
const { proofFaults } = require("./docs/proofs.js");

const ROOT = path.join(__dirname, "..");
const IGNORED = new Set(["node_modules", "target", "native"]);
const INDEX = "docs/README.md";

/** Every Markdown file of the repository. */
function pagesIn(root, folder = "") {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const place = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) {
      return IGNORED.has(entry.name) || entry.name.startsWith(".") ? [] : pagesIn(root, place);
    }
    return entry.name.endsWith(".md") ? [Page.read(root, place)] : [];
  });
}

/** What is wrong, a line each: `file:line what`. */
async function faultsOf(root, pages) {
  return [
    ...linkFaults(root, pages),
    ...indexFaults(pages),
    ...(await codeFaults(root, pages)),
    ...errorCodeFaults(root),
    ...proofFaults(root, pages)
  ];
}

/** Each page of docs/ must be found from its index. */
function indexFaults(pages) {
  const index = pages.find(({ file }) => file === INDEX);
  const listed = new Set(index?.links.map(({ target }) => path.posix.join("docs", target.split("#")[0])));
  const lost = pages.filter(({ file }) => /^docs\/[^/]+\.md$/.test(file) && file !== INDEX && !listed.has(file));
  return lost.map(({ file }) => `${INDEX} does not name ${file}`);
}

async function main() {
  const faults = await faultsOf(ROOT, pagesIn(ROOT));
  if (faults.length > 0) {
    console.error(`The documentation is wrong:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
    process.exitCode = 1;
  }
}

if (require.main === module) {
  main();
}

module.exports = { ROOT, faultsOf, pagesIn };
