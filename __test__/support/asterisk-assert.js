"use strict";

/** Sound compared sample for sample, with a failure that says where it went wrong. */

const assert = require("node:assert/strict");
const { durationMs, indexOfPcm } = require("../../examples/sound.js");

const FRAME_MS = 20;

/** `pcm` contains `sound` whole: nothing lost, doubled, changed or moved within it. */
function assertHeard(pcm, sound, rate, who) {
  if (indexOfPcm(pcm, sound) !== -1) {
    return;
  }
  assert.fail(`${who}: ${describeFault(pcm, sound, rate)}`);
}

function describeFault(pcm, sound, rate) {
  const frameBytes = (rate * 2 * FRAME_MS) / 1000;
  const lost = [];
  for (let at = 0; at < sound.length; at += frameBytes) {
    const found = indexOfPcm(pcm, sound.subarray(at, at + frameBytes)) !== -1;
    if (!found) {
      lost.push((at / frameBytes) * FRAME_MS);
    }
  }
  const total = `in ${durationMs(pcm, rate)} ms that came of ${durationMs(sound, rate)} ms`;
  if (lost.length === 0) {
    return `every frame is there, but not one after the other, ${total}`;
  }
  return `${lost.length} frames are missing, at ms ${lost.slice(0, 10).join(", ")}, ${total}`;
}

module.exports = { assertHeard };
