"use strict";

/** Tells the benchmark where the server is, and on request how much CPU it has used. */
function reportCpu(port) {
  process.on("message", () => process.send(process.cpuUsage()));
  process.send({ port });
}

module.exports = { reportCpu };
