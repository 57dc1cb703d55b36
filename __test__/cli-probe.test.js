"use strict";

/** The pattern by which a caller knows its own audio again. */

const assert = require("node:assert/strict");
const { describe, test } = require("node:test");
const { Meter, createRoundTrips } = require("../cli/meter.js");
const { Finder, encode } = require("../cli/probe.js");
const { Progress } = require("../cli/progress.js");
const { noise } = require("./support/call.js");
const { throughUlaw } = require("./support/asterisk-websocket.js");

const RATE = 8000;
const FRAME = 320;

/** The numbers that are found in `pcm`, heard in pieces of so many bytes, each a millisecond after the last. */
function found(pcm, { piece = FRAME, rate = RATE } = {}) {
  const numbers = [];
  const finder = new Finder((number, at) => numbers.push([number, at]));
  for (let at = 0, from = 0; from < pcm.length; at += 1, from += piece) {
    finder.hear(pcm.subarray(from, from + piece), at, rate);
  }
  return numbers;
}

const frames = (from, to, rate = RATE) =>
  Buffer.concat(Array.from({ length: to - from }, (_, index) => encode(from + index, rate)));
const numbersOf = (hits) => hits.map(([number]) => number);

function map(pcm, change) {
  const samples = new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.length));
  return Buffer.from(samples.map(change).buffer);
}

describe("frames are found", () => {
  test("each at the moment when its last sample came", () => {
    assert.deepEqual(found(frames(7, 10)), [[7, 0], [8, 1], [9, 2]]);
  });

  test("at every rate", () => {
    for (const rate of [8000, 12000, 16000, 24000, 32000, 44100, 48000, 96000, 192000]) {
      assert.deepEqual(numbersOf(found(frames(0, 4, rate), { rate, piece: rate / 25 })), [0, 1, 2, 3], `${rate} Hz`);
    }
  });

  test("wherever they begin, and in whatever pieces they come", () => {
    for (const silence of [2, 46, 318, 1000]) {
      for (const piece of [62, 320, 500]) {
        const pcm = Buffer.concat([Buffer.alloc(silence), frames(100, 105), Buffer.alloc(FRAME)]);
        assert.deepEqual(numbersOf(found(pcm, { piece })), [100, 101, 102, 103, 104], `${silence} ${piece}`);
      }
    }
  });

  test("after a gap, and after a frame that was lost", () => {
    const pcm = Buffer.concat([frames(0, 2), noise(470), frames(3, 6)]);
    assert.deepEqual(numbersOf(found(pcm)), [0, 1, 3, 4, 5]);
  });

  test("softer, and through G.711", () => {
    assert.equal(found(map(frames(0, 50), (sample) => sample / 5)).length, 50);
    assert.equal(found(throughUlaw(frames(0, 10))).length, 10);
  });

  test("in no noise, silence or tone", () => {
    const tone = map(Buffer.alloc(RATE * 8), (_, index) => 3000 * Math.sin((2 * Math.PI * 1000 * index) / RATE));
    for (const pcm of [noise(RATE * 8), Buffer.alloc(RATE * 8), tone]) {
      assert.deepEqual(found(pcm), []);
    }
  });
});

describe("what is measured", () => {
  /** Says `count` frames 20 ms apart, of which those that `back` gives a delay for come back after it. */
  function measured(count, back) {
    const meter = new Meter(createRoundTrips());
    const events = Array.from({ length: count }, (_, number) => [number * 20, () => meter.handleSent(number, number * 20)]);
    for (let number = 0; number < count; number += 1) {
      const delay = back(number);
      if (delay !== null) {
        const at = number * 20 + delay;
        events.push([at, () => meter.hear(encode(number, RATE), at, RATE)]);
      }
    }
    events.sort(([a], [b]) => a - b).forEach(([, happen]) => happen());
    return meter.report(count * 20 + 1000);
  }

  test("is the time from a frame's going to its coming, after the warm-up", () => {
    const { rttMs, pattern, jitterMs } = measured(125, () => 7);
    assert.deepEqual([rttMs, pattern, jitterMs], [{ mean: 7, max: 7 }, { sent: 100, back: 100, lost: 0 }, 0]);
  });

  test("counts what did not come back", () => {
    const { pattern } = measured(125, (number) => (number % 10 === 9 ? null : 5));
    assert.deepEqual(pattern, { sent: 100, back: 90, lost: 10 });
  });

  test("is jitter where audio comes unevenly", () => {
    const { jitterMs, longestGapMs } = measured(525, (number) => (number % 2 === 0 ? 5 : 9));
    assert.ok(Math.abs(jitterMs - 4) < 0.1, String(jitterMs));
    assert.equal(longestGapMs, 24);
  });

  test("is nothing where nothing came, and no round trip where it was not ours", () => {
    assert.deepEqual(measured(50, () => null), { rttMs: null, jitterMs: null, longestGapMs: null, pattern: null });
    const meter = new Meter(createRoundTrips());
    meter.handleSent(0, 0);
    meter.hear(noise(FRAME), 5, RATE);
    assert.equal(meter.report(1000).rttMs, null);
  });
});

describe("a bar", () => {
  const stream = (isTTY) => ({ isTTY, text: "", write(piece) { this.text += piece; } });

  test("is drawn on a terminal, and taken away", (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const terminal = stream(true);
    const progress = new Progress(() => ({ share: 0.5, text: "half" }), {}, terminal);
    t.mock.timers.tick(100);
    progress.stop();
    assert.ok(terminal.text.endsWith(`[${"#".repeat(12)}${" ".repeat(12)}] half\r\u001b[K`), terminal.text);
  });

  test("is not drawn elsewhere, nor for machines", (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    for (const [terminal, options] of [[stream(undefined), {}], [stream(true), { json: true }]]) {
      const progress = new Progress(() => ({ share: 0, text: "" }), options, terminal);
      t.mock.timers.tick(1000);
      progress.stop();
      assert.equal(terminal.text, "");
    }
  });
});
