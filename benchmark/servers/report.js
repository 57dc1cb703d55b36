"use strict";

const fs = require("node:fs");

/** Where reports go: stdout may be full of what a server's library logs. */
const REPORTS = 3;

/**
 * Tells the benchmark where the server is and, whenever it asks, `counters`. Ends with the benchmark.
 */
function report(port, counters = () => ({})) {
  const say = (what) => fs.writeSync(REPORTS, `${JSON.stringify(what)}\n`);
  process.stdin.on("data", (question) => {
    if (String(question).includes("gc")) {
      globalThis.gc();
    }
    say({ at: performance.now(), ...counters() });
  });
  process.stdin.on("end", () => process.exit());
  say({ port });
  blockAtTimes(Number(process.env.BLOCKED_MS ?? 0));
}

/** JavaScript that is away for so long in each second. It sleeps, to use no processor time of its own. */
function blockAtTimes(milliseconds) {
  if (milliseconds > 0) {
    setInterval(() => {
      const nobody = new Int32Array(new SharedArrayBuffer(4));
      Atomics.wait(nobody, 0, 0, milliseconds);
    }, 1000);
  }
}

module.exports = { report };
