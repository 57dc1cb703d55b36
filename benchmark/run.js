"use strict";

// `npm run bench` runs all benchmarks beside the peers, some minutes; `npm run bench -- --quick` a few
// seconds of each.

const { spawnSync } = require("node:child_process");
const path = require("node:path");

for (const name of ["echo.js", "pacing.js"]) {
  const program = [path.join(__dirname, name), ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, program, { stdio: "inherit" });
  process.exitCode ||= status;
}
