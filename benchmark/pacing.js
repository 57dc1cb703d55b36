"use strict";

// Players side by side: how far the frames of a play are from their 20 ms grid, how long it takes in
// all, and what it costs.

const { randomUUID } = require("node:crypto");
const { once } = require("node:events");
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");
const { LIBRARIES } = require("./peers.js");
const { inTurn, spread } = require("./rounds.js");
const { Server } = require("./server.js");
const { table } = require("./table.js");

const QUICK = process.argv.includes("--quick");
const PLAYS = QUICK ? [20] : [1, 100, 1000];
const SECONDS = QUICK ? 2 : 10;
const ROUNDS = QUICK ? 1 : 3;

/** How many times its length a play may take. */
const PATIENCE = 2;

const HEADER = 3;
const FRAME = 320;
const FRAME_MS = 20;
const AUDIO = 0x10;

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pacing-"));
  // The servers play this file to whoever calls.
  process.env.PLAYED = path.join(folder, "played.sln");
  fs.writeFileSync(process.env.PLAYED, Buffer.alloc(SECONDS * 50 * FRAME, 1));
  console.log(`\nPlays of ${SECONDS} s, all at once, median of ${ROUNDS}, Node ${process.version}`);
  const print = table(["plays", "server              ", "p50 ms", "p99 ms", "max ms", "length %", "CPU ms/play-s"]);
  for (const plays of PLAYS) {
    const results = await inTurn(LIBRARIES, ROUNDS, (peer) => measure(peer, plays));
    for (const [peer, rounds] of Object.entries(results)) {
      const figure = (name) => spread(rounds, (result) => result[name]).median.toFixed(2);
      print([plays, peer, ...["p50", "p99", "max", "length", "cpu"].map(figure)]);
    }
  }
  fs.rmSync(folder, { recursive: true });
}

async function measure(peer, plays) {
  const server = await Server.start(peer, "play");
  try {
    const before = (await server.ask()).cpu;
    const ears = await Promise.all(Array.from({ length: plays }, () => listen(server.port)));
    const cpu = ((await server.ask()).cpu - before) / (plays * SECONDS);
    const off = ears.flatMap((times) => deviations(times)).sort((a, b) => a - b);
    const at = (share) => off[Math.min(off.length - 1, Math.floor(off.length * share))];
    const lengths = ears.map((times) => (times.at(-1) - times[0]) / ((times.length - 1) * FRAME_MS));
    const length = (100 * lengths.reduce((sum, value) => sum + value, 0)) / lengths.length;
    return { p50: at(0.5), p99: at(0.99), max: off.at(-1), length, cpu };
  } finally {
    await server.stop();
  }
}

/** When each frame of the play came, in milliseconds. */
async function listen(port) {
  const socket = net.connect(port, "127.0.0.1").setNoDelay(true);
  const times = [];
  let bytes = 0;
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    const now = performance.now();
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    while (rest.length >= HEADER && rest.length >= HEADER + rest.readUInt16BE(1)) {
      const end = HEADER + rest.readUInt16BE(1);
      // Silence that a server sends of itself is no part of the play.
      if (rest[0] === AUDIO && rest[HEADER] !== 0) {
        times.push(now);
        bytes += end - HEADER;
      }
      rest = rest.subarray(end);
    }
    if (bytes >= SECONDS * 50 * FRAME) {
      socket.emit("played");
    }
  });
  await once(socket, "connect");
  const id = Buffer.from(randomUUID().replaceAll("-", ""), "hex");
  socket.write(Buffer.concat([Buffer.from([1, 0, 16]), id]));
  // A player that leaves out frames it was too late for never gets to the end.
  const late = new Promise((resolve) => setTimeout(resolve, SECONDS * 1000 * PATIENCE).unref());
  await Promise.race([once(socket, "played"), once(socket, "close"), late]);
  socket.destroy();
  return times;
}

/** How far each frame is from the grid that begins with the first. */
function deviations(times) {
  return times.map((time, index) => Math.abs(time - times[0] - index * FRAME_MS));
}

main();
