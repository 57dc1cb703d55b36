"use strict";

/** Forks: what a far end hears of a call. */

const assert = require("node:assert/strict");
const { once } = require("node:events");
const { PassThrough } = require("node:stream");
const { test } = require("node:test");
const { AudioStream } = require("..");
const sound = require("../examples/sound.js");
const { openCall, soon } = require("./support/call.js");
const { openFarEnd } = require("./support/far-end.js");
const { speak } = require("./support/speak.js");

const RATE = 8000;
const CALLER_HZ = 300;
const APP_HZ = 440;

/** A call on which both sides speak for `ms`, and a fork of it that is there before they do. */
async function forked(t, options, ms = 500) {
  const far = await openFarEnd(t);
  const { peer, res } = await openCall(t);
  const fork = res.fork(far.url, options);
  await soon(once(fork, "connect"), "the fork to connect");
  const heard = await far.next();
  const playing = res.play(sound.tone(APP_HZ, ms, RATE), { format: { sampleRate: RATE } });
  await speak(peer, sound.tone(CALLER_HZ, ms, RATE));
  await soon(playing, "the play");
  return { far, peer, res, fork, heard };
}

/** The strength of a tone in audio, in dB against full scale. */
function strength(pcm, hz, rate = RATE) {
  let [re, im] = [0, 0];
  const count = pcm.length / 2;
  for (let i = 0; i < count; i += 1) {
    const angle = (2 * Math.PI * hz * i) / rate;
    re += pcm.readInt16LE(i * 2) * Math.cos(angle);
    im += pcm.readInt16LE(i * 2) * Math.sin(angle);
  }
  return 20 * Math.log10((2 * Math.hypot(re, im)) / count / 32768 + 1e-9);
}

/** The middle of what was said: the beginning is silence. */
function loud(pcm, rate = RATE) {
  const { startMs, endMs } = sound.speechSpan(pcm, rate);
  const at = (ms) => Math.round((ms * rate) / 1000) * 2;
  return pcm.subarray(at(startMs + 100), at(endMs - 100));
}

function hasTone(pcm, hz, rate) {
  return strength(pcm, hz, rate) > -16;
}

test("a fork hears what the caller says, in frames of 20 ms, and no more", async (t) => {
  const { fork, heard } = await forked(t);
  const stats = await soon(fork.stop(), "the fork to stop");
  const { code } = await heard.close();
  assert.equal(code, 1000);
  assert.deepEqual(heard.texts, []);
  assert.ok(heard.audio.slice(0, -1).every(({ length }) => length === 320));
  const pcm = heard.pcm();
  assert.equal(stats.bytesSent, pcm.length);
  assert.equal(stats.framesSent, heard.audio.length);
  assert.ok(Math.abs(sound.speechSpan(pcm, RATE).ms - 500) <= 60, `${sound.speechSpan(pcm, RATE).ms} ms`);
  assert.ok(hasTone(loud(pcm), CALLER_HZ) && !hasTone(loud(pcm), APP_HZ));
});

test("a fork of direction out hears what the app says", async (t) => {
  const { fork, heard } = await forked(t, { direction: "out" });
  await fork.stop();
  assert.ok(hasTone(loud(heard.pcm()), APP_HZ) && !hasTone(loud(heard.pcm()), CALLER_HZ));
});

test("a fork of both directions hears their sum", async (t) => {
  const { fork, heard } = await forked(t, { direction: "both" });
  await fork.stop();
  assert.ok(hasTone(loud(heard.pcm()), APP_HZ) && hasTone(loud(heard.pcm()), CALLER_HZ));
});

test("a stereo fork has the caller left and the app right, at once", async (t) => {
  const { fork, heard } = await forked(t, { mix: "stereo" });
  await fork.stop();
  assert.equal(heard.audio[0].length, 640);
  const [left, right] = [heard.channel(0), heard.channel(1)];
  assert.ok(hasTone(loud(left), CALLER_HZ) && !hasTone(loud(left), APP_HZ));
  assert.ok(hasTone(loud(right), APP_HZ) && !hasTone(loud(right), CALLER_HZ));
  const [a, b] = [left, right].map((pcm) => sound.speechSpan(pcm, RATE));
  assert.ok(Math.abs(a.startMs - b.startMs) < 100, `${a.startMs} and ${b.startMs} ms`);
});

test("a fork has the rate and the frames that it asks for", async (t) => {
  const { fork, heard } = await forked(t, { sampleRate: 16000, frameMs: 100 });
  await fork.stop();
  assert.equal(heard.audio[0].length, 3200);
  assert.ok(Math.abs(sound.frequency(loud(heard.pcm(), 16000), 16000) - CALLER_HZ) < 5);
});

test("each side has its gain", async (t) => {
  const { fork, heard } = await forked(t, { mix: "stereo", gain: { in: -12, out: 6 } });
  await fork.stop();
  const [left, right] = [loud(heard.channel(0)), loud(heard.channel(1))];
  const before = strength(sound.tone(CALLER_HZ, 300, RATE), CALLER_HZ);
  assert.ok(Math.abs(strength(left, CALLER_HZ) - before + 12) < 1);
  assert.ok(Math.abs(strength(right, APP_HZ) - before - 6) < 1);
});

test("a side that is muted is silent, and the other goes on", async (t) => {
  const far = await openFarEnd(t);
  const { peer, res } = await openCall(t);
  const fork = res.fork(far.url, { mix: "stereo" });
  await soon(once(fork, "connect"), "the fork to connect");
  const heard = await far.next();
  fork.mute("in");
  const playing = res.play(sound.tone(APP_HZ, 400, RATE), { format: { sampleRate: RATE } });
  await speak(peer, sound.tone(CALLER_HZ, 400, RATE));
  await playing;
  fork.mute("in", false);
  await speak(peer, sound.tone(CALLER_HZ, 200, RATE));
  await fork.stop();
  const { startMs, ms } = sound.speechSpan(heard.channel(0), RATE);
  assert.ok(startMs >= 380 && Math.abs(ms - 200) <= 60, `${ms} ms from ${startMs} ms`);
  assert.ok(Math.abs(sound.speechSpan(heard.channel(1), RATE).ms - 400) <= 60);
});

test("what is said in a pause is left out", async (t) => {
  const far = await openFarEnd(t);
  const { peer, res } = await openCall(t);
  const fork = res.fork(far.url);
  await soon(once(fork, "connect"), "the fork to connect");
  const heard = await far.next();
  await speak(peer, sound.tone(CALLER_HZ, 200, RATE));
  fork.pause();
  await speak(peer, sound.tone(2000, 400, RATE));
  fork.resume();
  await speak(peer, sound.tone(CALLER_HZ, 200, RATE));
  await fork.stop();
  const pcm = heard.pcm();
  assert.ok(sound.durationMs(pcm, RATE) < 700, `${sound.durationMs(pcm, RATE)} ms`);
  assert.ok(sound.frequency(loud(pcm), RATE) < 600);
});

test("metadata goes first, texts in between, and the last word last", async (t) => {
  const far = await openFarEnd(t);
  const { peer, res } = await openCall(t);
  const fork = res.fork(far.url, { metadata: { call: 7 } });
  const order = [];
  far.wss.on("connection", (socket) => {
    socket.on("message", (data, isBinary) => order.push(isBinary ? "audio" : data.toString()));
  });
  await soon(once(fork, "connect"), "the fork to connect");
  await speak(peer, sound.tone(CALLER_HZ, 200, RATE));
  assert.equal(fork.sendText("plain"), true);
  assert.equal(fork.sendText({ json: [1] }), true);
  await speak(peer, sound.tone(CALLER_HZ, 100, RATE));
  await soon(fork.stop({ bye: true }), "the fork to stop");
  assert.equal(order[0], '{"call":7}');
  assert.equal(order.at(-1), '{"bye":true}');
  assert.equal(order.at(-2), "audio");
  assert.deepEqual(order.filter((one) => one !== "audio").slice(1, 3), ["plain", '{"json":[1]}']);
  assert.equal(fork.sendText("late"), false);
});

test("a fork tells of its connection and of what its far end says", async (t) => {
  const far = await openFarEnd(t);
  const { res } = await openCall(t);
  const fork = res.fork(far.url.replace("ws://", "ws://me:secret@"));
  const events = [];
  for (const name of ["connect", "disconnect", "error", "message", "close"]) {
    fork.on(name, (argument) => events.push([name, argument]));
  }
  const heard = await far.next();
  assert.equal(heard.request.headers.authorization, `Basic ${btoa("me:secret")}`);
  assert.ok(!fork.url.includes("secret"));
  const long = "é".repeat(100_000);
  heard.socket.send('{"type":"transcript","text":"hello"}');
  heard.socket.send("not JSON\nat all");
  heard.socket.send(long);
  heard.socket.close(1000, "enough");
  await soon(once(fork, "close"), "the fork to close");
  assert.deepEqual(events, [
    ["connect", { status: "connected" }],
    ["message", { type: "transcript", text: "hello" }],
    ["message", "not JSON\nat all"],
    ["message", long],
    ["disconnect", { status: "disconnected", message: { code: 1000, reason: "enough" } }],
    ["close", undefined]
  ]);
  assert.equal(fork.isConnected, false);
});

test("the end of the call ends its forks", async (t) => {
  const { peer, fork, heard } = await forked(t, {}, 100);
  peer.end();
  await soon(once(fork, "close"), "the fork to close");
  assert.deepEqual(await heard.close(), { code: 1000, reason: "" });
  assert.equal(sound.speechSpan(heard.pcm(), RATE).ms > 80, true);
});

test("what a fork's listeners throw ends nothing, and is the server's to hear", async (t) => {
  const far = await openFarEnd(t);
  const { server, peer, res } = await openCall(t);
  const errors = [];
  server.on("error", (error) => errors.push(error.message));
  const fork = res.fork(far.url);
  fork.on("connect", () => {
    throw new Error("thrown");
  });
  fork.on("message", async () => {
    throw new Error("rejected");
  });
  const heard = await far.next();
  heard.socket.send("x");
  await speak(peer, sound.tone(CALLER_HZ, 200, RATE));
  assert.deepEqual(errors, ["thrown", "rejected"]);
  assert.equal(fork.isConnected, true);
  await heard.hear(320);
  await fork.stop();
});

test("forks may follow each other without end on a call on which nothing is heard", async (t) => {
  const far = await openFarEnd(t);
  const { res } = await openCall(t);
  for (let turn = 0; turn < 20; turn += 1) {
    const fork = res.fork(far.url, { bidirectional: true });
    await soon(once(fork, "connect"), "the fork to connect");
    await soon(fork.stop(), "the fork to stop");
  }
});

test("sixteen forks may be had at a time", async (t) => {
  const far = await openFarEnd(t);
  const { res } = await openCall(t);
  const forks = Array.from({ length: 16 }, () => res.fork(far.url));
  await soon(Promise.all(forks.map((fork) => once(fork, "connect"))), "all forks");
  const more = res.fork(far.url);
  const [body, error] = await soon(once(more, "error"), "the error");
  assert.equal(body.status, "error");
  assert.equal(error.code, "ERR_TOO_MANY_FORKS");
  await forks[0].stop();
  const another = res.fork(far.url);
  await soon(once(another, "connect"), "another fork");
});

test("what cannot be forked is refused", async (t) => {
  const { peer, res } = await openCall(t);
  for (const wrong of [undefined, 5, null]) {
    assert.throws(() => res.fork(wrong), { code: "ERR_INVALID_ARG_TYPE" });
  }
  for (const wrong of ["", "http://a/", "a", "ws://", "ws://a/#b"]) {
    assert.throws(() => res.fork(wrong), { code: "ERR_INVALID_URL" }, wrong);
  }
  assert.throws(() => res.fork("http://me:secret@a/"), (error) => !error.message.includes("secret"));
  const pair = new AudioStream(new PassThrough(), new PassThrough());
  assert.throws(() => pair.fork("ws://127.0.0.1/"), { code: "ERR_NOT_FORKABLE" });
  const ended = once(res, "end");
  peer.destroy();
  await soon(ended, "the end");
  const late = res.fork("ws://127.0.0.1/");
  const [, error] = await soon(once(late, "error"), "the error");
  assert.equal(error.code, "ERR_NOT_FORKABLE");
  const stats = await soon(late.stop(), "the end");
  assert.equal(stats.framesSent, 0);
});
