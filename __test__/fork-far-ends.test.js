"use strict";

/** Servers in the style of those that come with app_audiofork, as far ends of forks. */

const assert = require("node:assert/strict");
const { once } = require("node:events");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");
const WebSocket = require("ws");
const sound = require("../examples/sound.js");
const { openCall, soon } = require("./support/call.js");
const { speak } = require("./support/speak.js");
const { eventually } = require("./support/wait.js");

const RATE = 8000;

function served(t, wss) {
  t.after(() => {
    wss.clients.forEach((client) => client.terminate());
    wss.close();
  });
  return once(wss, "listening").then(() => `ws://127.0.0.1:${wss.address().port}`);
}

test("a server that stores what it is sent has audio that can be played", async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fork-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, "audio.raw");
  const wss = new WebSocket.Server({
    host: "127.0.0.1",
    port: 0,
    handleProtocols: (protocols) => (protocols.has("echo") ? "echo" : false)
  });
  wss.on("connection", (ws) => {
    const stream = fs.createWriteStream(file);
    ws.on("message", (message) => stream.write(message));
    ws.on("close", () => stream.end(() => wss.emit("stored")));
  });
  const url = await served(t, wss);
  const { peer, res } = await openCall(t);
  const fork = res.fork(url, { as: "audiofork" });
  await soon(once(fork, "connect"), "the fork to connect");
  assert.equal(fork.subprotocol, "echo");
  const stored = once(wss, "stored");
  await speak(peer, sound.tone(300, 300, RATE));
  peer.end();
  await soon(stored, "the file");
  const pcm = fs.readFileSync(file);
  assert.ok(Math.abs(sound.frequency(pcm, RATE) - 300) < 5);
  assert.ok(Math.abs(sound.speechSpan(pcm, RATE).ms - 300) <= 60);
});

test("a server with a path for each direction hears each on its own", async (t) => {
  const heard = { "/in": [], "/out": [] };
  const wss = new WebSocket.Server({ host: "127.0.0.1", port: 0 });
  wss.on("connection", (ws, request) => {
    ws.on("message", (message) => heard[request.url].push(message));
  });
  const url = await served(t, wss);
  const { peer, res } = await openCall(t);
  const forks = ["in", "out"].map((direction) => res.fork(`${url}/${direction}`, { as: "audiofork", direction }));
  await soon(Promise.all(forks.map((fork) => once(fork, "connect"))), "both");
  const playing = res.play(sound.tone(440, 300, RATE), { format: { sampleRate: RATE } });
  await speak(peer, sound.tone(300, 300, RATE));
  await playing;
  await Promise.all(forks.map((fork) => fork.stop()));
  for (const [place, hz] of [["/in", 300], ["/out", 440]]) {
    const pcm = Buffer.concat(heard[place]);
    assert.ok(heard[place].slice(0, -1).every(({ length }) => length === 320));
    assert.ok(Math.abs(sound.frequency(pcm, RATE) - hz) < 5);
  }
});

test("each module's name stands for what it does where it is told nothing else", async (t) => {
  const asked = [];
  const wss = new WebSocket.Server({ host: "127.0.0.1", port: 0 });
  wss.on("connection", (ws, { headers }) => {
    asked.push([headers["sec-websocket-protocol"], "sec-websocket-extensions" in headers]);
  });
  const url = await served(t, wss);
  const { res } = await openCall(t);
  for (const as of ["audiofork", "mod_audio_stream", "mod_audio_fork"]) {
    await soon(once(res.fork(url, { as }), "connect"), as);
  }
  await eventually(() => asked.length === 3);
  assert.deepEqual(asked, [["echo", false], [undefined, true], ["audio.drachtio.org", false]]);
});
