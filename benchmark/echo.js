"use strict";

// Echo servers side by side: processor time a call, round trip, and what was lost.

const { build, generate } = require("./generator.js");
const { ALL, OURS } = require("./peers.js");
const { inTurn, spread } = require("./rounds.js");
const { Server } = require("./server.js");
const { table } = require("./table.js");

const QUICK = process.argv.includes("--quick");
const CALLS = QUICK ? [100] : [1, 20, 100, 500, 1000, 2000];
const SECONDS = QUICK ? 2 : 4;
const ROUNDS = QUICK ? 1 : 3;

/** From here on server and load are not bound to a core each: the load needs more than one. */
const UNBOUND = 2000;

async function main() {
  build();
  console.log(`\nEcho, ${SECONDS} s at 50 frames/s each way, median of ${ROUNDS}, Node ${process.version}`);
  const print = table(["calls", "server               ", "CPU ms/call-s", "ours/its", "p50 ms", "p99 ms", "lost %"]);
  for (const calls of CALLS) {
    const results = await inTurn(ALL, ROUNDS, (peer) => measure(peer, calls));
    const cpu = (peer) => spread(results[peer], (result) => result.cpu).median;
    for (const peer of ALL) {
      const figure = (name) => spread(results[peer], (result) => result[name]).median.toFixed(2);
      const ratio = (cpu(OURS) / cpu(peer)).toFixed(2);
      print([calls, peer, cpu(peer).toFixed(3), ratio, figure("p50"), figure("p99"), figure("lost")]);
    }
    const wrong = results[OURS].reduce((sum, { faults }) => sum + faults, 0);
    if (wrong > 0) {
      console.error(`callstreams lost or changed ${wrong} frames: the comparison means nothing`);
      process.exitCode = 1;
    }
  }
}

async function measure(peer, calls) {
  const pin = calls < UNBOUND;
  const server = await Server.start(peer, "echo", { pin });
  try {
    const options = { port: server.port, pid: server.pid, calls, seconds: SECONDS };
    const { trip, usage, sent, lost, corrupt } = await generate("echo", options, { pin });
    const cpu = usage.cpuMs / (calls * SECONDS);
    return { cpu, p50: trip.p50, p99: trip.p99, lost: (100 * lost) / sent, faults: lost + corrupt };
  } finally {
    await server.stop();
  }
}

main();
