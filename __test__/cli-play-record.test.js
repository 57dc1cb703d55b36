"use strict";

/** `callstreams play` and `record`: for those who call, and for whom they call. */

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const { AudioSocket } = require("..");
const { noise, openServer } = require("./support/call.js");
const { folder, hasMostOf, measure, run, serve } = require("./support/cli.js");
const { eventually, once, within } = require("./support/wait.js");

const HOST = "127.0.0.1";
const GREETING = fs.readFileSync(path.join(__dirname, "../examples/greeting.sln"));

test("play plays to whoever calls, hangs up, and ends after as many calls as were asked for", async (t) => {
  const server = await serve(t, ["play", "examples/greeting.sln", "--calls", "1"]);
  const res = await within(AudioSocket.connect({ host: HOST, port: server.port }));
  const pieces = [];
  res.on("data", (pcm) => pieces.push(pcm));
  await once(res, "end", 10_000);
  assert.ok(hasMostOf(Buffer.concat(pieces), GREETING));
  assert.equal((await server.exited()).code, 0);
});

test("play --loop goes on until the caller hangs up", async (t) => {
  const server = await serve(t, ["play", "examples/greeting.sln", "--loop"]);
  const res = await within(AudioSocket.connect({ host: HOST, port: server.port }));
  t.after(() => res.hangup());
  let bytes = 0;
  res.on("data", (pcm) => (bytes += pcm.length));
  await eventually(() => bytes > GREETING.length * 1.2, 10_000, "more than one round");
  res.hangup();
  assert.equal((await server.event("played")).completed, false);
});

test("play --to calls a server, plays to it, and hangs up", async (t) => {
  const server = await openServer(t);
  const pieces = [];
  let isOver = false;
  server.onConnection((req, res) => {
    res.on("data", (pcm) => pieces.push(pcm)).on("end", () => (isOver = true));
  });
  const { code } = await run(t, ["play", "examples/greeting.sln", "--to", `${HOST}:${server.address().port}`]);
  assert.equal(code, 0);
  await eventually(() => isOver);
  assert.ok(hasMostOf(Buffer.concat(pieces), GREETING));
});

test("record records whoever calls", async (t) => {
  const into = folder(t);
  const server = await serve(t, ["record", into, "--calls", "1", "--sides", "caller", "--format", "sln"]);
  const res = await within(AudioSocket.connect({ host: HOST, port: server.port }));
  res.write(noise(3200));
  res.hangup({ drain: true });
  const { code } = await server.exited();
  assert.equal(code, 0);
  const [name] = fs.readdirSync(into);
  assert.match(name, /\.sln$/);
  assert.ok(hasMostOf(fs.readFileSync(path.join(into, name)), noise(3200)));
});

test("record --from calls a server, and records what it says until it hangs up", async (t) => {
  const server = await openServer(t);
  server.onConnection(async (req, res) => {
    res.on("data", () => {});
    await res.play(GREETING, { format: { encoding: "slin" } });
    res.hangup({ drain: true });
  });
  const file = path.join(folder(t), "heard.sln");
  const from = `${HOST}:${server.address().port}`;
  const { code, calls: [{ endedBy }] } = await measure(t, ["record", file, "--from", from]);
  assert.deepEqual([code, endedBy], [0, "far end"]);
  assert.ok(hasMostOf(fs.readFileSync(file), GREETING));
});

test("record --from hangs up when its time is over", async (t) => {
  const server = await openServer(t, { silence: "always" });
  server.onConnection((req, res) => res.on("data", () => {}));
  const file = path.join(folder(t), "heard.wav");
  const from = `${HOST}:${server.address().port}`;
  const { code, calls: [{ endedBy, durationMs }] } = await measure(t, ["record", file, "--from", from, "-d", "0.5"]);
  assert.deepEqual([code, endedBy], [0, "caller"]);
  assert.ok(durationMs < 5000);
  assert.ok(fs.existsSync(file));
});
