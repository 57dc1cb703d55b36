"use strict";

// What callers hear of a play: how far its frames are from their 20 ms grid, and what it costs.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { generate } = require("../generator.js");
const { IN_NODE } = require("../peers.js");
const { compare } = require("../rounds.js");
const { Server } = require("../server.js");

const FRAMES_A_SECOND = 50;
const SAMPLES_A_FRAME = 160;

async function run({ quick }) {
  const frames = (quick ? 2 : 8) * FRAMES_A_SECOND;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-play-"));
  const file = path.join(folder, "numbered.sln");
  fs.writeFileSync(file, numbered(frames));
  try {
    return [await table({ quick, frames, file })];
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function table({ quick, frames, file }) {
  const plays = quick ? [20] : [1, 100, 1000];
  const blocked = Math.max(...plays);
  return compare({
    title: `Play: so many plays of ${frames / FRAMES_A_SECOND} s at once`,
    cases: [
      ...plays.map((calls) => ({ name: `${calls}`, calls, blockedMs: 0 })),
      { name: `${blocked}, JavaScript blocked 300 ms a second`, calls: blocked, blockedMs: 300 }
    ],
    columns: {
      cpu: ["CPU, ms per play and second", 3],
      p50: ["off the grid p50, ms", 2],
      p99: ["p99, ms", 2],
      max: ["max, ms", 1],
      gap: ["longest gap, ms", 0],
      error: ["total error, %", 4],
      missing: ["missing, %", 2]
    },
    rounds: quick ? 1 : 2,
    peers: IN_NODE,
    measure: (peer, what) => measure(peer, { ...what, frames, file }),
    fault: ({ wrong }) => (wrong > 0 ? `${wrong} frames were left out or changed` : null)
  });
}

async function measure(peer, { calls, blockedMs, frames, file }) {
  const env = { PLAYED: file, BLOCKED_MS: String(blockedMs) };
  return Server.with(peer, "play", { env }, async ({ port, pid }) => {
    const result = await generate("play", { port, pid, calls, frames, over: Math.min(1, frames / 200) });
    const { deviation, usage, seconds, missing, corrupt } = result;
    return {
      cpu: usage.cpuMs / (calls * seconds),
      p50: deviation.p50,
      p99: deviation.p99,
      max: deviation.max,
      gap: result.longestGap,
      error: result.errorPercent,
      missing: (100 * missing) / (calls * frames),
      wrong: missing + corrupt
    };
  });
}

/** Raw audio in which each sample is its frame's number, counted from 1. */
function numbered(frames) {
  const samples = new Int16Array(frames * SAMPLES_A_FRAME);
  return Buffer.from(samples.map((_, index) => 1 + Math.floor(index / SAMPLES_A_FRAME)).buffer);
}

module.exports = { run };
