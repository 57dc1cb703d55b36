"use strict";

const assert = require("node:assert/strict");
const { once } = require("node:events");
const { test } = require("node:test");
const { AudioSocket } = require("..");
const sound = require("../examples/sound.js");
const { frame, noise, openCall, soon } = require("./support/call.js");

const FRAME = 320;

/** Says `pcm` at once: time is counted in audio, not on a clock. */
function say(peer, pcm) {
  for (let start = 0; start < pcm.length; start += FRAME) {
    peer.send(frame(0x10, pcm.subarray(start, start + FRAME)));
  }
}

const QUIET = sound.silence(600, 8000);

/** Something like a voice: a tone with overtones that swells and fades. */
function voice(ms) {
  const pcm = sound.tone(180, ms, 8000, 0.2);
  const overtone = sound.tone(720, ms, 8000, 0.1);
  for (let at = 0; at < pcm.length; at += 2) {
    const swell = 0.6 + 0.4 * Math.sin((at / 2 / 8000) * 2 * Math.PI * 4);
    pcm.writeInt16LE(Math.round((pcm.readInt16LE(at) + overtone.readInt16LE(at)) * swell), at);
  }
  return pcm;
}

test("speech and silence are told with their times, though nobody listens to data", async (t) => {
  const { peer, res } = await openCall(t, { speech: true });
  const began = once(res, "speech");
  const ended = once(res, "silence");
  say(peer, Buffer.concat([QUIET, voice(1000), QUIET]));
  const [{ startMs }] = await soon(began, "speech");
  assert.ok(Math.abs(startMs - 600) <= 20, `it began at ${startMs} ms`);
  const [silence] = await soon(ended, "silence");
  assert.equal(silence.startMs, startMs);
  assert.ok(Math.abs(silence.endMs - 1600) <= 40, `it ended at ${silence.endMs} ms`);
  assert.equal(silence.ms, silence.endMs - silence.startMs);
});

test("a caller who speaks interrupts what is said", async (t) => {
  const { peer, res } = await openCall(t, { speech: true });
  res.on("speech", () => res.clear());
  const playing = res.playStream([noise(1000 * FRAME)]);
  res.write(noise(500 * FRAME));
  await peer.hear(2 * FRAME);
  say(peer, Buffer.concat([QUIET, voice(300)]));
  assert.equal((await soon(playing, "the play")).completed, false);
  assert.equal(res.queuedMs, 0);
});

test("without the option nothing is listened for", async (t) => {
  const { peer, res } = await openCall(t);
  let events = 0;
  res.on("speech", () => (events += 1));
  say(peer, Buffer.concat([QUIET, voice(1000), QUIET]));
  const ended = once(res, "end");
  peer.end();
  await soon(ended, "the end");
  assert.equal(events, 0);
});

test("the network hears no speech in silence", async (t) => {
  const { peer, res } = await openCall(t, { speech: { detector: "vad" } });
  let events = 0;
  res.on("speech", () => (events += 1));
  say(peer, Buffer.concat([QUIET, QUIET, QUIET]));
  const ended = once(res, "end");
  peer.end();
  await soon(ended, "the end");
  assert.equal(events, 0);
});

test("options that are out of range or of the wrong type are refused", () => {
  for (const speech of [{ threshold: -1 }, { minLevel: 1 }, { minSpeechMs: -1 }, { detector: "ear" }]) {
    assert.throws(() => new AudioSocket({ speech }), { code: "ERR_OUT_OF_RANGE" });
  }
  for (const speech of [null, 5, "energy", { threshold: "10" }, { detector: 1 }]) {
    assert.throws(() => new AudioSocket({ speech }), { code: "ERR_INVALID_ARG_TYPE" });
  }
});
