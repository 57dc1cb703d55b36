"use strict";

const path = require("node:path");
const { tone } = require("../sound.js");
const { RATE, say } = require("./report.js");

const GREETING = path.join(__dirname, "..", "greeting.sln");
const KEY_TONE_MS = 400;

/** The pitch that answers each key: a scale from A up, `*` and `#` end it. */
const PITCHES = Object.fromEntries(
  [..."1234567890*#"].map((key, step) => [key, 440 * 2 ** (step / 12)])
);

/** Answers one call. */
async function answer(req, res) {
  say("server", `call ${req.ref} from ${req.remoteAddress}`);
  let greeted = false;
  let heard = 0;

  res.on("data", (pcm) => {
    heard += pcm.length;
    if (greeted) {
      res.write(pcm);
    }
  });
  res.on("dtmf", (key) => {
    say("server", `key ${key}, answered with ${PITCHES[key]?.toFixed(0) ?? "no"} Hz`);
    res.write(tone(PITCHES[key] ?? 0, KEY_TONE_MS, RATE));
  });
  res.on("end", () => say("server", `call over, heard ${heard / 2 / RATE} s of the caller`));

  const { playedMs } = await res.play(GREETING);
  greeted = true;
  say("server", `greeting played, ${playedMs} ms`);
}

module.exports = { answer, KEY_TONE_MS, PITCHES };
