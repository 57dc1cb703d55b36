"use strict";

// One port, many processes: the system spreads the calls over them. A process that dies takes its own calls
// with it, and another takes its place.
//
//   node examples/cluster.js        waits on port 9092, or on PORT, with a process for each core, or WORKERS
//
// Sharing a port (SO_REUSEPORT) is what Linux does; elsewhere put a proxy in front of several ports.

const cluster = require("node:cluster");
const os = require("node:os");
const { AudioSocket } = require("callstreams");

const GREETING = `${__dirname}/greeting.sln`;
const PORT = Number(process.env.PORT ?? 9092);
const WORKERS = Number(process.env.WORKERS ?? os.availableParallelism());
/** How long calls may go on when the program is told to end. */
const DRAIN_MS = Number(process.env.DRAIN_MS ?? 30_000);
/** A worker that dies at once is not started again at once. */
const PAUSE_MS = 1000;

if (cluster.isPrimary) {
  supervise();
} else {
  serve();
}

function supervise() {
  let isEnding = false;
  for (let count = 0; count < WORKERS; count += 1) {
    cluster.fork();
  }
  cluster.on("exit", (worker, code, signal) => {
    console.log("worker", worker.process.pid, "ended:", signal ?? code);
    if (!isEnding) {
      setTimeout(() => isEnding || cluster.fork(), PAUSE_MS);
    }
  });
  process.on("SIGTERM", () => {
    isEnding = true;
    Object.values(cluster.workers).forEach((worker) => worker.process.kill());
  });
  // Ctrl-C reaches the workers without our help.
  process.on("SIGINT", () => (isEnding = true));
}

function serve() {
  const audioSocket = new AudioSocket();
  audioSocket.onConnection(async (req, res) => {
    console.log("worker", process.pid, "has call", req.ref);
    await res.play(GREETING);
    res.on("data", (pcm) => res.write(pcm));
  });
  audioSocket.listen({ port: PORT, reusePort: true }, () => {
    console.log("worker", process.pid, "is listening on port", audioSocket.address().port);
  });
  // No new calls; those that are up may end by themselves, within DRAIN_MS. SIGTERM and Ctrl-C come here.
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.once(signal, async () => {
      await audioSocket.drain({ timeout: DRAIN_MS });
      process.exit();
    });
  }
}
