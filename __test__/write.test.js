"use strict";

const assert = require("node:assert/strict");
const { once } = require("node:events");
const { test } = require("node:test");
const { setTimeout: pass } = require("node:timers/promises");
const { frame, noise, openCall, sameAudio, soon } = require("./support/call.js");

const FRAME = 320;
const FRAME_MS = 20;
const LEAD_FRAMES = 3;

/** Bytes per millisecond at the highest rate: a way to have long audio in a short time. */
const FAST = { sampleRate: 192000, highWaterMark: 10 };

test("a Buffer, an Int16Array, a DataView and views into the middle of them are heard", async (t) => {
  const { peer, res } = await openCall(t);
  const pcm = noise(5 * FRAME);
  const piece = (index) => pcm.subarray(index * FRAME, (index + 1) * FRAME);
  const around = new ArrayBuffer(FRAME + 64);
  new Uint8Array(around, 32, FRAME).set(piece(3));
  const samples = new Int16Array(FRAME / 2 + 2);
  Buffer.from(samples.buffer).set(piece(4), 2);

  res.write(piece(0));
  res.write(new Int16Array(Uint8Array.from(piece(1)).buffer));
  res.write(new DataView(Uint8Array.from(piece(2)).buffer));
  res.write(new DataView(around, 32, FRAME));
  res.write(samples.subarray(1, FRAME / 2 + 1));

  sameAudio(await peer.hear(pcm.length), pcm);
});

test("what was written may be changed as soon as write has returned", async (t) => {
  const { peer, res } = await openCall(t, { ...FAST, highWaterMark: 0.3 });
  const short = noise(960, 1);
  const large = noise(120_000, 2);
  const queued = noise(7680, 3);
  const expected = Buffer.concat([short, large, queued]);
  for (const pcm of [short, large, queued]) {
    res.write(pcm);
    pcm.fill(0x55);
  }
  sameAudio(await peer.hear(expected.length), expected);
});

test("what is written leaves in frames of 20 ms, the first 60 ms at once, the rest in real time", async (t) => {
  const { peer, res } = await openCall(t);
  const pcm = noise(40 * FRAME);
  // The call has to be a frame old for the head start to be whole.
  await pass(100);
  const start = performance.now();
  res.write(pcm);
  sameAudio(await peer.hear(pcm.length), pcm);

  const frames = peer.audio();
  assert.equal(frames.length, 40);
  assert.ok(frames.every(({ payload }) => payload.length === FRAME));
  assert.ok(frames[LEAD_FRAMES - 1].at - frames[0].at < 15, "three frames leave together");
  frames.forEach(({ at }, index) => {
    const soonest = (index + 1 - LEAD_FRAMES) * FRAME_MS;
    assert.ok(at - start > soonest - 5, `frame ${index} came after ${at - start} ms, too soon`);
  });
  const took = frames.at(-1).at - start;
  assert.ok(took < 1.5 * 40 * FRAME_MS, `800 ms of audio took ${took} ms`);
});

test("an echo of what comes in bursts is neither held back nor falls behind", async (t) => {
  const { peer, res } = await openCall(t);
  res.on("data", (pcm) => res.write(pcm));
  const sent = [];
  for (let burst = 0; burst < 12; burst += 1) {
    for (let index = 0; index < 3; index += 1) {
      sent.push(performance.now());
      peer.send(frame(0x10, noise(FRAME, sent.length)));
    }
    await pass(60);
  }
  await peer.hear(sent.length * FRAME);
  const delays = peer.audio().map(({ at }, index) => at - sent[index]);
  const middle = delays.toSorted((a, b) => a - b)[delays.length / 2];
  assert.ok(middle < 15, `the echo came after ${middle} ms in the middle`);
  const last = Math.min(...delays.slice(-6));
  assert.ok(last < 40, `the last frames came after ${last} ms and more`);
});

test("a piece shorter than a frame leaves soon, as it is", async (t) => {
  const { peer, res } = await openCall(t);
  const pcm = noise(100);
  res.write(pcm);
  await peer.hear(pcm.length, 1000);
  assert.deepEqual(peer.audio().map(({ payload }) => payload), [pcm]);
});

test("pieces that come together make whole frames", async (t) => {
  const { peer, res } = await openCall(t);
  const pcm = noise(2 * FRAME);
  for (let start = 0; start < pcm.length; start += 80) {
    res.write(pcm.subarray(start, start + 80));
  }
  sameAudio(await peer.hear(pcm.length), pcm);
  assert.deepEqual(peer.audio().map(({ payload }) => payload.length), [FRAME, FRAME]);
});

test("half a sample waits for its other half", async (t) => {
  const { peer, res } = await openCall(t);
  const pcm = noise(FRAME);
  res.write(pcm.subarray(0, 101));
  sameAudio(await peer.hear(100), pcm.subarray(0, 100));
  res.write(pcm.subarray(101));
  sameAudio(await peer.hear(pcm.length), pcm);
  assert.ok(peer.audio().every(({ payload }) => payload.length % 2 === 0));
});

test("writes of all sizes in one turn arrive whole and in order", async (t) => {
  const { peer, res } = await openCall(t, { sampleRate: 192000, highWaterMark: 0.4 });
  const sizes = [2, 70_000, 320, ...new Array(1500).fill(34), 65_536, 65_537, 6, 100_000, 7];
  const pcm = noise(sizes.reduce((sum, size) => sum + size) + 1);
  let start = 0;
  for (const size of sizes) {
    res.write(pcm.subarray(start, start + size));
    start += size;
  }
  res.write(pcm.subarray(start));
  sameAudio(await peer.hear(pcm.length & ~1), pcm.subarray(0, pcm.length & ~1));
});

test("nothing is lost or turned around between calls that write in the same turn", async (t) => {
  const calls = [await openCall(t, FAST), await openCall(t, FAST), await openCall(t, FAST)];
  const pcm = calls.map((call, index) => noise(60_000, index + 1));
  for (let start = 0; start < 60_000; start += 1000) {
    calls.forEach(({ res }, index) => res.write(pcm[index].subarray(start, start + 1000)));
  }
  for (const [index, { peer }] of calls.entries()) {
    sameAudio(await peer.hear(60_000), pcm[index]);
  }
});

test("an empty write is true and sends nothing", async (t) => {
  const { peer, res } = await openCall(t);
  const pcm = noise(FRAME);
  assert.equal(res.write(Buffer.alloc(0)), true);
  assert.equal(res.write(new Int16Array(0)), true);
  await pass(50);
  res.write(pcm);
  await peer.hear(FRAME);
  assert.deepEqual(peer.frames.map(({ payload }) => payload), [pcm]);
});

test("write is false above the high-water mark, and drain follows once", async (t) => {
  const { peer, res } = await openCall(t, { highWaterMark: 0.2 });
  let drains = 0;
  res.on("drain", () => {
    drains += 1;
  });
  const pcm = noise(16 * FRAME);
  assert.equal(res.write(pcm.subarray(0, 5 * FRAME)), true);
  assert.equal(res.write(pcm.subarray(5 * FRAME)), false);
  assert.equal(drains, 0);
  await soon(once(res, "drain"), "drain");
  const waiting = res.stats().queuedBytesOut;
  assert.ok(waiting <= 10 * FRAME, `${waiting} bytes wait at drain`);
  assert.equal(res.write(Buffer.alloc(0)), true);
  sameAudio(await peer.hear(pcm.length), pcm);
  assert.equal(drains, 1);
});

test("small writes cross the high-water mark as one large one does", async (t) => {
  const { res } = await openCall(t, { highWaterMark: 0.2 });
  let accepted = 0;
  while (accepted < 100 && res.write(noise(FRAME))) {
    accepted += 1;
  }
  assert.ok(accepted >= 9 && accepted <= 20, `${accepted} frames of 20 ms fitted into 200 ms`);
  await soon(once(res, "drain"), "drain");
});

test("there is no drain where every write was true", async (t) => {
  const { peer, res } = await openCall(t, { highWaterMark: 1 });
  res.on("drain", () => assert.fail("nobody was asked to wait"));
  assert.equal(res.write(noise(10 * FRAME)), true);
  await peer.hear(10 * FRAME);
});

for (const highWaterMark of [0.1, 1]) {
  const where = highWaterMark < 0.5 ? "below" : "above";
  test(`a write over the bound throws and loses nothing (high-water mark ${where} the bound)`, async (t) => {
    const { peer, res } = await openCall(t, { highWaterMark, outboundLimit: 0.5 });
    const pcm = noise(20 * FRAME);
    res.write(pcm.subarray(0, 10 * FRAME));
    res.write(pcm.subarray(10 * FRAME));
    assert.throws(() => res.write(noise(20 * FRAME, 2)), { code: "ERR_OUTBOUND_FULL", name: "Error" });
    sameAudio(await peer.hear(pcm.length), pcm);

    const after = noise(FRAME, 3);
    assert.equal(res.write(after), true);
    sameAudio(await peer.hear(pcm.length + FRAME), Buffer.concat([pcm, after]));
  });
}

test("after the end write is false and does nothing", async (t) => {
  const { peer, res } = await openCall(t);
  const ended = once(res, "end");
  peer.end();
  await soon(ended, "the end");
  assert.equal(res.write(noise(FRAME)), false);
  assert.equal(res.write(noise(200_000)), false);
  assert.equal(res.stats().framesOut, 0);
});

test("what is no view of bytes is refused with a code, and the call goes on", async (t) => {
  const { peer, res } = await openCall(t);
  const wrong = [undefined, null, "audio", 320, [1, 2], {}, new ArrayBuffer(320), true, () => {}];
  for (const pcm of wrong) {
    assert.throws(() => res.write(pcm), { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" });
  }
  const pcm = noise(FRAME);
  res.write(pcm);
  sameAudio(await peer.hear(FRAME), pcm);
});

test("floats from -1 to 1 are written as samples, and samples of another size are refused", async (t) => {
  const { peer, res } = await openCall(t);
  for (const Floats of [Float32Array, Float64Array]) {
    res.write(Floats.from({ length: FRAME / 2 }, (_, index) => [0, 0.5, 1, -1, -2, NaN][index % 6]));
  }
  await peer.hear(2 * FRAME);
  const heard = new Int16Array(Uint8Array.from(peer.heard()).buffer);
  assert.deepEqual([...heard.subarray(0, 6)], [0, 16384, 32767, -32768, -32768, 0]);
  assert.deepEqual(heard.subarray(FRAME / 2), heard.subarray(0, FRAME / 2));
  for (const wrong of [new Int32Array(160), new Uint32Array(160), new BigInt64Array(160)]) {
    assert.throws(() => res.write(wrong), { code: "ERR_INVALID_ARG_TYPE", message: /16 bits/ });
  }
});
