"use strict";

// `npm run bench` runs all benchmarks beside the peers, some minutes; `npm run bench -- --quick` a few
// seconds of each.

const { spawnSync } = require("node:child_process");
const path = require("node:path");

/** Longer than any of them takes: a benchmark that hangs fails. */
const LIMIT_MS = 20 * 60 * 1000;

for (const name of ["echo.js", "pacing.js"]) {
  const program = [path.join(__dirname, name), ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, program, { stdio: "inherit", timeout: LIMIT_MS });
  process.exitCode ||= status ?? 1;
}
