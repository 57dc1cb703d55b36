"use strict";

/** How a call's Writable comes to its end: by the call's, or by its writer's. */

const assert = require("node:assert/strict");
const { PassThrough, Readable } = require("node:stream");
const { finished, pipeline } = require("node:stream/promises");
const { test } = require("node:test");
const { hangup } = require("./support/peer.js");
const { frame, noise, openCall, sameAudio, soon } = require("./support/call.js");
const { eventually, once } = require("./support/wait.js");

const FRAME = 320;
const SECOND = 50 * FRAME;

/** A source that goes on until it is destroyed. */
function endless() {
  return new Readable({
    read() {
      this.push(noise(10 * FRAME));
    }
  });
}

test("a pipeline that is not through rejects when the call ends, and its source is destroyed", async (t) => {
  const { peer, res } = await openCall(t);
  res.on("end", () => {});
  const source = endless();
  const { writable } = res;
  const cut = assert.rejects(pipeline(source, writable), { code: "ERR_STREAM_PREMATURE_CLOSE" });
  await peer.hear(FRAME);
  peer.send(hangup()).end();
  await soon(cut, "the end");
  assert.ok(source.destroyed);
  assert.equal(writable.errored.code, "ERR_STREAM_PREMATURE_CLOSE");
  assert.equal(writable.writableFinished, false);
});

test("a pipeline that waits for its source rejects when the call ends", async (t) => {
  const { peer, res } = await openCall(t);
  res.on("end", () => {});
  const source = new PassThrough();
  const cut = assert.rejects(pipeline(source, res.writable), { code: "ERR_STREAM_PREMATURE_CLOSE" });
  peer.send(hangup()).end();
  await soon(cut, "the end");
  assert.ok(source.destroyed);
});

test("a pipeline whose last frames have not left rejects when the call ends", async (t) => {
  const { peer, res } = await openCall(t);
  res.on("end", () => {});
  const { writable } = res;
  const cut = assert.rejects(pipeline(Readable.from([noise(SECOND)]), writable), {
    code: "ERR_STREAM_PREMATURE_CLOSE"
  });
  await eventually(() => writable.writableEnded);
  res.hangup();
  await soon(cut, "the end");
  await peer.closed();
});

test("a call that ends in mid-speech is no uncaught exception", async (t) => {
  const { res } = await openCall(t);
  const { writable } = res;
  writable.write(noise(5 * SECOND));
  const closed = once(writable, "close");
  res.hangup();
  await closed;
  assert.equal(writable.errored.code, "ERR_STREAM_PREMATURE_CLOSE");
});

test("a writable that has ended is played out by a hang-up with drain", async (t) => {
  const { peer, res } = await openCall(t);
  const { writable } = res;
  const pcm = noise(20 * FRAME);
  writable.end(pcm);
  res.hangup({ drain: true });
  await soon(finished(writable), "the end");
  await peer.closed();
  sameAudio(peer.heard(), pcm);
});

test("a caller who leaves right behind the last frame has heard it", async (t) => {
  const { peer, res } = await openCall(t);
  res.on("data", () => {});
  const { writable } = res;
  const pcm = noise(10 * FRAME);
  writable.end(pcm);
  await peer.hear(pcm.length);
  peer.destroy();
  await soon(finished(writable), "the end");
});

test("what is written after a hang-up with drain is cut off", async (t) => {
  const { res } = await openCall(t);
  const { writable } = res;
  res.hangup({ drain: true });
  const failed = once(writable, "error");
  writable.write(noise(FRAME));
  assert.equal((await failed)[0].code, "ERR_STREAM_PREMATURE_CLOSE");
});

test("a pipeline that begins after the call rejects", async (t) => {
  const { peer, res } = await openCall(t);
  const over = once(res, "end");
  peer.end();
  await over;
  const speaking = pipeline(Readable.from([noise(FRAME)]), res.writable);
  await soon(assert.rejects(speaking, { code: "ERR_STREAM_PREMATURE_CLOSE" }), "the end");
});

test("an aborted pipeline stops, and what is queued can be cleared", async (t) => {
  const { peer, res } = await openCall(t);
  const controller = new AbortController();
  const source = endless();
  const { writable } = res;
  const aborted = assert.rejects(pipeline(source, writable, { signal: controller.signal }), { name: "AbortError" });
  await peer.hear(5 * FRAME);
  controller.abort();
  await soon(aborted, "the abort");
  assert.ok(source.destroyed && writable.destroyed);
  res.clear();
  assert.equal(res.stats().queuedBytesOut, 0);
  const after = noise(FRAME, 7);
  await soon(pipeline(Readable.from([after]), res.writable), "the next pipeline");
  await peer.until(() => peer.heard().includes(after), "the next");
});

test("a caller who is gone is no success, though the end is still held", async (t) => {
  const { peer, res } = await openCall(t);
  const cut = assert.rejects(pipeline(Readable.from([noise(SECOND)]), res.writable), {
    code: "ERR_STREAM_PREMATURE_CLOSE"
  });
  await peer.hear(5 * FRAME);
  peer.send(frame(0x10, noise(FRAME)), hangup()).end();
  await soon(cut, "the end", 900);
  await soon(pipeline(Readable.from([]), res.writable), "nothing at all");
});

test("a call that ended while JavaScript was busy is no success", async (t) => {
  const { server, peer, res } = await openCall(t);
  res.on("end", () => {});
  const music = res.playStream(endless());
  const cut = assert.rejects(pipeline(Readable.from([noise(20 * FRAME)]), res.writable), {
    code: "ERR_STREAM_PREMATURE_CLOSE"
  });
  await peer.hear(FRAME);
  peer.send(hangup());
  await peer.flushed();
  blockUntil(() => server.connections === 0, 5000);
  blockUntil(() => false, 500);
  await soon(cut, "the end");
  await music;
});

/** Blocks this thread until `holds()`, or so long. */
function blockUntil(holds, ms) {
  const never = new Int32Array(new SharedArrayBuffer(4));
  const deadline = performance.now() + ms;
  while (!holds() && performance.now() < deadline) {
    Atomics.wait(never, 0, 0, 5);
  }
}
