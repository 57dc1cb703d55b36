"use strict";

const assert = require("node:assert/strict");
const { once } = require("node:events");
const { Readable } = require("node:stream");
const { test } = require("node:test");
const { frame, noise, openCall, sameAudio, soon } = require("./support/call.js");

const FRAME = 320;
const MS_PER_FRAME = 20;

/** The names of the marks as they are passed, with a `!` behind those that were cleared. */
function marksOf(res) {
  const marks = [];
  res.on("mark", (name, { cleared }) => marks.push(cleared ? `${name}!` : name));
  return marks;
}

test("clear drops what was written and what plays, and the call goes on", async (t) => {
  const { peer, res } = await openCall(t);
  const playing = res.playStream(Readable.from([noise(500 * FRAME)]));
  res.write(noise(500 * FRAME));
  await peer.hear(5 * FRAME);
  res.clear();
  assert.equal((await soon(playing, "the play")).completed, false);
  assert.equal(res.queuedMs, 0);
  const heard = peer.heard().length;
  assert.ok(heard < 100 * FRAME, `${heard} bytes were heard`);
  const after = noise(2 * FRAME, 7);
  res.write(after);
  await peer.until(() => peer.heard().includes(after), "what was written after");
});

test("clear lets a waiting writer go on", async (t) => {
  const { res } = await openCall(t, { highWaterMark: 0.1 });
  assert.equal(res.write(noise(500 * FRAME)), false);
  const drained = once(res, "drain");
  res.clear();
  await soon(drained, "drain");
  assert.equal(res.write(noise(FRAME)), true);
});

test("a small write that fits does not forget the writer that waits", async (t) => {
  const { res } = await openCall(t, { highWaterMark: 0.1, outboundLimit: 10 });
  assert.equal(res.write(noise(10 * FRAME)), false);
  const drained = once(res, "drain");
  res.clear();
  res.write(noise(2));
  await soon(drained, "drain");
});

test("another call can be played, and its caller still hears what is said there", async (t) => {
  const first = await openCall(t);
  const second = await openCall(t);
  const playing = first.res.playStream(second.res);
  const said = noise(3 * FRAME);
  second.peer.send(frame(0x10, said.subarray(0, FRAME)), frame(0x10, said.subarray(FRAME)));
  sameAudio(await first.peer.hear(said.length), said);
  first.res.stop();
  await soon(playing, "the play");
  const answer = noise(2 * FRAME, 5);
  second.res.write(answer);
  sameAudio(await second.peer.hear(answer.length), answer);
});

test("a pause holds everything back and loses nothing", async (t) => {
  const { peer, res } = await openCall(t);
  const pcm = noise(20 * FRAME);
  res.write(pcm.subarray(0, 10 * FRAME));
  await peer.hear(4 * FRAME);
  res.pause();
  res.pause();
  res.write(pcm.subarray(10 * FRAME));
  const waits = res.queuedMs;
  await new Promise((resolve) => setTimeout(resolve, 5 * MS_PER_FRAME));
  assert.equal(res.queuedMs, waits);
  res.resume();
  sameAudio(await peer.hear(pcm.length), pcm);
});

test("a mark is passed when what was written before it has left", async (t) => {
  const { peer, res } = await openCall(t);
  const marks = marksOf(res);
  res.mark("at once");
  res.write(noise(10 * FRAME));
  res.mark("behind ten frames");
  res.write(noise(5 * FRAME));
  res.mark("behind all");
  await soon(once(res, "mark"), "the first mark");
  assert.deepEqual(marks, ["at once"]);
  await soon(once(res, "mark"), "the second mark");
  assert.ok(res.playedMs >= 10 * MS_PER_FRAME);
  await peer.hear(15 * FRAME);
  await soon(marks.length === 3 ? null : once(res, "mark"), "the last mark");
  assert.deepEqual(marks, ["at once", "behind ten frames", "behind all"]);
});

test("a mark waits for what plays to its end", async (t) => {
  const { res } = await openCall(t);
  const marks = marksOf(res);
  const playing = res.playStream(Readable.from([noise(10 * FRAME)]));
  res.mark("played");
  const marked = once(res, "mark");
  const { completed } = await soon(playing, "the play");
  await soon(marked, "the mark");
  assert.ok(completed);
  assert.deepEqual(marks, ["played"]);
});

test("clear passes the marks that wait, as cleared", async (t) => {
  const { res } = await openCall(t);
  const marks = marksOf(res);
  res.write(noise(100 * FRAME));
  res.mark("one");
  res.mark("two");
  res.clear();
  await soon(once(res, "mark"), "a mark");
  await soon(marks.length === 2 ? null : once(res, "mark"), "the other mark");
  assert.deepEqual(marks, ["one!", "two!"]);
});

test("a mark needs a name, and only so many may wait", async (t) => {
  const { res } = await openCall(t);
  for (const wrong of [undefined, null, 5, {}]) {
    assert.throws(() => res.mark(wrong), { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" });
  }
  res.write(noise(100 * FRAME));
  for (let count = 0; count < 1024; count += 1) {
    res.mark("a mark");
  }
  assert.throws(() => res.mark("too many"), { code: "ERR_TOO_MANY_MARKS" });
});

test("a play and a stream are heard together, and stop ends both", async (t) => {
  const { peer, res } = await openCall(t);
  const constant = (value) => {
    const pcm = Buffer.alloc(200 * FRAME);
    new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2).fill(value);
    return pcm;
  };
  const stream = res.playStream(Readable.from([constant(1000)]));
  await peer.hear(2 * FRAME);
  res.write(constant(30_000).subarray(0, 2 * FRAME));
  res.write(constant(32_000).subarray(0, 2 * FRAME));
  const samples = () => new Set(new Int16Array(Uint8Array.from(peer.heard()).buffer));
  await peer.until(() => samples().has(32_767), "the sum at its limit");
  assert.deepEqual([...samples()].sort((a, b) => a - b), [1000, 31_000, 32_767]);
  res.stop();
  assert.equal((await soon(stream, "the stream")).completed, false);
});

test("what was played and what waits is told in milliseconds, after the end too", async (t) => {
  const { peer, res } = await openCall(t);
  assert.deepEqual([res.playedMs, res.queuedMs], [0, 0]);
  res.write(noise(50 * FRAME));
  await peer.hear(10 * FRAME);
  const { playedMs, queuedMs } = res;
  assert.ok(playedMs >= 10 * MS_PER_FRAME);
  assert.ok(playedMs + queuedMs >= 50 * MS_PER_FRAME - MS_PER_FRAME);
  const ended = once(res, "end");
  peer.destroy();
  await soon(ended, "the end");
  assert.ok(res.playedMs >= playedMs);
  assert.equal(res.queuedMs, 0);
  for (const nothing of [() => res.clear(), () => res.pause(), () => res.resume(), () => res.mark("late")]) {
    assert.doesNotThrow(nothing);
  }
});
