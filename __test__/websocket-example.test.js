"use strict";

/** examples/websocket.js as it stands, called by every kind of sender. */

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const path = require("node:path");
const { test } = require("node:test");
const { setTimeout } = require("node:timers/promises");
const { eventually, once } = require("./support/wait.js");
const { HOST, dial, interleave, mediaStart, refused, tone } = require("./support/websocket.js");

const EXAMPLE = path.join(__dirname, "../examples/websocket.js");

/** The greeting has 1.2 s; of what is played, a machine that stalls leaves out what is late. */
const MOST_OF_GREETING = 12_000;
const PAUSE_MS = 300;

/** Runs the example: `{ url, printed }`. */
async function run(t, ...args) {
  const child = spawn(process.execPath, [EXAMPLE, ...args], { env: { ...process.env, PORT: "0" } });
  t.after(() => child.kill());
  let output = "";
  const keep = (text) => (output += text);
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  const printed = (pattern) => eventually(() => output.match(pattern), 10_000, `${pattern} in ${output}`);
  const [, port] = await printed(/^listening on port (\d+)$/m);
  return { child, printed, url: `ws://${HOST}:${port}` };
}

test("it calls itself, and ends", async (t) => {
  const { child, printed } = await run(t, "call");
  await printed(/^raw example says \{ hello: 'from the caller' \}$/m);
  await printed(/^the caller heard 1\.\d+ seconds$/m);
  await printed(/^raw example is over, frames heard: \d+$/m);
  const [code] = child.exitCode === null ? await once(child, "exit") : [child.exitCode];
  assert.equal(code, 0);
});

test("it takes a call of chan_websocket: answers, greets and echoes", async (t) => {
  const { url, printed } = await run(t);
  const sender = await dial(t, `${url}/calls`, ["media"]);
  sender.send(mediaStart());
  assert.equal(await sender.text(), "ANSWER");
  sender.send("DTMF_END digit:5");
  await printed(/^chan_websocket c1 key 5$/m);
  sender.send(tone(160));
  await greeted(sender);
  sender.socket.close();
  await printed(/^chan_websocket c1 is over, frames heard: 1$/m);
});

test("it takes a call of mod_audio_stream with both voices, and echoes the caller's", async (t) => {
  const { url, printed } = await run(t);
  const sender = await dial(t, `${url}/stream?channels=2&ref=s1`);
  sender.send({ tenant: 7 });
  await printed(/^mod_audio_stream s1 from 127\.0\.0\.1 with \{ tenant: 7 \}$/m);
  await greeted(sender);
  const before = sender.audio().length;
  sender.send(interleave(tone(160), tone(160, 500)));
  await sender.heard(before + 320);
  assert.deepEqual(sender.audio().subarray(before), tone(160));
});

test("it takes a call of mod_audio_fork", async (t) => {
  const { url, printed } = await run(t);
  const sender = await dial(t, `${url}/calls`, ["audio.drachtio.org"]);
  sender.send({ callSid: "f1" });
  await printed(/^mod_audio_fork f1 from/m);
  assert.equal(JSON.parse(await sender.text()).type, "playAudio");
});

test("it takes a fork of app_audiofork, which comes back, and says nothing to it", async (t) => {
  const { url, printed } = await run(t);
  const first = await dial(t, `${url}/fork/caller?ref=a1`, ["echo"]);
  first.send(tone(160));
  await printed(/^audiofork a1 from/m);
  first.socket.terminate();
  const second = await dial(t, `${url}/fork/caller?ref=a1`, ["echo"]);
  await printed(/^audiofork a1 is back$/m);
  second.socket.close(1011);
  await printed(/^audiofork a1 is over/m);
  assert.deepEqual([...first.messages, ...second.messages], []);
});

test("it turns away who asks for another path", async (t) => {
  const { url, printed } = await run(t);
  assert.equal((await refused(`${url}/other`)).status, 404);
  await printed(/^turned away 127\.0\.0\.1 ERR_REFUSED$/m);
});

/** The greeting has been heard, to its end. */
async function greeted(sender) {
  await sender.heard(MOST_OF_GREETING);
  for (let before = -1; before !== sender.audio().length; await setTimeout(PAUSE_MS)) {
    before = sender.audio().length;
  }
}
