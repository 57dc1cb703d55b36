"use strict";

/** An app that chooses its rate call by call. */

const assert = require("node:assert/strict");
const { once } = require("node:events");
const { PassThrough, Readable, Writable } = require("node:stream");
const { finished, pipeline } = require("node:stream/promises");
const { test } = require("node:test");
const { AudioSocket, AudioStream } = require("..");
const sound = require("../examples/sound.js");
const { collect, frame, openCall, openServer, piecesOf, placeCall, soon } = require("./support/call.js");
const { RATES: RATE_BY_KIND } = require("./support/peer.js");
const { eventually } = require("./support/wait.js");

const RATES = Object.values(RATE_BY_KIND);

/** 1 kHz. */
function tone(ms, rate) {
  return sound.tone(1000, ms, rate);
}

function kindOf(rate) {
  return 0x10 + RATES.indexOf(rate);
}

/** Frames of 20 ms of a tone, as a peer of this rate sends them. */
function spoken(ms, rate = 8000) {
  return piecesOf(tone(ms, rate), rate / 25).map((pcm) => frame(kindOf(rate), pcm));
}

/** Bytes of `ms` at `rate`. */
function bytes(ms, rate) {
  return (ms * rate * 2) / 1000;
}

/** All of `pcm` is a tone of 1 kHz, as loud as `tone` makes it; its edges are not looked at. */
function isTone(pcm, rate) {
  const inner = pcm.subarray(bytes(10, rate), pcm.length - bytes(10, rate));
  const hz = sound.frequency(inner, rate);
  const db = sound.rmsDb(inner) - sound.rmsDb(tone(1000, rate));
  assert.ok(Math.abs(hz - 1000) < 3, `${hz} Hz`);
  assert.ok(Math.abs(db) < 0.2, `${db} dB louder`);
}

/** The core has heard so many frames. */
function heardOf(res, count) {
  return eventually(() => res.stats().framesIn >= count);
}

/** A call whose handler chooses a rate, the first thing it does. */
async function choosing(t, rate) {
  const server = await openServer(t);
  const came = new Promise((resolve) => {
    server.onConnection((req, res) => {
      res.setSampleRate(rate);
      resolve(res);
    });
  });
  const peer = await placeCall(t, server);
  return { peer, res: await soon(came, "the call") };
}

for (const rate of RATES) {
  test(`a call whose handler chooses ${rate} Hz is heard and spoken to at it`, async (t) => {
    const { peer, res } = await choosing(t, rate);
    assert.equal(res.sampleRate, rate);
    const heard = collect(res, bytes(400, rate));
    peer.send(...spoken(400));
    isTone(await soon(heard, "the audio"), rate);
    assert.equal(res.sampleRate, rate);

    res.write(tone(400, rate));
    isTone(await peer.hear(bytes(400, 8000)), 8000);
    assert.ok(peer.audio().every(({ kind, payload }) => kind === 0x10 && payload.length === 320));
  });
}

test("each call of a server chooses for itself", async (t) => {
  const server = await openServer(t, { sampleRate: 16000 });
  const streams = [];
  server.onConnection((req, res) => streams.push(res));
  await placeCall(t, server);
  await eventually(() => streams.length === 1);
  await placeCall(t, server);
  await eventually(() => streams.length === 2);
  streams[0].setSampleRate(24000);
  assert.deepEqual(streams.map((stream) => stream.sampleRate), [24000, 16000]);
});

test("audio that was held before anyone listened comes at the rate too, without a seam", async (t) => {
  const { peer, res } = await openCall(t);
  const frames = spoken(600);
  peer.send(...frames.slice(0, 20));
  await heardOf(res, 20);
  res.setSampleRate(24000);
  const heard = collect(res, bytes(600, 24000));
  peer.send(...frames.slice(20));
  isTone(await soon(heard, "the audio"), 24000);
});

test("audio of a call that has ended is heard at the rate that is chosen then", async (t) => {
  const { peer, res } = await openCall(t);
  peer.send(...spoken(400)).end();
  await heardOf(res, 20);
  res.setSampleRate(16000);
  const heard = collect(res, bytes(400, 16000));
  const ended = once(res, "end");
  isTone(await soon(heard, "the audio"), 16000);
  await soon(ended, "the end");
});

test("audio that is on its way to a listener comes at the rate that the listener chooses", async (t) => {
  const { peer, res } = await openCall(t);
  peer.send(...spoken(600), frame(0x03, Buffer.from("1")));
  await heardOf(res, 30);
  const chosen = new Map([[1, 16000], [10, 48000], [20, 12000]]);
  const heard = [];
  const order = [];
  res.on("data", (pcm) => {
    heard.push(pcm);
    order.push("data");
    const rate = chosen.get(heard.length);
    if (rate) {
      res.setSampleRate(rate);
    }
  });
  const key = once(res, "dtmf").then(() => order.push("dtmf"));
  await soon(key, "the key");
  assert.equal(heard.length, 30);
  assert.equal(order.at(-1), "dtmf");
  const lengths = heard.map(({ length }) => length);
  const expected = [320, ...new Array(9).fill(640), ...new Array(10).fill(1920), ...new Array(10).fill(480)];
  assert.deepEqual(lengths, expected);
  isTone(Buffer.concat(heard.slice(1, 10)), 16000);
  isTone(Buffer.concat(heard.slice(10, 20)), 48000);
  isTone(Buffer.concat(heard.slice(20)), 12000);
});

test("what was written and has not left is heard as it was meant", async (t) => {
  const { peer, res } = await openCall(t, { highWaterMark: 0.3 });
  peer.send(...spoken(20));
  await eventually(() => res.stats().framesIn === 1);
  assert.equal(res.write(tone(400, 8000)), false);
  const before = res.queuedMs;
  res.setSampleRate(16000);
  assert.ok(res.queuedMs <= before && res.queuedMs > before - 100, `${before} and ${res.queuedMs} ms`);
  const drained = once(res, "drain");
  assert.equal(res.write(tone(400, 16000)), false);
  await soon(drained, "the drain");
  const heard = await peer.hear(bytes(800, 8000));
  // Up to 80 ms had left; behind those is the seam.
  isTone(heard.subarray(bytes(100, 8000), bytes(400, 8000)), 8000);
  isTone(heard.subarray(bytes(400, 8000)), 8000);
});

test("plays that run go on, and those that follow are at the rate", async (t) => {
  const { peer, res } = await openCall(t);
  peer.send(...spoken(20));
  await eventually(() => res.stats().framesIn === 1);
  const raw = res.playStream(Readable.from([tone(300, 8000)]));
  const left = (await peer.hear(320)).length;
  res.setSampleRate(32000);
  assert.equal((await soon(raw, "the play")).completed, true);
  const first = peer.heard().length;
  isTone(peer.heard().subarray(left + bytes(40, 8000)), 8000);
  await soon(res.playStream(Readable.from([tone(300, 32000)])), "the next play");
  isTone(peer.heard().subarray(first), 8000);
});

test("the rate stays when the wire's changes", async (t) => {
  const { peer, res } = await choosing(t, 24000);
  for (const wire of [16000, 8000, 48000]) {
    const heard = collect(res, bytes(200, 24000));
    peer.send(...spoken(200, wire));
    isTone(await soon(heard, `audio of ${wire} Hz`), 24000);
    res.removeAllListeners("data");
    assert.equal(res.sampleRate, 24000);
  }
});

test("a call that was placed may choose as well, and chooses what the wire carries before it hears", async (t) => {
  const server = await openServer(t);
  const came = once(server, "connection");
  const call = await AudioSocket.connect({ port: server.address().port });
  t.after(() => call.hangup());
  call.setSampleRate(16000);
  call.write(tone(400, 16000));
  const [, res] = await soon(came, "the call");
  isTone(await soon(collect(res, bytes(400, 16000)), "the audio"), 16000);
  assert.equal(res.sampleRate, 16000);
});

test("a Node stream that ends while its audio is queued finishes when that has left", async (t) => {
  const { peer, res } = await openCall(t);
  peer.send(...spoken(20));
  await eventually(() => res.stats().framesIn === 1);
  // A play that does not end: then no mark tells when the rest has left.
  res.play(Buffer.alloc(320), { loop: true }).catch(() => {});
  res.writable.end(tone(400, 8000));
  await eventually(() => res.queuedMs > 0);
  res.setSampleRate(44100);
  res.setSampleRate(12000);
  await soon(finished(res.writable), "the stream's end");
  assert.equal(res.queuedMs, 0);
  await soon(pipeline(Readable.from([tone(100, 12000)]), res.writable), "another stream's end");
  assert.equal(res.queuedMs, 0);
});

test("a long message of the peer's is heard whole where it becomes longer than an event can be", async (t) => {
  const { peer, res } = await openCall(t, { sampleRate: 192000 });
  const heard = collect(res, bytes(4000, 192000));
  peer.send(frame(0x10, tone(4000, 8000)));
  isTone(await soon(heard, "the audio"), 192000);
});

test("a rate that the wire does not have is refused, as by the option", async (t) => {
  const { res } = await openCall(t);
  for (const wrong of [0, -8000, 11025, 22050, 8000.5, NaN, Infinity]) {
    const expected = { name: "RangeError", code: "ERR_OUT_OF_RANGE" };
    assert.throws(() => res.setSampleRate(wrong), expected, String(wrong));
  }
  for (const wrong of [undefined, null, "16000", {}, 16000n]) {
    const expected = { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" };
    assert.throws(() => res.setSampleRate(wrong), expected, typeof wrong);
  }
  assert.equal(res.sampleRate, 8000);
});

test("to choose a rate after the end changes nothing, and a wrong one is still refused", async (t) => {
  const { peer, res } = await openCall(t);
  res.on("data", () => {});
  const ended = once(res, "end");
  peer.end();
  await soon(ended, "the end");
  res.setSampleRate(16000);
  assert.equal(res.sampleRate, 8000);
  assert.throws(() => res.setSampleRate(1), { code: "ERR_OUT_OF_RANGE" });
});

test("over a pair of objects there is no other rate than 8000", () => {
  const stream = new AudioStream(new PassThrough(), new Writable());
  stream.setSampleRate(8000);
  assert.throws(() => stream.setSampleRate(16000), { name: "RangeError", code: "ERR_OUT_OF_RANGE" });
  assert.throws(() => stream.setSampleRate("8000"), { code: "ERR_INVALID_ARG_TYPE" });
  assert.equal(stream.sampleRate, 8000);
});
