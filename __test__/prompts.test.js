"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { Readable } = require("node:stream");
const { after, test } = require("node:test");
const { pathToFileURL } = require("node:url");
const { AudioSocket } = require("..");
const sound = require("../examples/sound.js");
const { noise, openCall, sameAudio, soon } = require("./support/call.js");

const FRAME = 320;
const RATE = 8000;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prompts-"));
after(() => fs.rmSync(folder, { recursive: true }));

/** A WAV file of 16-bit samples, as bytes. */
function wav(pcm, sampleRate, channels = 1) {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + pcm.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([header, pcm]);
}

function file(name, bytes) {
  const place = path.join(folder, name);
  fs.writeFileSync(place, bytes);
  return place;
}

/** What a play of `source` sounds like: its pitch, its level and how long it is heard. */
async function heardOf({ peer, res }, source, options) {
  const before = peer.heard().length;
  const { completed } = await soon(res.play(source, options), "the play");
  assert.ok(completed);
  const pcm = (await peer.hear(before + FRAME)).subarray(before);
  const { ms } = sound.speechSpan(pcm, RATE);
  return { hz: sound.frequency(pcm, RATE), db: sound.rmsDb(pcm), ms };
}

function isAbout(actual, expected, tolerance, what) {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, not ${expected}`);
}

const TONE = sound.tone(440, 300, 44_100);
const WAV = wav(TONE, 44_100);

test("a file of another rate sounds the same as a path, a URL, bytes, a stream or an iterable", async (t) => {
  const call = await openCall(t);
  const place = file("tone.wav", WAV);
  const chunks = [WAV.subarray(0, 1000), WAV.subarray(1000, 1001), WAV.subarray(1001)];
  const sources = [
    place,
    pathToFileURL(place),
    pathToFileURL(place).href,
    WAV,
    new DataView(WAV.buffer, WAV.byteOffset, WAV.length),
    fs.createReadStream(place),
    Readable.toWeb(fs.createReadStream(place)),
    chunks,
    (async function* each() {
      yield* chunks;
    })()
  ];
  for (const source of sources) {
    const { hz, db, ms } = await heardOf(call, source);
    isAbout(hz, 440, 2, "Hz");
    isAbout(db, sound.rmsDb(TONE), 0.5, "dB");
    isAbout(ms, 300, 20, "ms");
  }
});

test("gain, start, duration and loop are as asked for", async (t) => {
  const call = await openCall(t);
  const plain = await heardOf(call, WAV);
  isAbout((await heardOf(call, WAV, { gain: -6 })).db, plain.db - 6, 0.1, "dB");
  isAbout((await heardOf(call, WAV, { start: 100 })).ms, 200, 20, "ms");
  isAbout((await heardOf(call, WAV, { start: 100, duration: 100 })).ms, 100, 20, "ms");
  isAbout((await heardOf(call, WAV, { loop: 3 })).ms, 900, 20, "ms");
});

test("raw bytes are what the format says", async (t) => {
  const call = await openCall(t);
  const raw = sound.tone(440, 300, 24_000);
  const format = { encoding: "slin", sampleRate: 24_000 };
  for (const source of [raw, Readable.from([raw])]) {
    const { hz, ms } = await heardOf(call, source, { format });
    isAbout(hz, 440, 2, "Hz");
    isAbout(ms, 300, 20, "ms");
  }
  const streamed = await soon(call.res.playStream(Readable.from([raw]), { format }), "the stream");
  isAbout(streamed.playedMs, 300, 20, "ms");
});

test("a signal ends the play and rejects with its reason", async (t) => {
  const { peer, res } = await openCall(t);
  const controller = new AbortController();
  const playing = res.play(noise(500 * FRAME), { loop: true, signal: controller.signal });
  await peer.hear(3 * FRAME);
  controller.abort();
  await soon(assert.rejects(playing, { name: "AbortError" }), "the rejection");
  const reason = new Error("not at all");
  const never = res.play(noise(FRAME), { signal: AbortSignal.abort(reason) });
  await assert.rejects(never, (error) => error === reason);
  assert.ok(peer.heard().length < 100 * FRAME);
});

test("what stops with a fade goes down and settles behind it", async (t) => {
  const { peer, res } = await openCall(t);
  const playing = res.play(wav(sound.tone(440, 3000, RATE), RATE), { fadeOut: 100 });
  await peer.hear(5 * FRAME);
  res.stop();
  const { completed, playedMs } = await soon(playing, "the play");
  assert.equal(completed, false);
  const heard = peer.heard();
  assert.equal(heard.length, playedMs * 16);
  const [full, faded] = [heard.subarray(0, 3 * FRAME), heard.subarray(-FRAME)];
  assert.ok(sound.rmsDb(faded) < sound.rmsDb(full) - 12, "the end is softer");
});

test("what cannot be played rejects with a code, and the call goes on", async (t) => {
  const { peer, res } = await openCall(t);
  const midi = file("a.mid", Buffer.from("MThd\0\0\0\x06\0\x01\0\x02\0\x60", "latin1"));
  await assert.rejects(soon(res.play(midi), "MIDI"), { code: "ERR_UNSUPPORTED_FORMAT", path: midi });
  const broken = Buffer.concat([WAV.subarray(0, 20), noise(10)]);
  await assert.rejects(soon(res.play(broken), "a broken file"), (error) => error.code.startsWith("ERR_"));
  const once = res.play(Readable.from([WAV]), { loop: 2 });
  await assert.rejects(soon(once, "a stream, twice"), { code: "ERR_NOT_REPEATABLE" });
  const pcm = noise(FRAME);
  await soon(res.play(file("a.sln", pcm)), "the next play");
  await peer.until(() => peer.heard().includes(pcm), "the next play");
});

test("options that are out of range or of the wrong type are refused", async (t) => {
  const { res } = await openCall(t);
  const wrong = [{ gain: 61 }, { loop: 0 }, { loop: 1.5 }, { start: -1 }, { duration: -1 }, { fadeOut: NaN }];
  const formats = [{ encoding: "mp3" }, { sampleRate: 10 }, { channels: 0 }];
  for (const options of [...wrong, ...formats.map((format) => ({ format }))]) {
    await assert.rejects(res.play(WAV, options), { name: "RangeError", code: "ERR_OUT_OF_RANGE" });
  }
  for (const options of [null, 5, { signal: {} }, { gain: "1" }, { start: "1" }]) {
    await assert.rejects(res.play(WAV, options), { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" });
  }
});

test("a file that is played again is not decoded again, by any call", async (t) => {
  const place = file("often.wav", wav(sound.tone(440, 100, 16_000), 16_000));
  const first = await openCall(t);
  const counts = () => first.server.metrics().promptCache;
  const before = counts();
  await soon(first.res.play(place), "the first play");
  const second = await openCall(t);
  await soon(second.res.play(place), "the second play");
  const then = counts();
  assert.deepEqual([then.misses - before.misses, then.hits - before.hits], [1, 1]);
  sameAudio(await second.peer.hear(FRAME * 5), first.peer.heard());
  await openCall(t, { promptCacheBytes: 0 });
  assert.deepEqual([counts().files, counts().bytes], [0, 0]);
  await openCall(t, { promptCacheBytes: 2 ** 25 });
  assert.throws(() => new AudioSocket({ promptCacheBytes: -1 }), { code: "ERR_OUT_OF_RANGE" });
});
