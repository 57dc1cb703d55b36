"use strict";

/** What is played, as a caller hears it: any file, on time, and gone when it is cleared. */

const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const { randomUUID } = require("node:crypto");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { answer } = require("../support/asterisk-answer");
const { asteriskSuite } = require("../support/asterisk-suite");
const { within } = require("../support/asterisk-wait");
const sound = require("../../examples/sound.js");

const RATE = 8000;
const FRAME_MS = 20;
const LEAD_MS = 60;
const [FROM_HZ, TO_HZ] = [400, 3000];

asteriskSuite("what is played", (test) => {
  test("of an MP3 at 44.1 kHz in stereo has the spectrum it was made with", async ({ asterisk, t }) => {
    const mp3 = await makeMp3(t);
    if (mp3 === null) {
      t.skip("makes its MP3 with lame, which is not here");
      return;
    }
    const heard = await recordOf({ asterisk, t, name: "mp3" }, (res) => res.play(mp3));
    const { startMs, ms } = sound.speechSpan(heard, RATE);
    assert.ok(Math.abs(ms - 2000) <= FRAME_MS, `${ms} ms`);
    assert.deepEqual(sound.gaps(heard, RATE), []);
    for (let share = 0.1; share < 0.9; share += 0.2) {
      const at = (startMs + share * ms) * 16;
      const piece = heard.subarray(Math.round(at / 2) * 2 - 400, Math.round(at / 2) * 2 + 400);
      const expected = FROM_HZ + (TO_HZ - FROM_HZ) * share;
      const hz = sound.frequency(piece, RATE);
      assert.ok(Math.abs(hz - expected) < 40, `${hz} Hz at ${share}, not ${expected}`);
      assert.ok(Math.abs(sound.rmsDb(piece) - sound.rmsDb(heard)) < 3, "it is as loud throughout");
    }
  });

  test("for a minute ends on time", async ({ asterisk, t }) => {
    const minute = 60_000;
    asterisk.writeSound("minute", sound.tone(441, minute, RATE));
    let took = 0;
    let skippedMs = 0;
    const heard = await recordOf({ asterisk, t, name: "heard-minute" }, async (res) => {
      const start = performance.now();
      await within(res.play(asterisk.soundFile("minute")), "the play has settled", 70_000);
      took = performance.now() - start + FRAME_MS;
      // What a busy machine was too late for is left out and counted, so that the end is on time.
      skippedMs = res.stats().lateFrames * FRAME_MS;
    });
    assert.ok(Math.abs(took - minute) < 200, `it took ${took} ms`);
    const { ms } = sound.speechSpan(heard, RATE);
    assert.ok(Math.abs(ms + skippedMs - minute) <= FRAME_MS, `${ms} ms, ${skippedMs} ms skipped`);
    assert.deepEqual(sound.gaps(heard, RATE), []);
  }, 90_000);

  test("is gone at once when it is cleared, however much was queued", async ({ asterisk, t }) => {
    let elapsed = 0;
    const heard = await recordOf({ asterisk, t, name: "cleared" }, async (res) => {
      const start = performance.now();
      res.write(sound.tone(441, 20_000, RATE));
      await new Promise((resolve) => setTimeout(resolve, 1000));
      res.clear();
      elapsed = performance.now() - start;
      res.write(sound.silence(500, RATE));
    });
    const { ms } = sound.speechSpan(heard, RATE);
    assert.ok(ms <= elapsed + LEAD_MS, `${ms} ms were heard, cleared after ${elapsed} ms`);
    assert.ok(ms >= 500, `${ms} ms were heard`);
  });

  test("at the app's 24 kHz is heard by a caller at 8 kHz, and so is the caller", async ({ asterisk, t }) => {
    const ref = randomUUID();
    const app = answer(t, { sampleRate: 24_000 });
    const said = sound.tone(600, 1000, RATE);
    const call = await asterisk.call({
      near: [`AudioSocket(${ref},${app.where})`, ...asterisk.endRecordingSteps()],
      far: [...asterisk.duplexSteps("converted", said), "UserEvent(Recorded)"]
    });
    const ear = await app.ear(ref);
    ear.res.write(sound.tone(441, 900, 24_000));
    await call.reached("Recorded");
    await call.ended();
    await ear.ended();
    const heard = asterisk.readRecording("converted");
    assert.ok(Math.abs(sound.frequency(heard, RATE) - 441) < 2);
    assert.ok(Math.abs(sound.speechSpan(heard, RATE).ms - 900) <= FRAME_MS);
    assert.ok(Math.abs(sound.frequency(ear.pcm, 24_000) - 600) < 2);
    assert.equal(ear.res.sampleRate, 24_000);
  });
});

/** What the caller's side recorded of a call on which `speak(res)` spoke. */
async function recordOf({ asterisk, t, name }, speak) {
  const ref = randomUUID();
  const app = answer(t);
  const call = await asterisk.call({
    near: [`AudioSocket(${ref},${app.where})`, ...asterisk.endRecordingSteps()],
    far: [asterisk.recordStep(name), "UserEvent(Recorded)"]
  });
  const { res } = await app.ear(ref);
  await speak(res);
  res.hangup({ drain: true });
  await call.reached("Recorded");
  const heard = asterisk.readRecording(name);
  await call.ended();
  assert.deepEqual(app.errors, []);
  return heard;
}

/** Two seconds of a sweep, at 44.1 kHz in stereo, or null without the tool. */
async function makeMp3(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sound-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const [raw, mp3] = ["sweep.raw", "sweep.mp3"].map((name) => path.join(folder, name));
  const mono = sound.sweep(FROM_HZ, TO_HZ, 2000, 44_100);
  const stereo = Buffer.alloc(mono.length * 2);
  for (let at = 0; at < mono.length; at += 2) {
    mono.copy(stereo, at * 2, at, at + 2);
    mono.copy(stereo, at * 2 + 2, at, at + 2);
  }
  fs.writeFileSync(raw, stereo);
  try {
    execFileSync("lame", ["--quiet", "-r", "-s", "44.1", "--bitwidth", "16", "-m", "s", raw, mp3]);
  } catch (error) {
    if (error.code === "ENOENT") {
      return null;
    }
    throw error;
  }
  return mp3;
}
