"use strict";

/** Forks: what a far end says back, and what it may order. */

const assert = require("node:assert/strict");
const { once } = require("node:events");
const { test } = require("node:test");
const sound = require("../examples/sound.js");
const { openCall, soon } = require("./support/call.js");
const { openFarEnd } = require("./support/far-end.js");
const { eventually } = require("./support/wait.js");

const RATE = 8000;

async function bidirectional(t, options) {
  const far = await openFarEnd(t);
  const { peer, res } = await openCall(t);
  const fork = res.fork(far.url, { bidirectional: true, ...options });
  const heard = await far.next();
  await eventually(() => fork.isConnected);
  return { far, peer, res, fork, heard, socket: heard.socket };
}

function json(type, data) {
  return JSON.stringify({ type, data });
}

function streamAudio(pcm, audioDataType = "raw", sampleRate = RATE) {
  return json("streamAudio", { audioDataType, sampleRate, audioData: pcm.toString("base64") });
}

/** What a peer has heard, from the first sound to the last. */
function spanOf(peer) {
  return sound.speechSpan(peer.heard(), RATE) ?? { startMs: 0, ms: 0 };
}

test("binary audio is played to the caller, piece behind piece", async (t) => {
  const { peer, socket } = await bidirectional(t);
  const said = sound.tone(440, 600, RATE);
  // In pieces of no whole frames, nor even of whole samples, and faster than they are heard.
  for (let at = 0; at < said.length; at += 333) {
    socket.send(said.subarray(at, at + 333));
  }
  await peer.until(() => spanOf(peer).ms >= 595, "all of it");
  const { startMs } = spanOf(peer);
  const heard = peer.heard().subarray(startMs * 16, (startMs + 595) * 16);
  assert.deepEqual(sound.gaps(heard, RATE), []);
  assert.ok(Math.abs(sound.frequency(heard, RATE) - 440) < 2);
});

test("binary audio has the fork's rate", async (t) => {
  const { peer, socket } = await bidirectional(t, { sampleRate: 16000 });
  socket.send(sound.tone(440, 400, 16000));
  await peer.until(() => spanOf(peer).ms >= 380, "all of it");
  assert.ok(Math.abs(sound.frequency(peer.heard(), RATE) - 440) < 2);
  assert.ok(spanOf(peer).ms <= 410);
});

test("streamAudio and playAudio are played one after the other", async (t) => {
  const { peer, fork, socket } = await bidirectional(t);
  const messages = [];
  fork.on("message", (message) => messages.push(message));
  const wav = wavOf(sound.tone(500, 200, RATE));
  socket.send(streamAudio(sound.tone(400, 200, 16000), "raw", 16000));
  socket.send(json("playAudio", { audioContentType: "wav", audioContent: wav.toString("base64") }));
  socket.send(sound.tone(600, 200, RATE));
  socket.send('{"type":"other"}');
  await peer.until(() => spanOf(peer).ms >= 590, "all of it");
  const { startMs } = spanOf(peer);
  [400, 500, 600].forEach((hz, index) => {
    const from = Math.round(startMs + index * 200 + 20) * 16;
    const found = sound.frequency(peer.heard().subarray(from, from + 160 * 16), RATE);
    assert.ok(Math.abs(found - hz) < 8, `${found} Hz for ${hz}`);
  });
  assert.deepEqual(messages, [{ type: "other" }]);
});

test("what a far end says is mixed with what the app says, and settles none of its plays", async (t) => {
  const { peer, res, socket } = await bidirectional(t);
  const playing = res.play(sound.tone(300, 400, RATE), { format: { sampleRate: RATE } });
  socket.send(sound.tone(900, 200, RATE));
  const { completed } = await soon(playing, "the play");
  assert.equal(completed, true);
  await peer.until(() => spanOf(peer).ms >= 390, "all of it");
  res.mark("here");
  const [name] = await soon(once(res, "mark"), "the mark");
  assert.equal(name, "here");
});

test("killAudio ends what plays and clears the marks, and what follows is heard", async (t) => {
  const { peer, socket, heard } = await bidirectional(t);
  socket.send(sound.tone(400, 5000, RATE));
  socket.send(json("mark", { name: "end" }));
  await peer.until(() => spanOf(peer).ms >= 100, "some of it");
  socket.send(json("killAudio"));
  await eventually(() => heard.texts.length > 0);
  assert.deepEqual(JSON.parse(heard.texts[0]), { type: "mark", data: { name: "end", event: "cleared" } });
  const { ms } = spanOf(peer);
  assert.ok(ms < 1000, `${ms} ms were heard`);
  socket.send(sound.tone(800, 200, RATE));
  const tail = () => peer.heard().subarray(-2400);
  await peer.until(() => Math.abs(sound.frequency(tail(), RATE) - 800) < 10, "what follows");
});

test("a mark is answered when what came before it was heard, and not before", async (t) => {
  const { peer, socket, heard } = await bidirectional(t);
  const begin = performance.now();
  socket.send(json("mark", { name: "at once" }));
  socket.send(sound.tone(400, 300, RATE));
  socket.send(json("mark", { name: "then" }));
  socket.send(sound.tone(400, 300, RATE));
  socket.send(json("mark", { name: "last" }));
  await eventually(() => heard.texts.length === 1);
  assert.ok(performance.now() - begin < 250);
  await eventually(() => heard.texts.length === 2);
  assert.ok(performance.now() - begin >= 230);
  await eventually(() => heard.texts.length === 3);
  assert.ok(performance.now() - begin >= 500);
  const data = heard.texts.map((text) => JSON.parse(text).data);
  assert.deepEqual(data, ["at once", "then", "last"].map((name) => ({ name, event: "playout" })));
  assert.ok(spanOf(peer).ms >= 560);
});

test("clearMarks tells of marks as cleared, and lets play on", async (t) => {
  const { peer, socket, heard } = await bidirectional(t);
  socket.send(sound.tone(400, 400, RATE));
  socket.send(json("mark", { name: "a" }));
  socket.send(json("clearMarks"));
  await eventually(() => heard.texts.length === 1);
  assert.equal(JSON.parse(heard.texts[0]).data.event, "cleared");
  await peer.until(() => spanOf(peer).ms >= 390, "all of it");
});

test("disconnect ends the call", async (t) => {
  const { res, socket } = await bidirectional(t);
  const ended = once(res, "end");
  socket.send(json("disconnect"));
  await soon(ended, "the end");
});

test("orders of a far end that may give none are messages, and its audio is counted", async (t) => {
  const far = await openFarEnd(t);
  const { peer, res } = await openCall(t);
  const fork = res.fork(far.url);
  const messages = [];
  fork.on("message", (message) => messages.push(message.type));
  const { socket } = await far.next();
  socket.send(Buffer.alloc(320, 1));
  socket.send(json("killAudio"));
  socket.send(json("disconnect"));
  await eventually(() => messages.length === 2);
  assert.deepEqual(messages, ["killAudio", "disconnect"]);
  assert.equal(fork.stats().droppedBytesBack, 320);
  res.write(Buffer.alloc(320, 2));
  await peer.until(() => peer.heard().length > 0, "the call to go on");
  assert.ok(!peer.heard().includes(1));
});

test("what is broken is warned of, and the fork goes on", async (t) => {
  const { peer, fork, socket } = await bidirectional(t);
  const warnings = [];
  const messages = [];
  fork.on("warning", ({ code }) => warnings.push(code));
  fork.on("message", (message) => messages.push(message));
  socket.send("{broken");
  socket.send(json("mark", {}));
  socket.send(json("streamAudio", { audioDataType: "raw", sampleRate: RATE, audioData: "***" }));
  socket.send(streamAudio(Buffer.from("no such file"), "mp3"));
  socket.send(sound.tone(400, 200, RATE));
  await peer.until(() => spanOf(peer).ms >= 190, "what follows");
  assert.deepEqual(warnings, ["ERR_BAD_JSON", "ERR_BAD_MARK", "ERR_BAD_BASE64", "ERR_BAD_SOUND"]);
  assert.deepEqual([messages.length, messages[0], messages[1].type], [3, "{broken", "mark"]);
});

test("more than may wait is not kept, and counted", async (t) => {
  const far = await openFarEnd(t);
  const { res } = await openCall(t, { outboundLimit: 1 });
  const fork = res.fork(far.url, { bidirectional: true });
  const { socket } = await far.next();
  for (let count = 0; count < 20; count += 1) {
    socket.send(sound.tone(400, 1000, RATE));
  }
  await eventually(() => fork.stats().messagesReceived === 20);
  const lost = fork.stats().droppedBytesBack;
  assert.ok(lost >= 16 * 16000, `${lost} bytes`);
});

test("one fork of a call may speak at a time", async (t) => {
  const { far, res, fork } = await bidirectional(t);
  const other = res.fork(far.url, { bidirectional: true });
  const [, error] = await soon(once(other, "error"), "the error");
  assert.equal(error.code, "ERR_FORK_SPEAKS");
  await fork.stop();
  const next = res.fork(far.url, { bidirectional: true });
  await soon(once(next, "connect"), "the next");
});

/** A WAV file of mono audio. */
function wavOf(pcm) {
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + pcm.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([head, pcm]);
}
