"use strict";

/** The programs of examples/ that send calls on, each with its stand-in, both as they stand. */

const assert = require("node:assert/strict");
const { describe, test } = require("node:test");
const { call, hears, runExample, PRINT_MS } = require("./support/example.js");
const { openFarEnd } = require("./support/far-end.js");
const { speak, speakOn } = require("./support/speak.js");
const { eventually } = require("./support/wait.js");
const sound = require("../examples/sound.js");

const RATE = 8000;
const MOST_OF_GREETING = 9000;
const QUIET = sound.silence(600, RATE);

/** Says a tone and a pause, again until `done` is true: a recogniser may have been late for the first. */
async function sayUntil(peer, hz, done) {
  const deadline = performance.now() + PRINT_MS;
  while (!done() && performance.now() < deadline) {
    await speak(peer, Buffer.concat([sound.tone(hz, 500, RATE), QUIET]));
  }
}

describe("examples/fork.js", () => {
  test("sends both sides of a call, and prints what the server says", async (t) => {
    const far = await openFarEnd(t);
    const example = await runExample(t, "fork", { args: [far.url] });
    const { peer, ref } = await call(t, example);
    const heard = await far.next(PRINT_MS);
    await example.printed(new RegExp(`^${ref} is heard$`, "m"));
    heard.socket.send(JSON.stringify({ text: "hello" }));
    await example.printed(new RegExp(`^${ref} heard \\{ text: 'hello' \\}$`, "m"));
    const fallSilent = speakOn(peer, sound.tone(600, 400, RATE));
    await heard.hear(64_000, PRINT_MS).finally(fallSilent);
    assert.deepEqual(JSON.parse(heard.texts[0]), { call: ref });
    peer.end();
    await example.printed(/framesSent: \d+/);
  });
});

describe("examples/transcription.js", () => {
  test("prints what the recogniser says of the caller", async (t) => {
    const recogniser = await runExample(t, "stand-ins/recogniser");
    const example = await runExample(t, "transcription", { env: { RECOGNISER: recogniser.url } });
    const { peer, ref } = await call(t, example);
    const said = () => example.output().match(new RegExp(`^${ref} said: a sound of (\\d+) Hz, \\d+ ms$`, "m"));
    await sayUntil(peer, 600, said);
    assert.ok(Math.abs(Number(said()[1]) - 600) < 15, said()[0]);
    assert.match(example.output(), new RegExp(`^${ref} says … a sound$`, "m"));
    peer.end();
    await example.printed(new RegExp(`^${ref} is over, \\d+ messages of audio$`, "m"));
  });

  test("goes on with the call where there is no recogniser", async (t) => {
    const nowhere = await openFarEnd(t);
    await nowhere.close();
    const example = await runExample(t, "transcription", { env: { RECOGNISER: nowhere.url } });
    const { peer, ref } = await call(t, example);
    await hears(peer, MOST_OF_GREETING, "the greeting");
    await example.printed(new RegExp(`^${ref} .*refused`, "m"));
  });
});

describe("examples/two-forks.js", () => {
  test("sends a call to two services, one of which never minds that the other dies", async (t) => {
    const recogniser = await runExample(t, "stand-ins/recogniser");
    const archive = await runExample(t, "stand-ins/archive");
    const env = { RECOGNISER: recogniser.url, ARCHIVE: archive.url };
    const example = await runExample(t, "two-forks", { env });
    const { peer, ref } = await call(t, example);
    const said = () => example.output().includes(`${ref} said: a sound of`);
    await sayUntil(peer, 600, said);
    assert.ok(said(), "it was recognised");
    recogniser.child.kill("SIGKILL");
    await example.printed(new RegExp(`^${ref} recogniser `, "m"));
    await speak(peer, sound.tone(600, 500, RATE));
    peer.end();
    const [, bytes] = await archive.printed(new RegExp(`^call ${ref} has (\\d+) bytes, closed with 1000$`, "m"));
    assert.ok(Number(bytes) > 30_000, `${bytes} bytes in stereo of over a second`);
    await example.printed(new RegExp(`^${ref} archive got \\d+ frames, missed 0, came again 0 times$`, "m"));
  });
});

describe("examples/realtime-ai.js", () => {
  test("lets the caller hear what the model says", async (t) => {
    const { peer } = await talk(t);
    await say(peer, 600);
    await eventually(() => soundMs(peer) > 350, PRINT_MS, "the answer");
    assert.ok(Math.abs(sound.frequency(peer.heard(), RATE) - 600) < 15);
  });

  test("cuts the model off where the caller speaks, and tells it how much was heard", async (t) => {
    const { model, example, peer, ref } = await talk(t);
    await speak(peer, Buffer.concat([sound.tone(600, 4000, RATE), QUIET]));
    await eventually(() => soundMs(peer) > 100, PRINT_MS, "the answer");
    await speak(peer, Buffer.concat([sound.tone(900, 300, RATE), QUIET]));
    const [, told] = await example.printed(new RegExp(`^${ref} interrupted after (\\d+) ms$`, "m"));
    assert.ok(Number(told) > 0 && Number(told) < 4000, `after ${told} ms`);
    await model.printed(new RegExp(`^item_1 was heard for ${told} ms$`, "m"));
    const latest = () => sound.frequency(peer.heard().subarray(-3200), RATE);
    await eventually(() => Math.abs(latest() - 900) < 15, PRINT_MS, "the next answer");
    assert.ok(soundMs(peer) < 3500, `${soundMs(peer)} ms, of which the first answer had 4000`);
  });

  test("hangs up when the model is gone, and lets it go with the caller", async (t) => {
    const first = await talk(t);
    first.peer.end();
    await first.example.printed(new RegExp(`^${first.ref} is over$`, "m"));
    const second = await call(t, first.example);
    first.model.child.kill("SIGKILL");
    await second.peer.closed(PRINT_MS);
    assert.equal(second.peer.hangups().length, 1);
    const third = await call(t, first.example);
    await third.peer.closed(PRINT_MS);
    assert.equal(first.example.child.exitCode, null);
  });

  async function talk(t) {
    const model = await runExample(t, "stand-ins/voice-model");
    const example = await runExample(t, "realtime-ai", { env: { REALTIME_URL: model.url, REALTIME_KEY: "" } });
    return { model, example, ...(await call(t, example)) };
  }

  function say(peer, hz) {
    return speak(peer, Buffer.concat([sound.tone(hz, 500, RATE), QUIET]));
  }

  function soundMs(peer) {
    return sound.speechSpan(peer.heard(), RATE)?.ms ?? 0;
  }
});
