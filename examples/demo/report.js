"use strict";

const { durationMs, frequency, gaps, rmsDb } = require("../sound.js");

const RATE = 8000;
const startedAt = performance.now();

/** One thing that happened, a line. */
function say(who, what) {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(2).padStart(6);
  console.log(`${seconds} s  ${who.padEnd(6)}  ${what}`);
}

/** What both sides of the trial call heard. */
function summarize({ greeting, echo, tones, spoken }) {
  console.log("\nWhat the caller heard:");
  console.log(`  greeting  ${describe(greeting)}`);
  console.log(`  echo      ${describe(echo)}; it said ${describe(spoken)}`);
  for (const [key, pcm] of Object.entries(tones)) {
    console.log(`  key ${key}     ${describe(pcm)}`);
  }
}

function describe(pcm) {
  if (pcm.length === 0 || rmsDb(pcm) === -Infinity) {
    return "nothing";
  }
  const seconds = (durationMs(pcm, RATE) / 1000).toFixed(2);
  const breaks = gaps(pcm, RATE).length;
  const whole = breaks === 0 ? "no gap" : `${breaks} gaps`;
  return `${seconds} s at ${rmsDb(pcm).toFixed(1)} dB, ${frequency(pcm, RATE).toFixed(0)} Hz, ${whole}`;
}

module.exports = { RATE, say, summarize };
