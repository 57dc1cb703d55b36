"use strict";

const assert = require("node:assert/strict");
const dns = require("node:dns/promises");
const { getEventListeners, once } = require("node:events");
const net = require("node:net");
const { test } = require("node:test");
const { Worker } = require("node:worker_threads");
const { AudioSocket } = require("..");
const { REF, openRaw, soon } = require("./support/call.js");

const UUID = Buffer.from(REF.replaceAll("-", ""), "hex");

/** A port that lets nobody in any more: nobody accepts, and the queue is full. Null if it cannot be. */
async function openFull(t) {
  const server = new Worker(
    `const { parentPort } = require("node:worker_threads");
     const server = require("node:net").createServer();
     server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
     });`,
    { eval: true }
  );
  const waiting = [];
  t.after(async () => {
    waiting.forEach((socket) => socket.destroy());
    await server.terminate();
  });
  const [port] = await soon(once(server, "message"), "the port");
  while (waiting.length < 16) {
    const socket = net.connect(port, "127.0.0.1").on("error", () => {});
    waiting.push(socket);
    const isIn = soon(once(socket, "connect"), "room", 300);
    if (await isIn.then(() => false, () => true)) {
      return port;
    }
  }
  return null;
}

test("a port where nobody listens rejects as in Node", async (t) => {
  const { port, close } = await openRaw(t);
  await close();
  const { code, errno, syscall, address } = await new Promise((resolve) => {
    net.connect(port, "127.0.0.1").on("error", resolve);
  });
  assert.equal(code, "ECONNREFUSED");
  const expected = { name: "Error", code, errno, syscall, address, port };
  await soon(assert.rejects(AudioSocket.connect({ port }), expected), "the rejection");
});

/** Has every name mean these addresses. */
function resolveTo(t, ...addresses) {
  const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  t.mock.method(dns, "lookup", () => Promise.resolve(found));
}

test("of a host's addresses the one that answers is taken", async (t) => {
  const { port, peers } = await openRaw(t);
  resolveTo(t, "::1", "127.0.0.1");
  const client = await soon(AudioSocket.connect({ host: "pbx.example", port }), "the client");
  t.after(() => client.hangup());
  await peers(1);
});

test("where no address answers, the error names the host and what became of each", async (t) => {
  const { port, close } = await openRaw(t);
  await close();
  resolveTo(t, "127.0.0.1", "::1");
  const error = await soon(AudioSocket.connect({ host: "pbx.example", port }).catch((reason) => reason), "the rejection");
  assert.equal(error.code, "ECONNREFUSED");
  assert.match(error.message, new RegExp(`^connect ECONNREFUSED pbx\\.example:${port} \\(127\\.0\\.0\\.1: .+; ::1: .+\\)$`));
  assert.doesNotMatch(error.message, /os error/);
});

test("a connection that does not come up in time rejects", async (t) => {
  const port = await openFull(t);
  if (port === null) {
    return t.skip("this system takes connections beyond the backlog");
  }
  const start = performance.now();
  const message = `connect ETIMEDOUT 127.0.0.1:${port} (127.0.0.1: no answer in time)`;
  const rejected = assert.rejects(AudioSocket.connect({ port, timeout: 250 }), { code: "ETIMEDOUT", message });
  await soon(rejected, "the rejection", 2000);
  const took = performance.now() - start;
  assert.ok(took >= 240, `it gave up after ${took} ms`);
});

test("an abort while the connection waits rejects at once", async (t) => {
  const port = await openFull(t);
  if (port === null) {
    return t.skip("this system takes connections beyond the backlog");
  }
  const controller = new AbortController();
  const { signal } = controller;
  const dialled = AudioSocket.connect({ port, signal, timeout: 10_000 });
  const rejected = assert.rejects(dialled, { name: "AbortError" });
  await new Promise(setImmediate);
  controller.abort();
  await soon(rejected, "the rejection", 2000);
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("an abort before the call rejects with its reason, and nobody is dialled", async (t) => {
  const { port, peers } = await openRaw(t);
  const reason = new Error("no longer wanted");
  const aborted = AudioSocket.connect({ port, signal: AbortSignal.abort(reason) });
  await soon(assert.rejects(aborted, (error) => error === reason), "the rejection");
  await assert.rejects(AudioSocket.connect({ port, signal: AbortSignal.abort() }), { name: "AbortError" });

  const client = await soon(AudioSocket.connect({ port, ref: REF }), "the client");
  t.after(() => client.hangup());
  const [first] = await peers(1);
  await first.until(() => first.frames.length > 0, "the UUID");
  assert.deepEqual(first.frames[0].payload, UUID);
});

test("an abort during the call's set-up rejects with its reason, and hangs up", async (t) => {
  const { port, peers } = await openRaw(t);
  let reached = 1;
  for (const waits of [() => {}, () => Promise.resolve(), () => new Promise(setImmediate)]) {
    const controller = new AbortController();
    const reason = new Error("no longer wanted");
    const dialled = AudioSocket.connect({ port, signal: controller.signal });
    const settled = dialled.then(() => null, (error) => error);
    await waits();
    controller.abort(reason);
    const error = await soon(settled, "the outcome");
    // The call may have come up first: then it is the caller's.
    assert.ok(error === reason || error === null);
    if (error === null) {
      reached += 1;
      (await dialled).hangup();
    }
  }
  (await soon(AudioSocket.connect({ port }), "the client")).hangup();
  // Whoever was reached before is there by now; some aborted calls may have got through too.
  const called = await peers(reached);
  await soon(Promise.all(called.map((peer) => peer.closed())), "all connections to close");
});

test("bad options reject with a code", async () => {
  const rejects = (options, name, code) =>
    soon(assert.rejects(AudioSocket.connect(options), { name, code }), JSON.stringify(options));
  for (const port of [undefined, 0, -1, 65536, 1.5, NaN, "sip", null]) {
    await rejects({ port }, "RangeError", "ERR_SOCKET_BAD_PORT");
  }
  const outOfRange = [{ ref: "no uuid" }, { ref: `${REF}0` }, { timeout: 0 }, { sampleRate: 11025 }, { silence: "" }];
  for (const options of outOfRange) {
    await rejects({ port: 9092, ...options }, "RangeError", "ERR_OUT_OF_RANGE");
  }
  for (const options of [{ host: 5 }, { ref: 5 }, { signal: {} }, { timeout: "1" }, { highWaterMark: true }]) {
    await rejects({ port: 9092, ...options }, "TypeError", "ERR_INVALID_ARG_TYPE");
  }
  await rejects(null, "TypeError", "ERR_INVALID_ARG_TYPE");
  await rejects(5, "TypeError", "ERR_INVALID_ARG_TYPE");
});
