"use strict";

/** Forks of a process or a worker that ends. */

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const path = require("node:path");
const { test } = require("node:test");
const { Worker } = require("node:worker_threads");
const { openServer, soon } = require("./support/call.js");
const { openFarEnd } = require("./support/far-end.js");

/** A program that forks a call, and then does `last`. */
const program = (last) => `
  const { AudioSocket } = require(${JSON.stringify(path.resolve(__dirname, ".."))});
  const [port, url] = process.argv.slice(-2);
  AudioSocket.connect({ port: Number(port) }).then((res) => {
    res.fork(url).on("connect", () => ${last});
  });
`;

async function answering(t) {
  const server = await openServer(t);
  server.onConnection((req, res) => res.on("data", () => {}));
  return String(server.address().port);
}

test("the end of a process is a proper close to its far ends", async (t) => {
  const far = await openFarEnd(t);
  const args = ["-e", program("process.exit(0)"), await answering(t), far.url];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  t.after(() => child.kill());
  const [code] = await soon(once(child, "exit"), "the process to end", 10_000);
  assert.equal(code, 0);
  assert.deepEqual(await (await far.next()).close(), { code: 1000, reason: "" });
});

test("the end of a worker is one, too", async (t) => {
  const far = await openFarEnd(t);
  const last = 'require("node:worker_threads").parentPort.postMessage("there")';
  const worker = new Worker(program(last), { eval: true, argv: [await answering(t), far.url] });
  t.after(() => worker.terminate());
  await soon(once(worker, "message"), "the fork");
  await soon(worker.terminate(), "the worker to end");
  assert.deepEqual(await (await far.next()).close(), { code: 1000, reason: "" });
});
