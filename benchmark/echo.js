"use strict";

// Echo servers side by side: CPU per call, round trip, and what was lost.

const { load } = require("./load.js");
const { Server } = require("./server.js");
const { medians, table } = require("./table.js");

const QUICK = process.argv.includes("--quick");
const CALLS = QUICK ? [50] : [20, 100, 300];
const SECONDS = QUICK ? 2 : 5;
const ROUNDS = QUICK ? 1 : 3;
const OURS = "callstreams";
const PEERS = [OURS, "node-net", "fonoster-streams"];

async function main() {
  console.log(`\nEcho, ${SECONDS} s at 50 frames/s each way, median of ${ROUNDS}, Node ${process.version}`);
  const print = table(["calls", "server          ", "CPU ms/call-s", "ours/its", "p50 ms", "p99 ms", "lost %"]);
  for (const calls of CALLS) {
    const results = await measure(calls);
    const ours = results.get(OURS);
    for (const [peer, result] of results) {
      print([calls, peer, ...figures(result, ours)]);
    }
    if (ours.lost > 0) {
      console.error(`callstreams lost ${ours.lost} % of the audio: the comparison means nothing`);
      process.exitCode = 1;
    }
  }
}

/** All peers in turn, several rounds, so that a change in the machine's speed meets them all. */
async function measure(calls) {
  const rounds = new Map(PEERS.map((peer) => [peer, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const peer of PEERS) {
      rounds.get(peer).push(await measureOnce(peer, calls));
    }
  }
  return new Map([...rounds].map(([peer, results]) => [peer, medians(results)]));
}

async function measureOnce(peer, calls) {
  const server = await Server.start(`${peer}.js`);
  try {
    const cpu = () => server.cpu();
    const result = await load({ port: server.port, calls, seconds: SECONDS, cpu });
    return { ...result, cpu: result.cpu / (calls * SECONDS) };
  } finally {
    server.stop();
  }
}

function figures({ cpu, p50, p99, lost }, ours) {
  return [cpu.toFixed(3), (ours.cpu / cpu).toFixed(2), p50.toFixed(2), p99.toFixed(2), lost.toFixed(2)];
}

main();
