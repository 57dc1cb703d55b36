"use strict";

const { setTimeout: sleep } = require("node:timers/promises");
const { AudioSocket } = require("callstreams");
const { tone } = require("../sound.js");
const { RATE, say } = require("./report.js");

const GREETING_MS = 1200;
const VOICE_HZ = 300;
const VOICE_MS = 1000;
const KEYS = "123";

/** How long after the last sound the answer is taken to be over. */
const QUIET_MS = 300;

/** Calls the server as Asterisk would: listens, speaks, presses keys, hangs up. */
async function placeCall(port) {
  const res = await AudioSocket.connect({ host: "127.0.0.1", port });
  say("caller", "connected");
  const ear = listen(res);
  const ended = new Promise((resolve) => res.once("end", resolve));

  const greeting = await ear.take(GREETING_MS);
  say("caller", "heard the greeting");

  const spoken = tone(VOICE_HZ, VOICE_MS, RATE);
  res.write(spoken);
  say("caller", `speaks ${VOICE_MS} ms at ${VOICE_HZ} Hz`);
  const echo = await ear.take(VOICE_MS);
  say("caller", "heard the echo");

  const tones = {};
  for (const key of KEYS) {
    say("caller", `presses ${key}`);
    res.dtmf(key);
    tones[key] = await ear.take(QUIET_MS);
  }
  res.hangup();
  say("caller", "hangs up");
  await ended;
  return { greeting, echo, tones, spoken };
}

/** Collects what is heard, from one sound to the next silence. */
function listen(res) {
  let pieces = [];
  let lastAt = performance.now();
  res.on("data", (pcm) => {
    // The server fills the time before the caller's first audio with digital silence.
    if (pcm.some((byte) => byte !== 0)) {
      pieces.push(Buffer.from(pcm));
      lastAt = performance.now();
    }
  });
  return {
    /** What was heard, once at least `ms` have passed and it has been quiet since. */
    async take(ms) {
      lastAt = performance.now();
      await sleep(ms);
      while (performance.now() - lastAt < QUIET_MS) {
        await sleep(20);
      }
      const taken = Buffer.concat(pieces);
      pieces = [];
      return taken;
    }
  };
}

module.exports = { placeCall };
