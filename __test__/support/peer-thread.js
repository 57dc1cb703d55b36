"use strict";

/** A peer on a thread of its own, which speaks while the test's thread is stuck. */

const { parentPort, workerData } = require("node:worker_threads");
const { call } = require("./peer.js");

const peer = call(workerData.port, workerData.ref);
parentPort.on("message", (bytes) => peer.send(bytes));
