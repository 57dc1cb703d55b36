"use strict";

/**
 * A conference: its bridge takes 20 ms from every member by its own clock, lays silence where
 * nothing has come, and throws away what is more than 80 ms ahead. It hears every fault of pacing.
 */

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { answer } = require("../support/asterisk-answer");
const { bridged, externalMedia } = require("../support/asterisk-bridge");
const { asteriskSuite } = require("../support/asterisk-suite");
const sound = require("../../examples/sound.js");

const RATE = 8000;
const FRAME_MS = 20;
const PLAYED_MS = 5000;

asteriskSuite("a conference", (test) => {
  test("hears what is played without a hole", async ({ asterisk, t }) => {
    const ref = randomUUID();
    const app = answer(t);
    asterisk.writeSound("played", sound.tone(441, PLAYED_MS, RATE));
    asterisk.writeSound("silence", sound.silence(300, RATE));
    const listener = await asterisk.callIntoStasis({
      far: [asterisk.recordStep("heard"), "UserEvent(Recorded)"]
    });
    // Two members would be joined directly; it takes a third to make Asterisk mix.
    const third = await asterisk.callIntoStasis({ far: ["Wait(30)"] });
    const media = await externalMedia(asterisk.ari, { where: app.where, ref, format: "slin" });
    await bridged(t, asterisk.ari, [listener.nearId, third.nearId, media]);

    const { res } = await app.ear(ref);
    await res.play(asterisk.soundFile("played"));
    await res.play(asterisk.soundFile("silence"));
    await listener.sendDigit("#");
    await listener.reached("Recorded");
    const heard = asterisk.readRecording("heard");
    const { ms } = sound.speechSpan(heard, RATE);
    // Asterisk mixes to its own clock and waits for nobody: on a machine that is busy otherwise a
    // frame may come a moment late for it. Bad pacing leaves more than one such hole.
    const holes = sound.gaps(heard, RATE).reduce((sum, gap) => sum + gap.ms, 0);
    assert.ok(holes <= FRAME_MS, `${holes} ms of holes`);
    assert.ok(Math.abs(ms - PLAYED_MS) <= FRAME_MS, `${ms} ms for ${PLAYED_MS} ms`);
    assert.deepEqual(app.errors, []);
    await third.hangup();
  });
});
