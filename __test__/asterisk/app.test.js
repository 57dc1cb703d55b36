"use strict";

/** The dialplan application AudioSocket(): always 8 kHz. */

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { answer } = require("../support/asterisk-answer");
const { assertHeard } = require("../support/asterisk-assert");
const { asteriskSuite } = require("../support/asterisk-suite");
const { within } = require("../support/asterisk-wait");
const sound = require("../../examples/sound.js");

const RATE = 8000;
const FRAME_MS = 20;
const LONG_MS = 20_000;

asteriskSuite("the dialplan application AudioSocket()", (test) => {
  test("what the caller says arrives whole and in order", async ({ asterisk, t }) => {
    const ref = randomUUID();
    const app = answer(t);
    const said = sound.sweep(300, 3000, 1510, RATE);
    const call = await asterisk.call({
      near: [`AudioSocket(${ref},${app.where})`],
      far: [`Playback(${asterisk.writeSound("said", said)})`]
    });
    const ear = await app.ear(ref);
    await call.ended();
    await ear.ended();
    assertHeard(ear.pcm, said, RATE, "the app");
    assert.equal(ear.res.sampleRate, RATE);
    assert.deepEqual([ear.errors, app.errors], [[], []]);
  });

  test("what is played is what the caller hears", async ({ asterisk, t }) => {
    const ref = randomUUID();
    const app = answer(t);
    const played = sound.tone(441, 1500, RATE);
    asterisk.writeSound("played", played);
    const call = await asterisk.call({
      near: [`AudioSocket(${ref},${app.where})`, ...asterisk.endRecordingSteps()],
      far: [asterisk.recordStep("heard"), "UserEvent(Recorded)"]
    });
    const { res } = await app.ear(ref);
    const result = await res.play(asterisk.soundFile("played"));
    res.hangup({ drain: true });
    await call.reached("Recorded");
    const heard = asterisk.readRecording("heard");
    assertSameSound(heard, played);
    assertHeard(heard, played, RATE, "the caller");
    assert.deepEqual(result, { completed: true, playedMs: 1500 });
    await call.ended();
  });

  test("sound written in uneven pieces is heard as one", async ({ asterisk, t }) => {
    const ref = randomUUID();
    const app = answer(t);
    const written = sound.sweep(3000, 300, 700, RATE);
    const call = await asterisk.call({
      near: [`AudioSocket(${ref},${app.where})`, ...asterisk.endRecordingSteps()],
      far: [asterisk.recordStep("pieces"), "UserEvent(Recorded)"]
    });
    const { res } = await app.ear(ref);
    for (let at = 0; at < written.length; at += 1234) {
      res.write(written.subarray(at, at + 1234));
    }
    res.hangup({ drain: true });
    await call.reached("Recorded");
    assertHeard(asterisk.readRecording("pieces"), written, RATE, "the caller");
    await call.ended();
  });

  test("an echo gives the caller back every sample", async ({ asterisk, t }) => {
    const ref = randomUUID();
    const app = answer(t, { handler: (req, res) => res.on("data", (chunk) => res.write(chunk)) });
    const said = sound.sweep(300, 3000, 1000, RATE);
    const call = await asterisk.call({
      near: [`AudioSocket(${ref},${app.where})`],
      far: [...asterisk.duplexSteps("echo", said), "UserEvent(Recorded)"]
    });
    await call.reached("Recorded");
    const heard = asterisk.readRecording("echo");
    assertHeard(heard, said, RATE, "the caller");
    await call.ended();
  });

  test("digits arrive in the order they were pressed", async ({ asterisk, t }) => {
    const ref = randomUUID();
    const app = answer(t);
    const call = await asterisk.call({
      near: [`AudioSocket(${ref},${app.where})`],
      far: ["SendDTMF(1234567890*#ABCD,60,60)"]
    });
    const ear = await app.ear(ref);
    await call.ended();
    await ear.ended();
    assert.equal(ear.digits, "1234567890*#ABCD");
  });

  test("a caller who hangs up ends the stream, once", async ({ asterisk, t }) => {
    const ref = randomUUID();
    const app = answer(t);
    const call = await asterisk.call({
      near: [`AudioSocket(${ref},${app.where})`],
      far: [talk(asterisk)]
    });
    const ear = await app.ear(ref);
    await ear.heard(200);
    await call.hangup();
    await ear.ended();
    await call.ended();
    await app.server.close();
    assert.equal(ear.ends, 1);
    assert.deepEqual([ear.errors, app.errors], [[], []]);
  });

  test("a caller who hangs up settles what is being played", async ({ asterisk, t }) => {
    const ref = randomUUID();
    const app = answer(t);
    asterisk.writeSound("long", sound.tone(500, LONG_MS, RATE));
    const call = await asterisk.call({
      near: [`AudioSocket(${ref},${app.where})`],
      far: [talk(asterisk)]
    });
    const ear = await app.ear(ref);
    const playing = ear.res.play(asterisk.soundFile("long"));
    await ear.heard(200);
    await call.hangup();
    const { completed, playedMs } = await within(playing, "play has settled");
    assert.equal(completed, false);
    assert.ok(playedMs > 0 && playedMs < LONG_MS, `${playedMs} ms`);
    await call.ended();
  });

  test("hangup() hands the call back to the dialplan", async ({ asterisk, t }) => {
    const ref = randomUUID();
    const app = answer(t);
    const call = await asterisk.call({
      near: [`AudioSocket(${ref},${app.where})`, "UserEvent(WentOn)", "Wait(20)"],
      far: [talk(asterisk)]
    });
    const ear = await app.ear(ref);
    await ear.heard(100);
    ear.res.hangup();
    await call.reached("WentOn");
    await ear.ended();
    assert.equal(ear.ends, 1);
    await call.hangup();
    await call.ended();
  });
});

/** A step in which the caller talks on until the call ends. */
function talk(asterisk) {
  return `Playback(${asterisk.writeSound("talk", sound.tone(500, LONG_MS, RATE))})`;
}

/** The same to an ear: pitch, length within a frame, no hole. */
function assertSameSound(heard, played) {
  const [hz, expectedHz] = [heard, played].map((pcm) => sound.frequency(pcm, RATE));
  assert.ok(Math.abs(hz - expectedHz) < 1, `${hz} Hz for ${expectedHz} Hz`);
  const [ms, expectedMs] = [heard, played].map((pcm) => sound.speechSpan(pcm, RATE).ms);
  assert.ok(Math.abs(ms - expectedMs) <= FRAME_MS, `${ms} ms for ${expectedMs} ms`);
  assert.deepEqual(sound.gaps(heard, RATE), []);
}
