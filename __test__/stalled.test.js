"use strict";

/** Forks and recordings of a call whose network stalls: they have every sample that `data` has. */

const assert = require("node:assert/strict");
const { once } = require("node:events");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, test } = require("node:test");
const { setTimeout: sleep } = require("node:timers/promises");
const { frame, openCall, soon } = require("./support/call.js");
const { openFarEnd } = require("./support/far-end.js");
const { eventually } = require("./support/wait.js");

const FRAME = 320;
const FRAMES = 100;
const HEADER = 44;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stalled-"));
after(() => fs.rmSync(folder, { recursive: true }));

/** A frame of which every sample says which it is: none is silence. */
function numbered(index) {
  const pcm = Buffer.alloc(FRAME);
  for (let n = 0; n < FRAME / 2; n += 1) {
    pcm.writeInt16LE(((index * FRAME) / 2 + n) % 30000 + 1, n * 2);
  }
  return pcm;
}

/** One channel of audio, without the samples that are silence. */
function spoken(pcm, channels = 1) {
  const samples = [];
  for (let at = 0; at < pcm.length; at += 2 * channels) {
    const sample = pcm.readInt16LE(at);
    if (sample !== 0) {
      samples.push(sample);
    }
  }
  return samples;
}

/** Speaks in real time, but for one stall, after which all that was held up comes at once. */
async function speakWithStall(peer, stallMs) {
  const begin = performance.now();
  for (let index = 0; index < FRAMES; index += 1) {
    const isHeldUp = index >= 30 && index * 20 < 600 + stallMs;
    const due = begin + (isHeldUp ? 600 + stallMs : index * 20);
    await sleep(Math.max(0, due - performance.now()));
    peer.send(frame(0x10, numbered(index)));
  }
}

for (const stallMs of [300, 600]) {
  test(`after a stall of ${stallMs} ms forks and recordings have every sample that data has`, async (t) => {
    const fars = await Promise.all([openFarEnd(t), openFarEnd(t)]);
    const { peer, res } = await openCall(t);
    const data = [];
    res.on("data", (pcm) => data.push(pcm));
    const forks = [res.fork(fars[0].url), res.fork(fars[1].url, { mix: "stereo" })];
    await soon(Promise.all(forks.map((fork) => once(fork, "connect"))), "the forks to connect");
    const [mono, stereo] = await Promise.all(fars.map((far) => far.next()));
    const files = ["caller", "both"].map((sides) => path.join(folder, `${sides}-${stallMs}.wav`));
    const recordings = [res.record(files[0], { sides: "caller" }), res.record(files[1])];
    await speakWithStall(peer, stallMs);
    await eventually(() => Buffer.concat(data).length === FRAMES * FRAME, 2000, "all data");
    const stats = await soon(Promise.all(forks.map((fork) => fork.stop())), "the forks to stop");
    await soon(Promise.all([mono.close(), stereo.close()]), "the far ends to close");
    const summaries = await soon(Promise.all(recordings.map((one) => one.stop())), "the recordings");
    const expected = spoken(Buffer.concat(data));
    assert.equal(expected.length, (FRAMES * FRAME) / 2);
    assert.deepEqual(spoken(mono.pcm()), expected);
    assert.deepEqual(spoken(stereo.pcm(), 2), expected);
    assert.deepEqual(spoken(fs.readFileSync(files[0]).subarray(HEADER)), expected);
    assert.deepEqual(spoken(fs.readFileSync(files[1]).subarray(HEADER), 2), expected);
    assert.ok(stats.every(({ lateFrames, droppedFrames }) => lateFrames + droppedFrames === 0));
    assert.ok(summaries.every(({ droppedFrames }) => droppedFrames === 0));
  });
}

test("a fork of one side leaves as it comes, and waits for no other side", async (t) => {
  const far = await openFarEnd(t);
  const { peer, res } = await openCall(t);
  const fork = res.fork(far.url);
  await soon(once(fork, "connect"), "the fork to connect");
  const heard = await far.next();
  const delays = [];
  for (let index = 0; index < 40; index += 1) {
    const count = heard.audio.length;
    const sent = performance.now();
    peer.send(frame(0x10, numbered(index)));
    await eventually(() => heard.audio.length > count, 2000, "the frame");
    delays.push(performance.now() - sent);
    assert.deepEqual(heard.audio.at(-1), numbered(index));
    await sleep(Math.max(0, 20 - (performance.now() - sent)));
  }
  const median = delays.sort((a, b) => a - b)[20];
  assert.ok(median < 20, `${median} ms`);
});
