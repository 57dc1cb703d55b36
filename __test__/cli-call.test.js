"use strict";

/** `callstreams call`: what it says on a call, and what it measures. */

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { describe, test } = require("node:test");
const { WebSocketServer } = require("ws");
const { tone } = require("../cli/tone.js");
const { noise, openServer } = require("./support/call.js");
const { ROOT, folder, hasMostOf, measure, run, start } = require("./support/cli.js");
const { eventually, once } = require("./support/wait.js");

const HOST = "127.0.0.1";

/** A server in this process that does `handle` with each call; `calls` are those so far. */
async function answering(t, handle, options) {
  const server = await openServer(t, options);
  const calls = [];
  server.onConnection((req, res) => {
    const call = { req, res, keys: "", pcm: [], isOver: false };
    calls.push(call);
    res.on("data", (pcm) => call.pcm.push(pcm));
    res.on("dtmf", (key) => (call.keys += key));
    res.on("end", () => (call.isOver = true));
    return handle?.(call);
  });
  return { server, calls, to: `${HOST}:${server.address().port}` };
}

const echo = ({ res }) => res.on("data", (pcm) => res.write(pcm));

describe("the round trip", () => {
  test("is measured where the server echoes", async (t) => {
    const { to } = await answering(t, echo);
    const { code, summary, calls, stderr } = await measure(t, ["call", to, "-d", "2"]);
    assert.deepEqual([code, stderr], [0, ""]);
    const { rttMs, loss } = summary;
    assert.ok(rttMs.frames >= 60 && rttMs.frames <= 80, `${rttMs.frames} frames`);
    assert.ok(rttMs.min > 0 && rttMs.min <= rttMs.p50 && rttMs.p50 <= rttMs.p99 && rttMs.p99 <= rttMs.max + 0.1);
    assert.ok(rttMs.p50 < 150, `${rttMs.p50} ms`);
    assert.deepEqual([loss.lost, loss.percent], [0, 0]);
    assert.ok(summary.jitterMs.p50 < 20);
    assert.equal(calls[0].endedBy, "caller");
  });

  test("has in it what the server takes", async (t) => {
    const { to } = await answering(t, ({ res }) => {
      res.on("data", (pcm) => setTimeout(() => res.write(pcm), 150));
    });
    const { rttMs, loss } = (await measure(t, ["call", to, "-d", "2"])).summary;
    assert.ok(rttMs.min >= 149 && rttMs.p50 < 450, JSON.stringify(rttMs));
    assert.equal(loss.lost, 0);
  });

  test("is measured at another rate, though the server converts", async (t) => {
    const { to } = await answering(t, echo, { sampleRate: 24_000 });
    for (const rate of ["8000", "16000"]) {
      const { summary, code } = await measure(t, ["call", to, "-d", "2", "--sample-rate", rate]);
      assert.equal(code, 0);
      assert.ok(summary.rttMs.frames >= 60, JSON.stringify(summary));
    }
  });

  test("is not made up where the server says something else, or nothing", async (t) => {
    const { to } = await answering(t, ({ res }) => res.on("data", () => res.write(noise(320))));
    const { summary, code } = await measure(t, ["call", to, "-d", "1"]);
    assert.deepEqual([code, summary.rttMs, summary.loss], [0, null, null]);
    assert.ok(summary.jitterMs);
    const silent = await answering(t);
    const quiet = await measure(t, ["call", silent.to, "-d", "1"]);
    assert.deepEqual([quiet.code, quiet.summary.rttMs, quiet.summary.jitterMs], [0, null, null]);
  });
});

test("what the server keeps to itself is lost", async (t) => {
  const { to } = await answering(t, ({ res, pcm }) => {
    res.on("data", (frame) => pcm.length % 5 === 0 || res.write(frame));
  });
  const { loss } = (await measure(t, ["call", to, "-d", "3"])).summary;
  assert.ok(loss.percent > 15 && loss.percent < 25, JSON.stringify(loss));
});

describe("on the call", () => {
  test("a file is said, and the call is over with it", async (t) => {
    const { to, calls } = await answering(t);
    const { code, calls: [{ endedBy }] } = await measure(t, ["call", to, "--play", "examples/greeting.sln"]);
    assert.deepEqual([code, endedBy], [0, "caller"]);
    await eventually(() => calls[0].isOver);
    assert.ok(hasMostOf(Buffer.concat(calls[0].pcm), fs.readFileSync(path.join(ROOT, "examples/greeting.sln"))));
  });

  test("a tone is said as long as was asked for", async (t) => {
    const { to, calls } = await answering(t);
    const { code, calls: [{ durationMs }] } = await measure(t, ["call", to, "--tone", "1000", "-d", "1"]);
    assert.equal(code, 0);
    assert.ok(durationMs >= 1000 && durationMs < 3000, String(durationMs));
    const pcm = Buffer.concat(calls[0].pcm);
    assert.ok(pcm.length >= 14_000, String(pcm.length));
    assert.ok(hasMostOf(pcm, tone(1000, 8000).subarray(0, 8000)));
  });

  test("keys are pressed in their order", async (t) => {
    const { to, calls } = await answering(t);
    const args = ["call", to, "--silent", "-d", "0.5", "--dtmf", "12*#A", "--dtmf-after", "0"];
    assert.equal((await measure(t, args)).code, 0);
    await eventually(() => calls[0].isOver);
    assert.equal(calls[0].keys, "12*#A");
  });

  test("what comes back is recorded, and only replaced when told so", async (t) => {
    const file = path.join(folder(t), "back.wav");
    const { to } = await answering(t, echo);
    const args = ["call", to, "-d", "1", "--record", file];
    const { code, calls: [{ recorded }] } = await measure(t, args);
    assert.deepEqual([code, recorded], [0, file]);
    assert.ok(fs.statSync(file).size > 12_000);
    const again = await measure(t, args);
    assert.deepEqual([again.code, again.calls[0].error.code], [1, "EEXIST"]);
    assert.equal((await measure(t, [...args, "--overwrite"])).code, 0);
  });

  test("the reference is the one that was given", async (t) => {
    const ref = "40325ec2-5efd-4bd3-805f-53576e581d13";
    const { to, calls } = await answering(t);
    const told = await measure(t, ["call", to, "-d", "0.2", "--ref", ref]);
    assert.deepEqual([told.calls[0].ref, calls[0].req.ref], [ref, ref]);
  });

  test("the far end may hang up first", async (t) => {
    const { to } = await answering(t, ({ res }) => setTimeout(() => res.hangup(), 200));
    const { code, calls: [call] } = await measure(t, ["call", to, "-d", "30"]);
    assert.deepEqual([code, call.endedBy], [0, "far end"]);
    assert.ok(call.durationMs < 10_000);
  });
});

describe("many calls", () => {
  test("are up at once, each recorded by its number", async (t) => {
    const into = folder(t);
    const { to, server, calls } = await answering(t, echo);
    const measured = measure(t, ["call", to, "-n", "10", "-d", "2", "--record", path.join(into, "c.wav")]);
    await eventually(() => server.connections === 10, 10_000, "ten calls at once");
    const { code, summary } = await measured;
    assert.equal(code, 0);
    assert.deepEqual([summary.placed, summary.up, summary.failed, summary.loss.calls], [10, 10, 0, 10]);
    assert.equal(new Set(calls.map(({ req }) => req.ref)).size, 10);
    assert.deepEqual(fs.readdirSync(into).length, 10);
    assert.ok(fs.existsSync(path.join(into, "c-10.wav")));
  });
});

describe("where it cannot call", () => {
  test("it exits with 1, and the system's code", async (t) => {
    const server = await openServer(t);
    const to = `${HOST}:${server.address().port}`;
    await server.close();
    const { code, stderr } = await run(t, ["call", to]);
    assert.equal(code, 1);
    assert.match(stderr, /^callstreams: ECONNREFUSED: /m);
    const { code: same, calls } = await measure(t, ["call", to, "-n", "3"]);
    assert.deepEqual([same, calls.map(({ error }) => error.code)], [1, Array(3).fill("ECONNREFUSED")]);
  });

  test("nor when there is no file to say", async (t) => {
    const { to, calls } = await answering(t);
    const { code, stderr } = await run(t, ["call", to, "--play", "nowhere.wav"]);
    assert.equal(code, 1);
    assert.match(stderr, /^callstreams: ENOENT: /);
    assert.equal(calls.length, 0);
  });
});

test("a signal ends it early, with what was measured until then", async (t) => {
  const { to, calls } = await answering(t, echo);
  const child = start(t, ["call", to, "-d", "60", "--json"]);
  await eventually(() => calls[0]?.pcm.length > 50, 10_000, "a second of the call");
  child.kill("SIGINT");
  const { code, stdout } = await child.exited();
  assert.equal(code, 0);
  assert.ok(JSON.parse(stdout).summary.rttMs.frames > 10);
  await eventually(() => calls[0].isOver);
});

test("over WebSocket it says what chan_websocket says, and does what it is told", async (t) => {
  const far = new WebSocketServer({ port: 0, host: HOST, handleProtocols: () => "media" });
  t.after(() => far.close());
  await once(far, "listening");
  const texts = [];
  far.on("connection", (socket) => {
    socket.on("message", (data, isBinary) => !isBinary && texts.push(String(data)));
    socket.send("MARK_MEDIA m1");
    setTimeout(() => socket.send("HANGUP"), 1000);
  });
  const to = `ws://${HOST}:${far.address().port}/calls`;
  const args = ["call", to, "--silent", "-d", "30", "--sample-rate", "16000", "--dtmf", "9", "--dtmf-after", "0.1"];
  const { code, calls: [{ durationMs }] } = await measure(t, args);
  assert.equal(code, 0);
  assert.ok(durationMs < 10_000);
  assert.match(texts[0], /^MEDIA_START connection_id:\S+ channel:\S+ channel_id:\S+ format:slin16 optimal_frame_size:640 ptime:20$/);
  assert.deepEqual(texts.slice(1).sort(), ["DTMF_END digit:9", "MEDIA_MARK_PROCESSED m1"]);
});

test("tells people in words", async (t) => {
  const { to } = await answering(t, echo);
  const { code, stdout, stderr } = await run(t, ["call", to, "-d", "1"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^calls +1 to 127\.0\.0\.1:\d+: 1 came up, 0 failed$/m);
  assert.match(stdout, /^RTT +p50 \S+ ms, p95 \S+, p99 \S+, max \S+ \(\d+ frames\)$/m);
  assert.match(stdout, /^loss +0 of \d+ frames, 0 %$/m);
});
