"use strict";

/** The programs of examples/ as they stand, called as Asterisk would. */

const assert = require("node:assert/strict");
const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const { describe, test } = require("node:test");
const { freePort } = require("./support/asterisk.js");
const { folder } = require("./support/cli.js");
const { call, hears, runExample, PRINT_MS } = require("./support/example.js");
const { dtmf } = require("./support/peer.js");
const { speak, speakOn } = require("./support/speak.js");
const { eventually } = require("./support/wait.js");
const sound = require("../examples/sound.js");

const RATE = 8000;
/** The greeting has 19,200 bytes; on a machine that stalls some frames are left out. */
const MOST_OF_GREETING = 9000;

describe("examples/echo.js", () => {
  test("greets, and gives back what the caller says", async (t) => {
    const example = await runExample(t, "echo");
    const { peer, ref } = await call(t, example);
    await example.printed(new RegExp(`^call ${ref} from 127.0.0.1$`, "m"));
    peer.send(dtmf("7"));
    await example.printed(/^key 7$/m);
    await hears(peer, MOST_OF_GREETING, "the greeting");
    await hearsItself(peer, 600);
    peer.end();
    await example.printed(new RegExp(`^gone ${ref}$`, "m"));
    assert.equal(example.child.exitCode, null);
  });
});

describe("examples/barge-in.js", () => {
  test("talks on until the caller speaks", async (t) => {
    const example = await runExample(t, "barge-in");
    const { peer, ref } = await call(t, example);
    await hears(peer, MOST_OF_GREETING, "the bot");
    await speak(peer, sound.tone(600, 600, RATE));
    await example.printed(new RegExp(`^${ref} interrupted after \\d+ ms$`, "m"));
    await speak(peer, sound.silence(1000, RATE));
    await example.printed(new RegExp(`^${ref} spoke for \\d+ ms$`, "m"));
  });
});

describe("examples/streams.js", () => {
  test("greets and echoes through Node streams, and tells how it ended", async (t) => {
    const example = await runExample(t, "streams");
    const whole = await call(t, example);
    await hears(whole.peer, MOST_OF_GREETING, "the greeting");
    await hearsItself(whole.peer, 600);
    whole.peer.end();
    // What was said during the greeting comes back behind it: of that something may be left.
    await example.printed(new RegExp(`^(hung up ${whole.ref}|gone ${whole.ref} ERR_STREAM_PREMATURE_CLOSE)$`, "m"));
    const short = await call(t, example);
    await example.printed(new RegExp(`^call ${short.ref}$`, "m"));
    short.peer.end();
    await example.printed(new RegExp(`^gone ${short.ref} ERR_STREAM_PREMATURE_CLOSE$`, "m"));
  });
});

describe("examples/menu.js", () => {
  test("plays what a key chooses, comes back to its menu, and says goodbye", async (t) => {
    const example = await runExample(t, "menu");
    const { peer, ref } = await call(t, example);
    await hears(peer, 1000, "the menu");
    peer.send(dtmf("1"));
    await example.printed(new RegExp(`^${ref} chose 1$`, "m"));
    await hearsPitch(peer, 500);
    peer.send(dtmf("#"));
    await example.printed(new RegExp(`^${ref} is over$`, "m"));
    await peer.closed(PRINT_MS);
    assert.equal(peer.hangups().length, 1);
  });

  test("ends its prompt with a key", async (t) => {
    const example = await runExample(t, "menu");
    const WHOLE = 19_200;
    let least = Infinity;
    // Where the machine stalls, a prompt may be over before the key is there.
    for (let attempt = 0; attempt < 5 && least >= WHOLE; attempt += 1) {
      const { peer } = await call(t, example);
      await hears(peer, 500, "the menu");
      peer.send(dtmf("1"));
      await hearsPitch(peer, 500);
      least = Math.min(least, peer.heard().filter((byte) => byte !== 0).length);
      peer.end();
    }
    assert.ok(least < WHOLE, `${least} bytes were heard`);
  });

  test("gives back what the caller says after 2", async (t) => {
    const example = await runExample(t, "menu");
    const { peer, ref } = await call(t, example);
    peer.send(dtmf("2"));
    await example.printed(new RegExp(`^${ref} chose 2$`, "m"));
    await hearsItself(peer, 600);
    peer.end();
    await example.printed(new RegExp(`^${ref} is over$`, "m"));
  });

  test("gives up a caller who says nothing, and forgets one who is gone", async (t) => {
    const example = await runExample(t, "menu", { env: { PATIENCE_MS: "50" } });
    const silent = await call(t, example);
    await example.printed(new RegExp(`^${silent.ref} is over$`, "m"));
    assert.equal(example.output().match(new RegExp(`${silent.ref} said nothing`, "g")).length, 3);
    const gone = await call(t, example);
    gone.peer.end();
    await example.printed(new RegExp(`^${gone.ref} is over$`, "m"));
    assert.equal(example.output().match(new RegExp(`${gone.ref} said nothing`, "g")).length, 1);
  });
});

describe("examples/recorder.js", () => {
  test("records both sides, and leaves out what is said between two stars", async (t) => {
    const where = folder(t);
    const example = await runExample(t, "recorder", { env: { RECORDINGS: where } });
    const { peer, ref } = await call(t, example);
    await hears(peer, MOST_OF_GREETING, "the greeting");
    await speak(peer, sound.tone(600, 600, RATE));
    peer.send(dtmf("*"));
    await example.printed(new RegExp(`^${ref} pauses$`, "m"));
    await speak(peer, sound.tone(900, 300, RATE));
    peer.send(dtmf("*"));
    await example.printed(new RegExp(`^${ref} goes on$`, "m"));
    peer.end();
    const [, file] = await example.printed(new RegExp(`^${ref} is in (.*\\.wav) [\\d.]+ s$`, "m"));
    assert.equal(file, path.join(where, `${ref}.wav`));
    const both = fs.readFileSync(file).subarray(44);
    const [caller, app] = [0, 1].map((side) => channel(both, side));
    assert.ok(Math.abs(sound.frequency(caller, RATE) - 600) < 20, "the caller is left");
    assert.ok(sound.speechSpan(app, RATE).ms > 500, "the greeting is right");
  });

  test("goes on with a call that cannot be recorded", async (t) => {
    const where = folder(t);
    const example = await runExample(t, "recorder", { env: { RECORDINGS: where } });
    const ref = crypto.randomUUID();
    fs.mkdirSync(path.join(where, `${ref}.wav`));
    const { peer } = await call(t, example, ref);
    await example.printed(new RegExp(`^${ref} is not recorded: E\\w+$`, "m"));
    await hears(peer, MOST_OF_GREETING, "the greeting");
  });

  function channel(both, side) {
    const one = Buffer.alloc(both.length / 2);
    for (let at = 0; at + 2 <= one.length; at += 2) {
      both.copy(one, at, at * 2 + side * 2, at * 2 + side * 2 + 2);
    }
    return one;
  }
});

describe("examples/conference.js", () => {
  test("joins two calls, records both, and hangs up one with the other", async (t) => {
    const where = folder(t);
    const example = await runExample(t, "conference", { env: { RECORDINGS: where } });
    const first = await call(t, example);
    await example.printed(new RegExp(`^${first.ref} waits$`, "m"));
    await hears(first.peer, 1000, "the tone of those who wait");
    const second = await call(t, example);
    await example.printed(/ are joined$/m);
    const silence = [
      speakOn(first.peer, sound.tone(600, 400, RATE)),
      speakOn(second.peer, sound.tone(900, 400, RATE))
    ];
    await Promise.all([hearsPitch(first.peer, 900), hearsPitch(second.peer, 600)]).finally(() => {
      silence.forEach((fall) => fall());
    });
    second.peer.end();
    await first.peer.closed(PRINT_MS);
    assert.equal(first.peer.hangups().length, 1);
    await example.printed(new RegExp(`^${first.ref} has left$`, "m"));
    for (const { ref } of [first, second]) {
      const file = path.join(where, `${ref}.wav`);
      await eventually(() => fs.statSync(file).size > 10_000, PRINT_MS, `the recording of ${ref}`);
    }
  });

  test("forgets a caller who waits no longer", async (t) => {
    const example = await runExample(t, "conference");
    const impatient = await call(t, example);
    await example.printed(new RegExp(`^${impatient.ref} waits$`, "m"));
    impatient.peer.end();
    await example.printed(new RegExp(`^${impatient.ref} has left$`, "m"));
    const next = await call(t, example);
    await example.printed(new RegExp(`^${next.ref} waits$`, "m"));
  });
});

describe("examples/cluster.js", { skip: process.platform !== "linux" && "SO_REUSEPORT spreads on Linux" }, () => {
  test("spreads calls over processes, and puts another in the place of one that dies", async (t) => {
    const port = await freePort();
    const example = await runExample(t, "cluster", { env: { PORT: String(port), WORKERS: "2" } });
    await eventually(() => listening(example).length === 2, PRINT_MS, "two workers");
    const worked = () => new Set([...example.output().matchAll(/^worker (\d+) has call/gm)].map(([, pid]) => pid));
    const placed = [];
    while (worked().size < 2 && placed.length < 40) {
      const { peer, ref } = await call(t, example);
      placed.push(peer);
      await example.printed(new RegExp(`has call ${ref}`));
    }
    assert.equal(worked().size, 2, "both have calls");
    const [victim] = listening(example);
    process.kill(Number(victim), "SIGKILL");
    await example.printed(new RegExp(`^worker ${victim} ended: SIGKILL$`, "m"));
    await eventually(() => listening(example).length === 3, PRINT_MS, "another worker");
    placed.forEach((peer) => peer.destroy());
    const { peer } = await call(t, example);
    await hears(peer, MOST_OF_GREETING, "the greeting");
    example.child.kill("SIGTERM");
    await eventually(() => refuses(port), PRINT_MS, "no new calls");
    await hearsItself(peer, 600);
    peer.end();
    assert.deepEqual(await example.ended(), { code: 0, signal: null });
  });

  function refuses(port) {
    return new Promise((resolve) => {
      const socket = net.connect(port, "127.0.0.1");
      socket.on("error", () => resolve(true));
      socket.on("connect", () => resolve(socket.destroy() && false));
    });
  }

  /** The workers that have listened, by process. */
  function listening(example) {
    return [...example.output().matchAll(/^worker (\d+) is listening/gm)].map(([, pid]) => pid);
  }
});

/** The last 400 ms that the peer has heard are of this pitch. */
function hearsPitch(peer, hz) {
  const pitch = () => sound.frequency(peer.heard().subarray(-6400), RATE);
  return eventually(() => Math.abs(pitch() - hz) < 15, PRINT_MS, `${hz} Hz`);
}

/** What the peer says comes back. It says no more afterwards. */
function hearsItself(peer, hz) {
  const fallSilent = speakOn(peer, sound.tone(hz, 400, RATE));
  return hearsPitch(peer, hz).finally(fallSilent);
}
