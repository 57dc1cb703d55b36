"use strict";

/** Worker threads: each has servers of its own, and may end in the middle of calls. */

const assert = require("node:assert/strict");
const path = require("node:path");
const { describe, test } = require("node:test");
const { Worker } = require("node:worker_threads");
const { startChild } = require("./support/child.js");
const { Kind, audio, call, tone } = require("./support/peer.js");
const { answering, isAlive } = require("./support/serve.js");
const { once, within } = require("./support/wait.js");

const SERVER = path.join(__dirname, "support/worker-server.js");

/** A worker with `servers` servers that listen. */
async function startWorker(t, workerData) {
  const worker = new Worker(SERVER, { workerData });
  t.after(() => worker.terminate());
  const [{ ports }] = await once(worker, "message", 10_000);
  return { worker, ports };
}

/** A call that a worker's server has answered. */
async function callWorker(t, worker, port) {
  const answered = once(worker, "message");
  const peer = call(port);
  t.after(() => peer.destroy());
  assert.deepEqual(await answered, ["call"]);
  return peer;
}

/** The server plays back what the peer says. */
async function isEchoed(peer, value) {
  peer.send(audio(tone(value)));
  await peer.next(({ kind, payload }) => kind === Kind.AUDIO && payload.equals(tone(value)));
}

test("a worker answers calls, and exits by itself when its servers are closed", async (t) => {
  const { worker, ports } = await startWorker(t, { servers: 1 });
  const peer = await callWorker(t, worker, ports[0]);
  await isEchoed(peer, 5);
  const exited = once(worker, "exit");
  worker.postMessage("close");
  assert.deepEqual(await exited, [0]);
  await peer.next(Kind.HANGUP);
  assert.equal(await peer.closed(), null);
});

test("several workers have several servers each, and every call goes to its own", async (t) => {
  const workers = await Promise.all([1, 2, 3].map(() => startWorker(t, { servers: 4 })));
  const peers = [];
  for (const { worker, ports } of workers) {
    for (const port of ports) {
      peers.push(await callWorker(t, worker, port));
    }
  }
  assert.equal(new Set(workers.flatMap(({ ports }) => ports)).size, 12);
  await Promise.all(peers.map((peer, index) => isEchoed(peer, index + 1)));

  const [first, ...others] = workers;
  await within(first.worker.terminate(), 5000, "the worker's end");
  await Promise.all(peers.slice(0, 4).map((peer) => peer.closed()));
  await Promise.all(peers.slice(4).map((peer, index) => isEchoed(peer, index + 20)));
  for (const { worker } of others) {
    const exited = once(worker, "exit");
    worker.postMessage("close");
    assert.deepEqual(await exited, [0]);
  }
});

describe("the main thread's calls and the next worker go on after a worker", () => {
  const ends = {
    "was terminated": (worker) => worker.terminate(),
    "exited by process.exit()": (worker) => worker.postMessage("exit"),
    "failed": (worker) => worker.postMessage("throw")
  };
  for (const [name, end] of Object.entries(ends)) {
    test(`${name} in mid-call, ten times`, async (t) => {
      const { place } = answering(t);
      const own = await place();
      for (let round = 0; round < 10; round += 1) {
        const { worker, ports } = await startWorker(t, { servers: 2, busy: true });
        worker.on("error", () => {});
        const first = await callWorker(t, worker, ports[0]);
        const second = await callWorker(t, worker, ports[1]);
        await first.next(Kind.AUDIO);
        first.send(...Array.from({ length: 50 }, (_, index) => audio(tone(index))));

        const exited = once(worker, "exit");
        end(worker);
        await exited;
        await Promise.all([first.closed(), second.closed()]);
        assert.equal(await call(ports[0]).closed(), "ECONNREFUSED");
        await isAlive(own);
      }
      await isAlive(await place());
    });
  }
});

test("a process in which only workers served exits by itself when they are gone", async (t) => {
  const child = startChild(
    t,
    async (file) => {
      const { Worker: Thread } = require("node:worker_threads");
      const { call: dial } = require("./support/peer.js");
      for (let round = 0; round < 3; round += 1) {
        const worker = new Thread(file, { workerData: { servers: 1, busy: true } });
        const { ports } = await new Promise((resolve) => worker.once("message", resolve));
        const answered = new Promise((resolve) => worker.once("message", resolve));
        const peer = dial(ports[0]);
        await answered;
        await worker.terminate();
        await peer.closed();
      }
      console.log(JSON.stringify("done"));
    },
    SERVER
  );
  assert.equal(await child.line(), "done");
  assert.deepEqual(await child.exited(), { code: 0, signal: null, stderr: "" });
});

test("a process may exit while its workers are in mid-call", async (t) => {
  const child = startChild(
    t,
    async (file) => {
      const { Worker: Thread } = require("node:worker_threads");
      const worker = new Thread(file, { workerData: { servers: 1, busy: true } });
      worker.on("message", (message) => console.log(JSON.stringify(message)));
    },
    SERVER
  );
  const { ports } = await child.line();
  const peer = call(ports[0]);
  assert.equal(await child.line(), "call");
  await peer.next(Kind.AUDIO);
  child.kill("SIGTERM");
  assert.equal((await child.exited()).signal, "SIGTERM");
  await peer.closed();
});
