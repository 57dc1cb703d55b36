"use strict";

// Echo servers side by side: CPU per call, round trip, and what was lost. `npm run bench` takes about
// two minutes, `npm run bench -- --quick` some seconds.

const { fork } = require("node:child_process");
const { once } = require("node:events");
const path = require("node:path");
const { load } = require("./load.js");

const QUICK = process.argv.includes("--quick");
const CALLS = QUICK ? [50] : [20, 100, 300];
const SECONDS = QUICK ? 2 : 5;
const ROUNDS = QUICK ? 1 : 3;
const OURS = "callstreams";
const PEERS = [OURS, "node-net", "fonoster-streams"];

async function main() {
  console.log(`Echo, ${SECONDS} s at 50 frames/s each way, median of ${ROUNDS}. Node ${process.version}\n`);
  console.log(row(["calls", "server", "CPU ms/call-s", "ratio", "p50 ms", "p99 ms", "lost %"]));
  for (const calls of CALLS) {
    const results = await measure(calls);
    const ours = results.get(OURS);
    for (const [peer, result] of results) {
      console.log(row([calls, peer, ...figures(result, ours)]));
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
  const stdio = ["ignore", "ignore", "inherit", "ipc"];
  const child = fork(path.join(__dirname, "servers", `${peer}.js`), { stdio });
  try {
    const { port } = await answer(child);
    const cpu = async () => {
      child.send("cpu");
      const { user, system } = await answer(child);
      return (user + system) / 1000;
    };
    const result = await load({ port, calls, seconds: SECONDS, cpu });
    return { ...result, cpu: result.cpu / (calls * SECONDS) };
  } finally {
    child.kill();
  }
}

/** The server's next message; fails if it ends instead. */
async function answer(child) {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${child.spawnargs[1]} ended with ${code}`);
  });
  const [message] = await Promise.race([once(child, "message"), ended]);
  return message;
}

function figures({ cpu, p50, p99, lost }, ours) {
  return [cpu.toFixed(3), (ours.cpu / cpu).toFixed(2), p50.toFixed(2), p99.toFixed(2), lost.toFixed(2)];
}

function medians(results) {
  const names = Object.keys(results[0]);
  return Object.fromEntries(names.map((name) => [name, median(results.map((result) => result[name]))]));
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function row(cells) {
  const widths = [6, 18, 14, 7, 8, 8, 8];
  return cells.map((cell, index) => String(cell).padStart(widths[index])).join(" ");
}

main();
