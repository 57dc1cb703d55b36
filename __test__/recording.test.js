"use strict";

const assert = require("node:assert/strict");
const { once } = require("node:events");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, test } = require("node:test");
const { AudioStream } = require("..");
const sound = require("../examples/sound.js");
const { frame, noise, openCall, soon } = require("./support/call.js");
const { PassThrough } = require("node:stream");

const RATE = 8000;
const FRAME = 320;
const FRAME_MS = 20;
const HEADER = 44;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "recording-"));
after(() => fs.rmSync(folder, { recursive: true }));

let files = 0;
const place = (name) => path.join(folder, `${(files += 1)}-${name}`);

/** The channels of a recorded WAV file. */
function channelsOf(file) {
  const bytes = fs.readFileSync(file);
  assert.equal(bytes.toString("latin1", 0, 4), "RIFF");
  assert.equal(bytes.readUInt32LE(4), bytes.length - 8);
  assert.equal(bytes.readUInt32LE(40), bytes.length - HEADER);
  const channels = bytes.readUInt16LE(22);
  const pcm = bytes.subarray(HEADER);
  return Array.from({ length: channels }, (_, channel) => {
    const one = Buffer.alloc(pcm.length / channels);
    for (let at = 0; at < one.length; at += 2) {
      pcm.copy(one, at, at * channels + channel * 2, at * channels + channel * 2 + 2);
    }
    return one;
  });
}

/** The caller speaks in real time, a frame each 20 ms. */
async function speak(peer, pcm) {
  const begin = performance.now();
  for (let at = 0; at < pcm.length; at += FRAME) {
    peer.send(frame(0x10, pcm.subarray(at, at + FRAME)));
    const due = begin + (at / FRAME + 1) * FRAME_MS - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due)));
  }
}

test("both sides are recorded, the caller left and the app right", async (t) => {
  const { peer, res } = await openCall(t);
  const file = place("both.wav");
  const recording = res.record(file);
  const playing = res.play(sound.tone(440, 600, RATE), { format: { sampleRate: RATE } });
  await speak(peer, sound.tone(300, 600, RATE));
  await soon(playing, "the play");
  const summary = await soon(recording.stop(), "the recording");
  assert.equal(summary.path, file);
  assert.equal(summary.bytes, fs.statSync(file).size);
  assert.equal(summary.droppedFrames, 0);
  const [caller, app] = channelsOf(file);
  assert.ok(Math.abs(sound.durationMs(caller, RATE) - summary.durationMs) < 1);
  for (const [pcm, hz] of [[caller, 300], [app, 440]]) {
    assert.ok(Math.abs(sound.frequency(pcm, RATE) - hz) < 5, `${sound.frequency(pcm, RATE)} Hz`);
    assert.ok(Math.abs(sound.speechSpan(pcm, RATE).ms - 600) <= 60);
  }
});

test("one side, a mix and raw audio are recorded as asked for, until the call ends", async (t) => {
  const { peer, res } = await openCall(t);
  const recordings = ["caller", "app", "mix"].map((sides) => res.record(place(`${sides}.wav`), { sides }));
  const raw = res.record(place("raw.sln"));
  const wide = res.record(place("wide.wav"), { sides: "caller", sampleRate: 16000 });
  const finished = [...recordings, raw, wide].map((recording) => once(recording, "finish"));
  await speak(peer, sound.tone(300, 400, RATE));
  peer.end();
  await soon(Promise.all(finished), "the ends");
  const [caller, app, mix] = recordings.map((recording) => channelsOf(recording.path)[0]);
  assert.ok(Math.abs(sound.frequency(caller, RATE) - 300) < 5);
  assert.equal(sound.speechSpan(app, RATE), null);
  assert.ok(Math.abs(sound.frequency(mix, RATE) - 300) < 5);
  assert.ok(Math.abs(sound.frequency(fs.readFileSync(raw.path), RATE) - 300) < 5);
  assert.ok(Math.abs(sound.frequency(channelsOf(wide.path)[0], 16000) - 300) < 5);
});

test("a file .sln is recorded at 8 kHz in a call of any rate, as it is played", async (t) => {
  const { peer, res } = await openCall(t, { sampleRate: 16000 });
  const recording = res.record(place("wideband.sln"));
  const finished = once(recording, "finish");
  await speak(peer, sound.tone(300, 400, RATE));
  peer.end();
  await soon(finished, "the end");
  assert.ok(Math.abs(sound.frequency(fs.readFileSync(recording.path), 8000) - 300) < 5);
});

test("recordings may follow each other without end on a call on which nothing is heard", async (t) => {
  const { res } = await openCall(t);
  for (let turn = 0; turn < 20; turn += 1) {
    const recording = res.record(place("quiet.wav"));
    await soon(recording.stop(), "the recording");
  }
});

test("a pause is left out", async (t) => {
  const { peer, res } = await openCall(t);
  const recording = res.record(place("pause.wav"), { sides: "caller" });
  await speak(peer, sound.tone(300, 200, RATE));
  recording.pause();
  await speak(peer, sound.tone(2000, 400, RATE));
  recording.resume();
  await speak(peer, sound.tone(300, 200, RATE));
  const { durationMs } = await soon(recording.stop(), "the recording");
  assert.ok(durationMs < 700, `${durationMs} ms`);
  const [pcm] = channelsOf(recording.path);
  assert.ok(sound.frequency(pcm, RATE) < 600);
});

test("a file that is there is kept, unless it may be overwritten", async (t) => {
  const { peer, res } = await openCall(t);
  const file = place("there.wav");
  fs.writeFileSync(file, "precious");
  const [error] = await soon(once(res.record(file), "error"), "the error");
  assert.equal(error.code, "EEXIST");
  assert.equal(error.path, file);
  assert.equal(fs.readFileSync(file, "utf8"), "precious");
  const recording = res.record(file, { overwrite: true });
  await speak(peer, noise(2 * FRAME));
  await soon(recording.stop(), "the recording");
  assert.equal(channelsOf(file).length, 2);
});

test("a recording that fails leaves the call alone", async (t) => {
  const { peer, res } = await openCall(t);
  const lost = res.record(path.join(folder, "nowhere", "a.wav"));
  await soon(assert.rejects(lost.stop(), { code: "ENOENT" }), "the rejection");
  const pcm = noise(2 * FRAME);
  res.write(pcm);
  await peer.until(() => peer.heard().includes(pcm), "what was written after");
});

test("what cannot be recorded is refused", async (t) => {
  const { res, peer } = await openCall(t);
  for (const wrong of [undefined, "", 5, "a\0b"]) {
    assert.throws(() => res.record(wrong), { code: "ERR_INVALID_ARG_TYPE" });
  }
  for (const options of [{ sides: "left" }, { format: "mp3" }, { sampleRate: 11025 }]) {
    assert.throws(() => res.record(place("x.wav"), options), { code: "ERR_OUT_OF_RANGE" });
  }
  const stereo = res.record(place("stereo.sln"), { sides: "both" });
  await soon(assert.rejects(stereo.stop(), { code: "ERR_UNSUPPORTED_FORMAT" }), "the rejection");
  const pair = new AudioStream(new PassThrough(), new PassThrough());
  assert.throws(() => pair.record(place("pair.wav")), { code: "ERR_NOT_RECORDABLE" });
  const ended = once(res, "end");
  peer.destroy();
  await soon(ended, "the end");
  const late = res.record(place("late.wav"));
  await soon(assert.rejects(late.stop(), { code: "ERR_NOT_RECORDABLE" }), "the rejection");
});
