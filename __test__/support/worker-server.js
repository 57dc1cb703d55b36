"use strict";

/**
 * A worker thread with servers that answer, play and echo. Says `{ ports }` when they listen, and
 * `call` for each call; told `close` it closes them, `exit` it exits, `throw` it fails.
 */

const { Readable } = require("node:stream");
const { parentPort, workerData } = require("node:worker_threads");
const { AudioSocket } = require("../..");

const TEN_SECONDS = Buffer.alloc(160_000, 1);

const servers = Array.from({ length: workerData.servers }, () => {
  const server = new AudioSocket();
  server.onConnection((req, res) => {
    res.on("data", (pcm) => res.write(pcm));
    if (workerData.busy) {
      res.playStream(Readable.from([TEN_SECONDS]));
      res.write(TEN_SECONDS);
    }
    parentPort.postMessage("call");
  });
  return server.listen(0, "127.0.0.1");
});

parentPort.on("message", async (order) => {
  if (order === "exit") {
    process.exit(3);
  }
  if (order === "throw") {
    throw new Error("the user's");
  }
  await Promise.all(servers.map((server) => server.close()));
  parentPort.close();
});
parentPort.postMessage({ ports: servers.map((server) => server.address().port) });
