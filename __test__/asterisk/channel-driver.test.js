"use strict";

/** The channel driver, `Dial(AudioSocket/…)`: the one dialplan way in that chooses its codec. */

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { answer } = require("../support/asterisk-answer");
const { assertHeard } = require("../support/asterisk-assert");
const { asteriskSuite } = require("../support/asterisk-suite");
const sound = require("../../examples/sound.js");

const WIDE = 16000;
const CODECS = { slin12: 12000, slin16: WIDE, slin24: 24000, slin48: 48000 };
const FRAME_MS = 20;

asteriskSuite("the channel driver AudioSocket/", (test) => {
  for (const [codec, rate] of Object.entries(CODECS)) {
    test(`a call dialled with c(${codec}) is heard both ways at ${rate} Hz`, async (context) => {
      await talkBothWays(context, codec, rate);
    });
  }

  test("a server told the rate beforehand may speak first at 16 kHz", async ({ asterisk, t }) => {
    const ref = randomUUID();
    const app = answer(t, { sampleRate: WIDE });
    const played = sound.sweep(400, 6000, 800, WIDE);
    asterisk.writeSound("greeting", played, WIDE);
    const call = await asterisk.call({
      format: "slin16",
      near: [dial(app, ref, "slin16"), ...asterisk.endRecordingSteps()],
      far: [asterisk.recordStep("greeted", WIDE), "UserEvent(Recorded)"]
    });
    const { res } = await app.ear(ref);
    assert.equal(res.sampleRate, WIDE);
    await res.play(asterisk.soundFile("greeting", WIDE));
    res.hangup({ drain: true });
    await call.reached("Recorded");
    const heard = asterisk.readRecording("greeted", WIDE);
    assertHeard(heard, played, WIDE, "the caller");
    await call.ended();
    assert.deepEqual(app.errors, []);
  });
});

/** The caller speaks, then listens; the app listens, then plays and hangs up. */
async function talkBothWays({ asterisk, t }, codec, rate) {
  const ref = randomUUID();
  const app = answer(t);
  const said = sound.sweep(300, 5500, 700, rate);
  const played = sound.sweep(5500, 300, 700, rate);
  asterisk.writeSound("played", played, rate);
  const call = await asterisk.call({
    format: codec,
    near: [dial(app, ref, codec), ...asterisk.endRecordingSteps()],
    far: [
      `Playback(${asterisk.writeSound("said", said, rate)})`,
      "UserEvent(Listening)",
      asterisk.recordStep("heard", rate),
      "UserEvent(Recorded)"
    ]
  });
  const ear = await app.ear(ref);
  await call.reached("Listening");
  await ear.res.play(asterisk.soundFile("played", rate));
  ear.res.hangup({ drain: true });
  await call.reached("Recorded");
  assert.equal(ear.res.sampleRate, rate);
  assert.deepEqual([...ear.sizes], [(rate * 2 * FRAME_MS) / 1000]);
  assertHeard(ear.pcm, said, rate, "the app hears the caller");
  assertHeard(asterisk.readRecording("heard", rate), played, rate, "the caller hears the app");
  await call.ended();
  assert.deepEqual([ear.errors, app.errors], [[], []]);
}

/** `g`: the dialplan goes on when the app hangs up. */
function dial(app, ref, codec) {
  return `Dial(AudioSocket/${app.where}/${ref}/c(${codec}),10,g)`;
}
