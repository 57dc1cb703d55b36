"use strict";

/**
 * A peer on a thread of its own, which goes on reading, and looking at its clock, while the test's
 * thread is stuck. Its one message is the times at which audio came.
 */

const { isMainThread, parentPort, Worker, workerData } = require("node:worker_threads");
const { Ear, REF } = require("./call.js");
const { id } = require("./peer.js");

const PATIENCE_MS = 20_000;

/** A thread that calls `port` and says what it heard once `bytes` of audio have come. */
function callFromThread(t, port, bytes) {
  const worker = new Worker(__filename, { workerData: { port, bytes } });
  t.after(() => worker.terminate());
  return worker;
}

async function listen({ port, bytes }) {
  const peer = await Ear.dial(port);
  peer.send(id(REF));
  await peer.hear(bytes, PATIENCE_MS);
  parentPort.postMessage(peer.audio().map(({ at }) => at));
  peer.destroy();
}

if (isMainThread) {
  module.exports = { callFromThread };
} else {
  void listen(workerData);
}
