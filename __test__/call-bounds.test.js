"use strict";

/** How long a call may last, and how long without audio. */

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { audio, call, tone } = require("./support/peer.js");
const { HOST, serve } = require("./support/serve.js");
const { eventually, once, within } = require("./support/wait.js");
const { dial: dialWebSocket, serve: serveWebSocket } = require("./support/websocket.js");
const { AudioSocket } = require("..");

/** Says a frame every 20 ms until the test is over. */
function speak(t, peer) {
  const timer = setInterval(() => peer.send(audio(tone(1))), 20);
  t.after(() => clearInterval(timer));
}

/** The call's error, and how long it took to come, once its end has. */
async function failure(res) {
  const begun = performance.now();
  const failed = new Promise((resolve) => {
    res.on("error", (error) => resolve({ error, after: performance.now() - begun }));
  });
  const ended = new Promise((resolve) => {
    res.on("end", resolve);
  });
  await within(ended, 10_000, "the end");
  return within(failed, 1000, "the error");
}

async function taken(t, options) {
  const server = serve(t, () => {}, options);
  const connection = once(server, "connection");
  const peer = call(server.address().port);
  t.after(() => peer.destroy());
  const [, res] = await connection;
  return { server, peer, res };
}

test("a call without audio ends with an error after mediaTimeout, and its peer is hung up", async (t) => {
  const { peer, res, server } = await taken(t, { mediaTimeout: 200 });
  const { error, after } = await failure(res);
  assert.equal(error.code, "ERR_NO_AUDIO");
  assert.match(error.message, /200 ms/);
  assert.ok(after >= 150, `${after} ms`);
  await peer.closed();
  await eventually(() => server.connections === 0);
});

test("a call with audio does not", async (t) => {
  const { peer, res } = await taken(t, { mediaTimeout: 300 });
  res.on("error", (error) => assert.fail(error));
  speak(t, peer);
  await eventually(() => res.stats().framesIn > 50);
});

test("a call ends with an error after maxDuration, though audio comes", async (t) => {
  const { peer, res } = await taken(t, { maxDuration: 250 });
  speak(t, peer);
  res.on("data", () => {});
  const { error, after } = await failure(res);
  assert.equal(error.code, "ERR_MAX_DURATION");
  assert.ok(after >= 200, `${after} ms`);
});

test("a call that ends before is no error", async (t) => {
  const { peer, res } = await taken(t, { maxDuration: 60_000, mediaTimeout: 60_000 });
  res.on("error", (error) => assert.fail(error));
  const ended = once(res, "end");
  peer.end();
  await ended;
});

test("a call that was placed has the same bounds", async (t) => {
  const server = serve(t, () => {}, { silence: "never" });
  const res = await AudioSocket.connect({ port: server.address().port, host: HOST, mediaTimeout: 150 });
  assert.equal((await failure(res)).error.code, "ERR_NO_AUDIO");
});

test("a call over WebSocket has the same bounds", async (t) => {
  for (const [options, code] of [[{ mediaTimeout: 150 }, "ERR_NO_AUDIO"], [{ maxDuration: 150, stitch: 5 }, "ERR_MAX_DURATION"]]) {
    const { url, call: next } = serveWebSocket(t, { dialect: "raw", ...options });
    const client = await dialWebSocket(t, url);
    client.socket.send(Buffer.alloc(320));
    const { ear } = await next();
    assert.equal((await ear.next("error")).code, code);
    await ear.next("end").catch(() => {});
    await eventually(() => ear.names().includes("end"));
  }
});
