"use strict";

const assert = require("node:assert/strict");
const { once } = require("node:events");
const { test } = require("node:test");
const { setTimeout: pass } = require("node:timers/promises");
const { frame, noise, openCall, sameAudio, soon } = require("./support/call.js");

const FRAME = 320;
const FRAME_MS = 20;
const QUIET = Buffer.alloc(FRAME);

/** The server's own choice. */
const DEFAULT = { silence: undefined };

/** Waits for so many frames more than there are. */
async function more(peer, count) {
  const wanted = peer.frames.length + count;
  await peer.until(() => peer.frames.length >= wanted, `${count} frames more`);
}

/** How many frames come in the next 200 ms. What is on its way already does not count. */
async function framesToCome(peer) {
  await pass(60);
  const before = peer.frames.length;
  await pass(200);
  return peer.frames.length - before;
}

function isQuiet({ kind, payload }) {
  return kind === 0x10 && payload.equals(QUIET);
}

test("frames of silence are sent in real time until the caller is heard", async (t) => {
  const start = performance.now();
  const { peer, res } = await openCall(t, DEFAULT);
  await more(peer, 15);
  peer.frames.forEach((sent, index) => {
    assert.ok(isQuiet(sent));
    const soonest = (index + 1) * FRAME_MS - 5;
    assert.ok(sent.at - start > soonest, `frame ${index} came after ${sent.at - start} ms`);
  });
  const took = peer.frames.at(-1).at - peer.frames[0].at;
  assert.ok(took < 2 * 15 * FRAME_MS, `300 ms of silence took ${took} ms`);

  const heard = once(res, "data");
  peer.send(frame(0x10, noise(FRAME)));
  await soon(heard, "the audio");
  assert.equal(await framesToCome(peer), 0);
});

test("a silence frame of the caller ends ours", async (t) => {
  const { peer, res } = await openCall(t, DEFAULT);
  await more(peer, 2);
  const heard = once(res, "data");
  peer.send(frame(0x02));
  await soon(heard, "the silence");
  assert.equal(await framesToCome(peer), 0);
});

test("a key of the caller does not end our silence", async (t) => {
  const { peer, res } = await openCall(t, DEFAULT);
  const pressed = once(res, "dtmf");
  peer.send(frame(0x03, Buffer.from("5")));
  await soon(pressed, "the key");
  await more(peer, 5);
  assert.ok(peer.frames.every(isQuiet));
});

test("a caller that nobody listens to ends our silence too", async (t) => {
  const { peer, res } = await openCall(t, DEFAULT);
  await more(peer, 2);
  peer.send(frame(0x10, noise(FRAME)));
  while (res.stats().framesIn === 0) {
    await pass(1);
  }
  assert.equal(await framesToCome(peer), 0);
});

test("what is written takes the place of silence, whole, and silence goes on after it", async (t) => {
  const { peer, res } = await openCall(t, DEFAULT);
  await more(peer, 3);
  const pcm = noise(10 * FRAME);
  res.write(pcm);
  await peer.until(() => peer.audio().filter((sent) => !isQuiet(sent)).length >= 10, "the audio");
  await more(peer, 3);
  const loud = peer.frames.findIndex((sent) => !isQuiet(sent));
  const heard = peer.frames.slice(loud, loud + 10).map(({ payload }) => payload);
  sameAudio(Buffer.concat(heard), pcm);
  assert.ok(peer.frames.slice(loud + 10).every(isQuiet));
});

test('with "always" silence goes on after the caller was heard, and ends with the call', async (t) => {
  const { peer, res } = await openCall(t, { silence: "always" });
  await more(peer, 2);
  const heard = once(res, "data");
  peer.send(frame(0x10, noise(FRAME)));
  await soon(heard, "the audio");
  const came = await framesToCome(peer);
  assert.ok(came >= 5 && came <= 20, `${came} frames came in 200 ms`);
  res.hangup();
  await peer.closed();
  assert.equal(peer.frames.at(-1).kind, 0x00);
  assert.ok(peer.frames.slice(0, -1).every(isQuiet));
});

test('with "never" nothing is sent that was not written', async (t) => {
  const { peer, res } = await openCall(t, { silence: "never" });
  assert.equal(await framesToCome(peer), 0);
  const pcm = noise(2 * FRAME);
  res.write(pcm);
  sameAudio(await peer.hear(pcm.length), pcm);
  assert.equal(await framesToCome(peer), 0);
  assert.equal(peer.frames.length, 2);
});
