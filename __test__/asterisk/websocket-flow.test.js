"use strict";

/** Much at once over chan_websocket: its queue, which is full or flushed or marked, and many calls. */

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { once } = require("node:events");
const { setTimeout } = require("node:timers/promises");
const { assertHeard } = require("../support/asterisk-assert");
const { asteriskSuite } = require("../support/asterisk-suite");
const { until, within } = require("../support/asterisk-wait");
const { answerWebSocket, dialApp } = require("../support/asterisk-websocket");
const { listenInBetween } = require("../support/asterisk-websocket-tap");
const sound = require("../../examples/sound.js");

const RATE = 8000;
const FRAME_MS = 20;
const FRAME_BYTES = 320;
/** Frames of ours that may be in Asterisk's queue: 60 ms that leave ahead, and as much for a busy machine. */
const FEW = 6;
/** More frames than at which Asterisk says that its queue is full. */
const MANY = 940;
const CALLS = 20;

asteriskSuite("chan_websocket's queue", (test) => {
  test("stays all but empty, though the app writes a minute at once", async (context) => {
    const { asterisk } = context;
    const minute = sound.sweep(300, 3400, 60_000, RATE);
    const { call, ear, tap } = await tapped(context, [asterisk.recordStep("minute"), "UserEvent(Recorded)"]);
    ear.res.write(minute);
    for (let asked = 0; asked < 40; asked++) {
      await setTimeout(100);
      tap.ask();
    }
    ear.res.clear();
    ear.res.hangup({ drain: true });
    await call.reached("Recorded");
    assert.deepEqual(said(tap, "MEDIA_X"), []);
    assert.ok(tap.fullest <= FEW, `${tap.fullest} frames were in the queue`);
    const heard = asterisk.readRecording("minute");
    assertHeard(heard, minute.subarray(0, 3500 * 16), RATE, "the caller");
    await call.ended();
  });

  test("holds the app back when it is full, and nothing is lost", async (context) => {
    const { asterisk } = context;
    const spoken = sound.sweep(300, 3400, 3000, RATE);
    const { call, ear, tap } = await tapped(context, [asterisk.recordStep("held"), "UserEvent(Recorded)"]);
    ear.res.write(spoken);
    await until(() => audioOf(tap).length > 10, "some has left");
    tap.stuff(sound.silence(MANY * FRAME_MS, RATE));
    const full = await tap.heard("MEDIA_XOFF");
    const before = audioOf(tap).length;
    const on = await tap.heard("MEDIA_XON");
    const during = audioOf(tap).length - before;
    assert.ok(on - full > 1000, `the queue was full for ${on - full} ms`);
    assert.ok(during <= 2, `${during} messages came all the same`);
    ear.res.mark("heard");
    await within(once(ear.res, "mark"), "all was heard", 30_000);
    ear.res.hangup({ drain: true });
    await call.reached("Recorded");
    assert.deepEqual(Buffer.concat(audioOf(tap)).subarray(0, spoken.length), spoken);
    const heard = asterisk.readRecording("held");
    const [first, rest] = [spoken.subarray(0, before * FRAME_BYTES), spoken.subarray((before + during) * FRAME_BYTES)];
    assertHeard(heard, first, RATE, "the caller, of what came before");
    assertHeard(heard, rest, RATE, "the caller, of what came after");
    assert.ok(sound.indexOfPcm(heard, first) < sound.indexOfPcm(heard, rest));
    await call.ended();
  }, 60_000);

  for (const form of ["plain-text", "json"]) {
    test(`is flushed by clear(), heard within 60 ms, with control in ${form}`, async (context) => {
      const { asterisk } = context;
      const name = `flushed-${form}`;
      const before = sound.silence(1000, RATE);
      const marker = sound.tone(1000, 1500, RATE);
      const far = [...asterisk.duplexSteps(name, Buffer.concat([before, marker])), "UserEvent(Recorded)"];
      const { call, ear, tap } = await tapped(context, far, { form, silence: "always" });
      ear.res.write(sound.tone(441, 20_000, RATE));
      await until(() => audioOf(tap).length > 10, "some has left");
      tap.stuff(sound.tone(441, 5000, RATE));
      let isCleared = false;
      ear.res.on("data", (pcm) => {
        if (!isCleared && sound.rmsDb(pcm) > -50) {
          isCleared = true;
          ear.res.clear();
        }
      });
      await call.reached("Recorded");
      const caller = sound.speechSpan(asterisk.readRecording(`${name}-caller`), RATE);
      const heard = sound.speechSpan(asterisk.readRecording(name), RATE);
      const late = heard.endMs - caller.startMs;
      assert.ok(late <= 60, `the caller was interrupting for ${late} ms`);
      assert.ok(heard.ms > 500, `${heard.ms} ms were heard`);
      await call.ended();
    });

    test(`tells of marks in their order, with control in ${form}`, async (context) => {
      const { ear, tap } = await tapped(context, ["Wait(30)"], { form });
      const marks = [];
      ear.res.on("mark", (name, { cleared }) => marks.push(cleared ? `${name} cleared` : name));
      for (const name of ["one", "two", "three"]) {
        ear.res.write(sound.tone(441, 200, RATE));
        ear.res.mark(name);
      }
      await until(() => marks.length === 3, "the marks have come back");
      assert.equal(said(tap, "").filter((text) => text.includes("MEDIA_MARK_PROCESSED")).length, 3);
      tap.stuff(sound.silence(5000, RATE));
      ear.res.mark("four");
      ear.res.write(sound.tone(441, 5000, RATE));
      ear.res.mark("five");
      await setTimeout(200);
      ear.res.clear();
      ear.res.write(sound.tone(441, 200, RATE));
      ear.res.mark("six");
      await until(() => marks.length === 6, "all marks have come back");
      assert.deepEqual(marks, ["one", "two", "three", "four cleared", "five cleared", "six"]);
      ear.res.hangup();
      await ear.ended();
      assert.deepEqual([ear.errors, ear.warnings], [[], []]);
    });
  }
});

asteriskSuite("twenty calls over chan_websocket at once", (test) => {
  test("each hears its own sound for five seconds, whole, both ways", async ({ asterisk, t }) => {
    const app = await answerWebSocket(asterisk, t);
    const calls = Array.from({ length: CALLS }, (_, number) => ({
      number,
      said: sound.tone(300 + 61 * number, 5000, RATE),
      played: sound.tone(1900 + 61 * number, 5000, RATE)
    }));
    await Promise.all(calls.map((call) => converse(asterisk, app, call)));
    for (const { number, said: spoken, played, ear } of calls) {
      assertHeard(ear.pcm, spoken, RATE, `the app hears caller ${number}`);
      assertHeard(asterisk.readRecording(`many-${number}`), played, RATE, `caller ${number} hears the app`);
      assert.deepEqual([ear.ends, ear.errors, ear.warnings], [1, [], []]);
    }
    assert.deepEqual(app.errors, []);
  });
});

/** Both speak at once: the caller begins when it hears the app. */
async function converse(asterisk, app, described) {
  const { number, said: spoken, played } = described;
  const ref = randomUUID();
  const name = `many-${number}`;
  asterisk.writeSound(`played-${number}`, played);
  const call = await asterisk.call({
    near: [dialApp(ref, "c(slin)"), "Wait(30)"],
    far: [...asterisk.duplexSteps(name, spoken), "UserEvent(Recorded)"]
  });
  described.ear = await app.ear(ref);
  await described.ear.res.play(asterisk.soundFile(`played-${number}`));
  described.ear.res.write(sound.silence(1000, RATE));
  await call.reached("Recorded");
  await described.ear.ended();
  await call.ended();
}

/** A call with a tap between Asterisk and the app: `{ call, ear, tap }`. */
async function tapped({ asterisk, t }, far, { form = "plain-text", ...options } = {}) {
  const ref = randomUUID();
  const { port, tapped: tap } = await listenInBetween(t, (path) => `ws://${app.where}${path}`);
  const app = await answerWebSocket(asterisk, t, { ...options, client: { uri: `ws://127.0.0.1:${port}/calls` } });
  const call = await asterisk.call({
    near: [dialApp(ref, `c(slin)f(${form})`), ...asterisk.endRecordingSteps()],
    far
  });
  return { call, ear: await app.ear(ref), tap: await tap };
}

/** The messages of audio that the app has sent. */
function audioOf(tap) {
  return tap.sent.flatMap(({ bytes }) => bytes ?? []);
}

/** What Asterisk said that begins so. */
function said(tap, beginning) {
  return tap.texts.filter((text) => text.startsWith(beginning));
}
