"use strict";

const assert = require("node:assert/strict");
const { once } = require("node:events");
const { Readable } = require("node:stream");
const { test } = require("node:test");
const { AudioSocket } = require("..");
const sound = require("../examples/sound.js");
const {
  collect,
  frame,
  hears,
  lasted,
  noise,
  openCall,
  openServer,
  piecesOf,
  placeCall,
  sameAudio,
  soon
} = require("./support/call.js");
const { RATES: RATE_BY_KIND } = require("./support/peer.js");

const RATES = Object.values(RATE_BY_KIND);
const FIRST_KIND = 0x10;

/** Bytes of 20 ms. */
function frameBytes(rate) {
  return rate / 25;
}

/** The peer speaks at a rate, and is heard. */
async function speak({ peer, res }, rate, seed) {
  const pcm = noise(frameBytes(rate), seed);
  const heard = once(res, "data");
  peer.send(frame(FIRST_KIND + RATES.indexOf(rate), pcm));
  sameAudio((await soon(heard, "the audio"))[0], pcm);
}

/** Three frames that are written arrive as three frames of this rate. */
async function isSpokenTo({ peer, res }, rate) {
  const bytes = frameBytes(rate);
  const pcm = noise(3 * bytes, rate);
  const before = peer.audio().length;
  const heard = peer.heard().length;
  res.write(pcm);
  sameAudio((await peer.hear(heard + pcm.length)).subarray(heard), pcm);
  for (const { kind, payload } of peer.audio().slice(before)) {
    assert.equal(kind, FIRST_KIND + RATES.indexOf(rate));
    assert.equal(payload.length, bytes);
  }
}

for (const rate of RATES) {
  test(`a peer that speaks at ${rate} Hz is spoken to at ${rate} Hz`, async (t) => {
    const call = await openCall(t);
    assert.equal(call.res.sampleRate, 8000);
    await speak(call, rate);
    assert.equal(call.res.sampleRate, rate);
    await isSpokenTo(call, rate);
  });

  test(`a call may be expected to be at ${rate} Hz`, async (t) => {
    const call = await openCall(t, { sampleRate: rate });
    assert.equal(call.res.sampleRate, rate);
    await isSpokenTo(call, rate);
  });
}

test("without a rate of its own the app follows the peer's audio, also in mid-call", async (t) => {
  const call = await openCall(t);
  for (const [seed, rate] of [8000, 16000, 44100, 8000].entries()) {
    await speak(call, rate, seed);
    assert.equal(call.res.sampleRate, rate);
    await isSpokenTo(call, rate);
  }
});

test("the rate is known to the first data listener", async (t) => {
  const { peer, res } = await openCall(t);
  const seen = [];
  res.on("data", () => seen.push(res.sampleRate));
  const heard = once(res, "data");
  peer.send(frame(0x12, noise(640)));
  await soon(heard, "the audio");
  assert.deepEqual(seen, [16000]);
});

test("a stream of an app that never asked for the rate is 8 kHz, however wide the peer's audio is", async (t) => {
  const call = await openCall(t);
  await speak(call, 16000);
  const seconds = 1.5;
  const pcm = sound.tone(700, seconds * 1000, 8000);
  const result = await soon(call.res.playStream(piecesOf(pcm, [500])), "the play");
  assert.ok(Math.abs(result.playedMs - seconds * 1000) <= 20, `${result.playedMs} ms`);
  await call.peer.hear(seconds * 32_000);
  assert.ok(call.peer.audio().every(({ kind }) => kind === 0x12));
  const heard = Buffer.concat(call.peer.audio().map(({ payload }) => payload));
  assert.ok(Math.abs(crossings(heard) - 700 * seconds) < 10, `${crossings(heard)} periods`);
});

test("a stream of an app that has read or set the rate is at that", async (t) => {
  for (const know of [(res) => res.sampleRate, (res) => res.setSampleRate(16000)]) {
    const call = await openCall(t);
    await speak(call, 16000);
    know(call.res);
    const result = await soon(call.res.playStream(Readable.from([noise(10 * 640)])), "the play");
    assert.equal(lasted(call.res, result), 200);
  }
});

/** Periods of a tone: how often it comes from below to above. */
function crossings(pcm) {
  let count = 0;
  for (let at = 2; at < pcm.length; at += 2) {
    count += pcm.readInt16LE(at - 2) < 0 && pcm.readInt16LE(at) >= 0 ? 1 : 0;
  }
  return count;
}

test("a play is at the peer's rate", async (t) => {
  const call = await openCall(t);
  await speak(call, 16000);
  assert.equal(call.res.sampleRate, 16000);
  const pcm = noise(10 * 640, 2);
  const result = await soon(call.res.playStream(Readable.from([pcm])), "the play");
  assert.equal(lasted(call.res, result), 200);
  await hears(call, pcm);
  assert.ok(call.peer.audio().every(({ kind, payload }) => kind === 0x12 && payload.length === 640));
});

test("a silence frame without a payload is 20 ms of zeros at the call's rate", async (t) => {
  const { peer, res } = await openCall(t, { sampleRate: 24000 });
  const heard = once(res, "data");
  peer.send(frame(0x02));
  sameAudio((await soon(heard, "the silence"))[0], Buffer.alloc(960));
  assert.equal(res.sampleRate, 24000);
});

test("silence that is sent has the call's rate", async (t) => {
  const call = await openCall(t, { silence: "always", sampleRate: 16000 });
  await call.peer.hear(2 * 640);
  assert.ok(call.peer.audio().every(({ kind, payload }) => kind === 0x12 && payload.length === 640));
  call.peer.send(frame(0x10, noise(320)));
  await call.peer.until(() => call.peer.frames.at(-1).kind === 0x10, "silence at 8 kHz");
  assert.equal(call.peer.frames.at(-1).payload.length, 320);
});

test("an app that keeps its rate hears and speaks at it, whatever the wire carries", async (t) => {
  const said = sound.tone(1000, 1000, 8000);
  const call = await openCall(t, { sampleRate: 16000 });
  const heard = collect(call.res, 16000 * 2);
  call.peer.send(...piecesOf(said, 320).map((pcm) => frame(0x10, pcm)));
  const pcm = await soon(heard, "a second of audio");
  assert.equal(call.res.sampleRate, 16000);
  assert.equal(pcm.length, 2 * said.length);
  const settled = pcm.subarray(2000);
  assert.ok(Math.abs(sound.frequency(settled, 16000) - 1000) < 2);
  assert.ok(Math.abs(sound.rmsDb(settled) - sound.rmsDb(said)) < 0.1);

  call.res.write(sound.tone(1000, 500, 16000));
  const back = (await call.peer.hear(500 * 16)).subarray(1000);
  assert.ok(call.peer.audio().every(({ kind, payload }) => kind === 0x10 && payload.length === 320));
  assert.ok(Math.abs(sound.frequency(back, 8000) - 1000) < 2);
  assert.ok(Math.abs(sound.rmsDb(back) - sound.rmsDb(said)) < 0.1);
});

test("frames come in the length that the app asks for, and the last piece before the end", async (t) => {
  const { peer, res } = await openCall(t, { frameMs: 50 });
  const lengths = [];
  const pieces = [];
  res.on("data", (pcm) => lengths.push(pcm.length) && pieces.push(pcm));
  const ended = once(res, "end");
  const pcm = noise(8 * 320);
  peer.send(...piecesOf(pcm, 320).map((piece) => frame(0x10, piece))).end();
  await soon(ended, "the end");
  assert.deepEqual(lengths, [800, 800, 800, 160]);
  sameAudio(Buffer.concat(pieces), pcm);
  for (const frameMs of [9, 201, NaN]) {
    assert.throws(() => new AudioSocket({ frameMs }), { code: "ERR_OUT_OF_RANGE" });
  }
});

test("G.711 that is labelled as linear audio is heard as what it is, where that is said", async (t) => {
  const { peer, res } = await openCall(t, { encoding: "ulaw" });
  const heard = collect(res, 320);
  // 0xff is nothing in µ-law, 0x80 its largest sample.
  peer.send(frame(0x10, Buffer.concat([Buffer.alloc(80, 0xff), Buffer.alloc(80, 0x80)])));
  const samples = new Int16Array(Uint8Array.from(await soon(heard, "the audio")).buffer);
  assert.deepEqual([samples.length, samples[0], samples[159]], [160, 0, 32_124]);
});

test("the high-water mark is in seconds at the call's rate", async (t) => {
  const call = await openCall(t, { highWaterMark: 0.1 });
  await speak(call, 48000);
  assert.equal(call.res.write(noise(9000)), true);
  assert.equal(call.res.write(noise(9000)), false);
});

test("a rate that the wire does not have is refused", () => {
  for (const sampleRate of [0, -8000, 11025, 22050, 8000.5, NaN, Infinity]) {
    assert.throws(() => new AudioSocket({ sampleRate }), {
      name: "RangeError",
      code: "ERR_OUT_OF_RANGE"
    });
  }
});

test("options that are out of range or of the wrong type are refused", () => {
  const wrong = [
    { silence: "sometimes" },
    { highWaterMark: -1 },
    { highWaterMark: NaN },
    { outboundLimit: Infinity },
    { inboundLimit: -0.1 },
    { handshakeTimeout: 0 },
    { maxConnections: 0 }
  ];
  for (const options of wrong) {
    const expected = { name: "RangeError", code: "ERR_OUT_OF_RANGE" };
    assert.throws(() => new AudioSocket(options), expected, JSON.stringify(options));
  }
  const types = [{ sampleRate: "8000" }, { sampleRate: null }, { silence: true }, { highWaterMark: "1" }];
  for (const options of [...types, { handshakeTimeout: null }, null, 5, "options"]) {
    const expected = { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" };
    assert.throws(() => new AudioSocket(options), expected, JSON.stringify(options));
  }
});

test("what waits for the wire's rate leaves as soon as the caller's first audio tells it", async (t) => {
  const server = await openServer(t, { sampleRate: 16_000 });
  // The first round may find JavaScript cold, and what waits about to leave by itself.
  for (let round = 0; round < 3; round += 1) {
    const written = new Promise((resolve) => {
      server.once("connection", (req, res) => resolve(res.write(noise(640))));
    });
    const peer = await placeCall(t, server);
    await soon(written, "the words");
    peer.send(frame(0x10, Buffer.alloc(320)));
    const sent = performance.now();
    await peer.until(() => peer.heard().length > 0, "the first words");
    assert.ok(performance.now() - sent < 60, "it would have left after 100 ms without");
  }
});
