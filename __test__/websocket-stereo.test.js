"use strict";

/** Two voices in one call: interleaved, apart, converted, recorded. */

const assert = require("node:assert/strict");
const fs = require("node:fs/promises");
const os = require("node:os");
const path = require("node:path");
const { buffer } = require("node:stream/consumers");
const { test } = require("node:test");
const { noise } = require("./support/call.js");
const { eventually, within } = require("./support/wait.js");
const { dial, interleave, serve, tone } = require("./support/websocket.js");

async function stereo(t, options) {
  const served = serve(t, { format: { channels: 2 }, ...options });
  const sender = await dial(t, served.url);
  sender.send("{}");
  return { ...served, sender, ...(await served.call()) };
}

/** Sends audio in messages of 20 ms. */
function sendAll(sender, pcm, bytes) {
  for (let at = 0; at < pcm.length; at += bytes) {
    sender.send(pcm.subarray(at, at + bytes));
  }
}

/** One voice of two. */
function side(pcm, index) {
  const voice = Buffer.alloc(pcm.length / 2);
  for (let at = 0; at < voice.length; at += 2) {
    voice.writeInt16LE(pcm.readInt16LE(at * 2 + index * 2), at);
  }
  return voice;
}

/** How loud it is: the mean of the absolute samples. */
function level(pcm) {
  let sum = 0;
  for (let at = 0; at < pcm.length; at += 2) {
    sum += Math.abs(pcm.readInt16LE(at));
  }
  return sum / (pcm.length / 2);
}

test("both voices come interleaved, as they were sent", async (t) => {
  const { sender, req, res, ear } = await stereo(t);
  assert.deepEqual([req.channels, res.channels], [2, 2]);
  const pcm = interleave(noise(3200, 1), noise(3200, 2));
  sendAll(sender, pcm, 640);
  assert.deepEqual(await ear.bytes(pcm.length), pcm);
  assert.ok(ear.of("data").every((frame) => frame.length === 640));
});

test("the URL may say that there are two", async (t) => {
  const { url, call } = serve(t, {});
  const sender = await dial(t, `${url}/?channels=2&sampleRate=16000`);
  sender.send("{}");
  const { res } = await call();
  assert.deepEqual([res.channels, res.sampleRate], [2, 16000]);
});

test("the format may be told call by call", async (t) => {
  const format = ({ url }) => ({ channels: url === "/two" ? 2 : 1 });
  for (const tells of [format, async (request) => format(request)]) {
    const { url, call } = serve(t, { format: tells });
    for (const [at, channels] of [["/one", 1], ["/two", 2]]) {
      (await dial(t, url + at)).send("{}");
      assert.equal((await call()).res.channels, channels);
    }
  }
});

test("split() gives each voice by itself, to its end", async (t) => {
  const { sender, res } = await stereo(t);
  const { caller, callee } = res.split();
  const heard = Promise.all([buffer(caller), buffer(callee)]);
  const [left, right] = [noise(3200, 1), noise(3200, 2)];
  sendAll(sender, interleave(left, right), 640);
  sender.socket.close();
  const [first, second] = await within(heard);
  assert.deepEqual(first, left);
  assert.deepEqual(second, right);
});

test("split() leaves out what nobody reads, and counts it; after the end there is nothing to read", async (t) => {
  const { sender, res, ear } = await stereo(t);
  const { caller, callee } = res.split();
  callee.resume();
  for (let heard = 0; heard < 160_000; heard += 40_000) {
    sendAll(sender, interleave(tone(10_000), tone(10_000)), 4000);
    await ear.bytes(heard + 40_000);
  }
  assert.ok(caller.droppedFrames > 0);
  assert.equal(callee.droppedFrames, 0);
  sender.socket.close();
  await ear.next("end");
  const late = res.split();
  assert.deepEqual(await within(Promise.all([buffer(late.caller), buffer(late.callee)])), [Buffer.alloc(0), Buffer.alloc(0)]);
});

test("frames of the app's length and rate keep the voices apart", async (t) => {
  const { sender, ear } = await stereo(t, { frameMs: 60, sampleRate: 16000 });
  sendAll(sender, interleave(tone(8000, 8000), Buffer.alloc(16000)), 640);
  const heard = await ear.bytes(16000 * 4 * 0.9);
  assert.ok(ear.of("data").every((frame) => frame.length === 16 * 60 * 4));
  assert.ok(level(side(heard, 0)) > 4000);
  assert.ok(level(side(heard, 1)) < 10);
});

test("what is said goes out in one voice, to both", async (t) => {
  const { sender, res } = await stereo(t, { playback: "binary" });
  res.write(tone(320));
  assert.deepEqual(await sender.heard(640), tone(320));
});

test("speech is the caller's, on the left", async (t) => {
  const { sender, ear } = await stereo(t, { speech: true });
  const [loud, quiet] = [tone(8000), Buffer.alloc(16000)];
  sendAll(sender, interleave(quiet, loud), 640);
  await ear.bytes(32000);
  assert.deepEqual(ear.of("speech"), []);
  sendAll(sender, interleave(loud, quiet), 640);
  const { startMs } = await ear.next("speech");
  assert.ok(startMs >= 980 && startMs <= 1040, `${startMs}`);
});

test("a recording of both sides has the caller left and the callee right", async (t) => {
  const { sender, res, ear } = await stereo(t);
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "stereo-"));
  t.after(() => fs.rm(folder, { recursive: true }));
  const file = path.join(folder, "call.wav");
  const recording = res.record(file);
  for (let sent = 0; sent < 25; sent += 1) {
    sender.send(interleave(tone(160, 8000), tone(160, 2000)));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await ear.bytes(25 * 640);
  await eventually(() => res.stats().framesIn === 25);
  await recording.stop();
  const wav = await fs.readFile(file);
  assert.equal(wav.readUInt16LE(22), 2);
  const pcm = wav.subarray(44);
  const [left, right] = [level(side(pcm, 0)), level(side(pcm, 1))];
  assert.ok(left > 3 * right && right > 500, `${left} and ${right}`);
});
