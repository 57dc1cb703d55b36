"use strict";

/** The channel driver without `c(slin)` on a G.711 call: what arrives is not what its label says. */

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { answer } = require("../support/asterisk-answer");
const { asteriskSuite } = require("../support/asterisk-suite");
const sound = require("../../examples/sound.js");

const RATE = 8000;
const FRAME_MS = 20;
const SAID_HZ = 441;
const PLAYED_HZ = 617;
const TONE_MS = 1000;
const LINEAR_BYTES = 320;
/** Loud frames until the recogniser has decided, and some to spare. */
const UNDECIDED_FRAMES = 15;
const LOUD_DB = -45;
/** Speech of Asterisk's own that begins with a hiss. */
const HISSED = "vm-rec-name";

asteriskSuite("G.711 that the channel driver labels as linear", (test) => {
  for (const codec of ["ulaw", "alaw"]) {
    test(`${codec} is recognised, and linear is what the caller wants back`, async (context) => {
      const { frames, heard } = await talkBothWays(context, codec, {});
      assertTone(decided(frames), SAID_HZ, TONE_MS - UNDECIDED_FRAMES * FRAME_MS);
      assertTone(heard, PLAYED_HZ, TONE_MS);
    });

    test(`${codec} is linear from the first frame where the app says what it is`, async (context) => {
      const { frames, heard } = await talkBothWays(context, codec, { encoding: codec });
      assert.ok(frames.every((frame) => frame.length === LINEAR_BYTES));
      assertTone(Buffer.concat(frames), SAID_HZ, TONE_MS);
      assertTone(heard, PLAYED_HZ, TONE_MS);
    });

    test(`${codec} is recognised in speech that begins with a hiss`, async (context) => {
      const told = await talkBothWays(context, codec, { encoding: codec }, { says: HISSED });
      const { frames } = await talkBothWays(context, codec, {}, { says: HISSED });
      const [heard, whole] = [decided(frames), Buffer.concat(told.frames)];
      assert.equal(frames.length, told.frames.length);
      assert.ok(heard.length > 0 && heard.equals(whole.subarray(-heard.length)));
    });
  }

  test("a ulaw call dialled with c(slin) is linear, and stays as it is", async (context) => {
    const { frames, heard } = await talkBothWays(context, "ulaw", {}, { dialled: "/c(slin)" });
    assert.ok(frames.every((frame) => frame.length === LINEAR_BYTES));
    assertTone(Buffer.concat(frames), SAID_HZ, TONE_MS);
    assertTone(heard, PLAYED_HZ, TONE_MS);
  });
});

/** The caller speaks, then listens to the app: the frames that `data` brought, and what was heard. */
async function talkBothWays({ asterisk, t }, codec, options, { dialled = "", says } = {}) {
  const ref = randomUUID();
  const frames = [];
  const app = answer(t, {
    ...options,
    handler: (_req, res) => res.on("data", (frame) => frames.push(frame))
  });
  const name = `mislabelled-${ref}`;
  const said = Buffer.concat([sound.silence(200, RATE), sound.tone(SAID_HZ, TONE_MS, RATE)]);
  const call = await asterisk.call({
    format: codec,
    near: [
      `Dial(AudioSocket/${app.where}/${ref}${dialled},10,g)`,
      ...asterisk.endRecordingSteps()
    ],
    far: [
      `Playback(${says ?? asterisk.writeSound("said", said)})`,
      "UserEvent(Listening)",
      asterisk.recordStep(name),
      "UserEvent(Recorded)"
    ]
  });
  const ear = await app.ear(ref);
  await call.reached("Listening");
  ear.res.write(sound.tone(PLAYED_HZ, TONE_MS, RATE));
  ear.res.hangup({ drain: true });
  await call.reached("Recorded");
  await call.ended();
  assert.deepEqual([ear.errors, app.errors], [[], []]);
  return { frames, heard: asterisk.readRecording(name) };
}

/** A tone as it was said: its frequency, its level, and all of it. */
function assertTone(pcm, hz, leastMs) {
  const { startMs, ms } = sound.speechSpan(pcm, RATE);
  const byteAt = (at) => Math.round((at * RATE) / 1000) * 2;
  const tone = pcm.subarray(byteAt(startMs), byteAt(startMs + ms));
  const expected = sound.rmsDb(sound.tone(hz, TONE_MS, RATE));
  assert.ok(Math.abs(sound.frequency(pcm, RATE) - hz) < 1, `${sound.frequency(pcm, RATE)} Hz`);
  assert.ok(Math.abs(sound.rmsDb(tone) - expected) < 0.1, `${sound.rmsDb(tone)} dB, not ${expected}`);
  assert.ok(ms >= leastMs - FRAME_MS && ms <= TONE_MS + FRAME_MS, `${ms} ms`);
  assert.deepEqual(sound.gaps(pcm, RATE), []);
}

/** What came once it was decided: the loud frames before are heard as what has the least noise so far. */
function decided(frames) {
  const firstLoud = frames.findIndex((frame) => frame.length === LINEAR_BYTES && sound.rmsDb(frame) > LOUD_DB);
  assert.ok(firstLoud >= 0);
  const after = frames.slice(firstLoud + UNDECIDED_FRAMES);
  // A sound's last frame may be short.
  assert.ok(after.slice(0, -1).every((frame) => frame.length === LINEAR_BYTES));
  return Buffer.concat(after);
}
