"use strict";

/** examples/ivr.js as it stands: answers, plays, takes keys, forks to a WebSocket, hangs up. */

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const fs = require("node:fs");
const path = require("node:path");
const WebSocket = require("ws");
const { leaves } = require("../support/asterisk-audio");
const { asteriskSuite } = require("../support/asterisk-suite");
const { until, within } = require("../support/asterisk-wait");
const sound = require("../../examples/sound.js");

const ROOT = path.join(__dirname, "../..");
const RATE = 8000;
const WIDE = 16_000;

asteriskSuite("the example of an IVR", (test) => {
  test("greets, takes keys, hands the caller to a WebSocket, and hangs up", async ({ asterisk, t }) => {
    const greeting = fs.readFileSync(path.join(ROOT, "examples/greeting.sln"));
    const said = sound.tone(600, 6000, RATE);
    const bot = await listen(t);
    const ivr = await runIvr(t, asterisk, bot.url);
    const wait = Math.ceil(sound.durationMs(greeting, RATE)) + 1000;
    const call = await asterisk.call({
      near: ["Stasis(ivr)"],
      far: [...asterisk.duplexSteps("greeted", sound.silence(wait, RATE)), "SendDTMF(42#)", `Playback(${asterisk.writeSound("said", said)})`]
    });
    const { socket, metadata } = await within(bot.called, "the bot is called", wait + 10_000);
    assert.deepEqual(metadata, { keys: "42" });
    await until(() => sound.speechSpan(bot.pcm(), WIDE)?.ms > 500, "the bot hears the caller");
    assert.ok(Math.abs(sound.frequency(bot.pcm(), WIDE) - 600) < 5);
    socket.close();
    await call.ended();
    // It goes through 16 kHz on its way.
    const heard = asterisk.readRecording("greeted");
    const [spanHeard, span] = [heard, greeting].map((pcm) => sound.speechSpan(pcm, RATE));
    // What is late on a machine that stalls is left out.
    assert.ok(Math.abs(spanHeard.ms - span.ms) < 200, `${spanHeard.ms} ms were heard of ${span.ms}`);
    const [loud, expected] = [loudnessOf(heard, spanHeard), loudnessOf(greeting, span)];
    assert.ok(Math.abs(loud - expected) < 1, `${loud} dB, not ${expected}`);
    await leaves(asterisk);
    await ivr.stop();
  }, 60_000);

  test("forgets a caller who hangs up, and goes on", async ({ asterisk, t }) => {
    const bot = await listen(t);
    const ivr = await runIvr(t, asterisk, bot.url);
    for (let turn = 0; turn < 2; turn += 1) {
      const call = await asterisk.call({ near: ["Stasis(ivr)"], far: ["Wait(1)", "UserEvent(Waited)", "Wait(30)"] });
      await call.reached("Waited");
      await call.hangup();
      await call.ended();
      await leaves(asterisk);
    }
    await ivr.stop();
  }, 60_000);
});

function loudnessOf(pcm, { startMs, endMs }) {
  const byteAt = (ms) => Math.round((ms * RATE) / 1000) * 2;
  return sound.rmsDb(pcm.subarray(byteAt(startMs), byteAt(endMs)));
}

/** The example in a process of its own, when it is up. */
async function runIvr(t, asterisk, url) {
  const { port, user, password } = asterisk.access;
  const env = { ...process.env, ARI_PORT: port, ARI_USERNAME: user, ARI_PASSWORD: password };
  const child = spawn(process.execPath, ["examples/ivr.js", url], { cwd: ROOT, env, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const exited = once(child, "exit");
  let output = "";
  child.stdout.on("data", (text) => (output += text));
  await until(() => output.includes("the IVR is up"), "the IVR is up");
  const stop = async () => {
    child.kill("SIGTERM");
    assert.deepEqual(await within(exited, "the IVR has ended"), [0, null]);
  };
  return { stop };
}

/** A bot: a WebSocket server that keeps what it hears of its first call. */
async function listen(t) {
  const server = new WebSocket.Server({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  t.after(() => {
    server.clients.forEach((client) => client.terminate());
    server.close();
  });
  const chunks = [];
  const called = once(server, "connection").then(async ([socket]) => {
    const [text] = await once(socket, "message");
    socket.on("message", (data, isBinary) => isBinary && chunks.push(data));
    return { socket, metadata: JSON.parse(text) };
  });
  return { url: `ws://127.0.0.1:${server.address().port}/`, called, pcm: () => Buffer.concat(chunks) };
}
