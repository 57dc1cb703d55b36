"use strict";

/** Many calls at once on one server: none may hear another. */

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { answer } = require("../support/asterisk-answer");
const { assertHeard } = require("../support/asterisk-assert");
const { asteriskSuite } = require("../support/asterisk-suite");
const sound = require("../../examples/sound.js");

const CALLS = 20;
const MS = 1000;
const RATE = 8000;

asteriskSuite("twenty calls at once", (test) => {
  test("each hears its own sound, whole, both ways", async ({ asterisk, t }) => {
    const app = answer(t);
    const calls = Array.from({ length: CALLS }, (_, number) => describeCall(number));
    await Promise.all(calls.map((call) => converse(asterisk, app, call)));
    for (const { number, said, played, ear } of calls) {
      const heard = asterisk.readRecording(`heard-${number}`);
      assertHeard(ear.pcm, said, RATE, `the app hears caller ${number}`);
      assertHeard(heard, played, RATE, `caller ${number} hears the app`);
      assert.deepEqual([ear.ends, ear.errors], [1, []]);
    }
    assert.deepEqual(app.errors, []);
  });
});

/** Tones a good way apart, so that no stretch of one is found in another. */
function describeCall(number) {
  return {
    number,
    ref: randomUUID(),
    said: sound.tone(300 + 61 * number, MS, RATE),
    played: sound.tone(1900 + 61 * number, MS, RATE)
  };
}

/** The caller speaks, then listens; the app listens, then plays and hangs up. */
async function converse(asterisk, app, described) {
  const { number, ref, said, played } = described;
  asterisk.writeSound(`played-${number}`, played);
  const call = await asterisk.call({
    near: [`AudioSocket(${ref},${app.where})`, ...asterisk.endRecordingSteps()],
    far: [
      `Playback(${asterisk.writeSound(`said-${number}`, said)})`,
      "UserEvent(Listening)",
      asterisk.recordStep(`heard-${number}`),
      "UserEvent(Recorded)"
    ]
  });
  const ear = await app.ear(ref);
  await call.reached("Listening");
  await ear.res.play(asterisk.soundFile(`played-${number}`));
  ear.res.hangup({ drain: true });
  await call.reached("Recorded");
  await ear.ended();
  await call.ended();
  described.ear = ear;
}
