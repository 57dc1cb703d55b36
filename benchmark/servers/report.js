"use strict";

const fs = require("node:fs");

/** Where reports go: stdout may be full of what a server's library logs. */
const REPORTS = 3;

/**
 * Tells the benchmark where the server is and, whenever it asks, `counters` and what the process uses.
 * Ends with the benchmark.
 */
function report(port, counters = () => ({})) {
  const say = (what) => fs.writeSync(REPORTS, `${JSON.stringify(what)}\n`);
  process.stdin.on("data", (question) => {
    if (String(question).includes("gc")) {
      globalThis.gc?.();
    }
    const { user, system } = process.cpuUsage();
    say({ at: performance.now(), cpu: (user + system) / 1000, ...counters() });
  });
  process.stdin.on("end", () => process.exit());
  say({ port });
}

module.exports = { report };
