"use strict";

/** Frames of many calls, gathered before they are passed on. */

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { AudioSocket } = require("..");
const { openServer, placeCall, sameAudio } = require("./support/call.js");
const { audio, tone } = require("./support/peer.js");

const CALLS = 60;
const FRAMES = 40;

for (const gatherMs of [undefined, 0, 20]) {
  test(`with gatherMs ${gatherMs} every frame of many calls comes once and in order`, async (t) => {
    const server = await openServer(t, { gatherMs });
    server.onConnection((req, res) => res.on("data", (pcm) => res.write(pcm)));
    const callers = await Promise.all(Array.from({ length: CALLS }, () => placeCall(t, server)));
    const said = Array.from({ length: FRAMES }, (_, frame) => tone(frame + 1));
    for (const pcm of said) {
      callers.forEach((caller) => caller.send(audio(pcm)));
      await Promise.all(callers.map((caller) => caller.flushed()));
    }
    const all = Buffer.concat(said);
    for (const caller of callers) {
      await caller.until(() => caller.heard().length >= all.length, "the echo");
      sameAudio(caller.heard(), all);
    }
  });
}

test("frames gather for no less than nothing and no more than a frame's time", () => {
  for (const gatherMs of [-1, 21, "1", NaN]) {
    assert.throws(() => new AudioSocket({ gatherMs }), { code: /ERR_OUT_OF_RANGE|ERR_INVALID_ARG_TYPE/ });
  }
});
