"use strict";

/** Many calls, each forked twice. */

const assert = require("node:assert/strict");
const { once } = require("node:events");
const { test } = require("node:test");
const sound = require("../examples/sound.js");
const { openServer, placeCall, soon } = require("./support/call.js");
const { openFarEnd } = require("./support/far-end.js");
const { audio } = require("./support/peer.js");

const CALLS = 200;
const FRAMES = 50;
const FRAME = 320;

test("two hundred calls with two forks each are all heard, each to its end", async (t) => {
  const far = await openFarEnd(t);
  const server = await openServer(t);
  const forks = [];
  const closed = [];
  const all = [];
  server.onConnection((req, res) => {
    for (const place of ["a", "b"]) {
      const fork = res.fork(`${far.url}${place}`);
      all.push(fork);
      forks.push(once(fork, "connect"));
      closed.push(once(fork, "close").then(() => fork.stats()));
    }
  });
  const peers = [];
  for (let count = 0; count < CALLS; count += 1) {
    peers.push(await placeCall(t, server));
  }
  await soon(
    (async () => {
      while (forks.length < 2 * CALLS) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await Promise.all(forks);
    })(),
    "all forks",
    15_000
  );
  // What is said before a far end is there is nobody's.
  const before = all.map((fork) => fork.stats().droppedFrames);
  const said = sound.sweep(300, 2000, FRAMES * 20, 8000);
  const begin = performance.now();
  for (let index = 0; index < FRAMES; index += 1) {
    const frame = audio(said.subarray(index * FRAME, (index + 1) * FRAME));
    peers.forEach((peer) => peer.send(frame));
    const due = begin + (index + 1) * 20 - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due)));
  }
  peers.forEach((peer) => peer.end());
  const stats = await soon(Promise.all(closed), "all forks to close", 15_000);
  assert.equal(far.heard.length, 2 * CALLS);
  assert.deepEqual(stats.map(({ droppedFrames }) => droppedFrames), before);
  const spans = far.heard.map((heard) => sound.speechSpan(heard.pcm(), 8000)?.ms ?? 0);
  const whole = spans.filter((ms) => ms >= FRAMES * 20 - 100);
  // The machine may have stood still longer than a fork waits for late frames.
  assert.ok(whole.length >= 2 * CALLS * 0.95, `${whole.length} of ${2 * CALLS} were heard whole`);
  assert.ok(spans.every((ms) => ms >= (FRAMES * 20) / 2), `${Math.min(...spans)} ms`);
});
