"use strict";

/** The live audio of a channel, asked for over ARI alone. */

const assert = require("node:assert/strict");
const { assertHeard } = require("../support/asterisk-assert");
const { WAIT_FOR_DIGIT, earOn, leaves, openAudio } = require("../support/asterisk-audio");
const { bridged } = require("../support/asterisk-bridge");
const { asteriskSuite } = require("../support/asterisk-suite");
const { until } = require("../support/asterisk-wait");
const sound = require("../../examples/sound.js");

const RATE = 8000;
const CALLER = "Local/";

asteriskSuite("a stream of a channel that is in no bridge", (test) => {
  for (const transport of ["audiosocket", "websocket"]) {
    for (const [sampleRate, format] of [
      [8000, "slin"],
      [16_000, "slin16"]
    ]) {
      test(`is heard both ways at ${sampleRate} Hz over ${transport}`, async ({ asterisk, t }) => {
        const audio = await openAudio({ asterisk, t });
        const name = `heard-${transport}-${format}`;
        const said = sound.sweep(300, 3400, 800, sampleRate);
        const played = sound.sweep(3400, 300, 800, sampleRate);
        const call = await asterisk.callIntoStasis({
          format,
          far: [
            WAIT_FOR_DIGIT,
            `Playback(${asterisk.writeSound(`said-${name}`, said, sampleRate)})`,
            "UserEvent(Listening)",
            asterisk.recordStep(name, sampleRate),
            "UserEvent(Recorded)"
          ]
        });
        const ear = await earOn(audio, call.nearId, { transport, sampleRate });
        await call.sendDigit("1");
        await call.reached("Listening");
        await ear.res.play(played, { format: { sampleRate } });
        await ear.res.play(sound.silence(600, sampleRate), { format: { sampleRate } });
        await call.sendDigit("#");
        await call.reached("Recorded");
        assert.equal(ear.res.sampleRate, sampleRate);
        assertHeard(ear.pcm, said, sampleRate, "the app hears the caller");
        assertHeard(asterisk.readRecording(name, sampleRate), played, sampleRate, "the caller hears the app");
        await call.ended();
        await ear.ended();
        assert.deepEqual([ear.errors, ear.ends], [[], 1]);
        await leaves(asterisk);
      });
    }

    test(`tells the caller's keys, each once, over ${transport}`, async ({ asterisk, t }) => {
      const audio = await openAudio({ asterisk, t });
      const call = await asterisk.callIntoStasis({
        far: [WAIT_FOR_DIGIT, "SendDTMF(159#)", "UserEvent(Sent)", "Wait(30)"]
      });
      const ear = await earOn(audio, call.nearId, { transport });
      await call.sendDigit("1");
      await call.reached("Sent");
      await until(() => ear.digits.length >= 4, "the keys have come");
      assert.equal(ear.digits, "159#");
      await call.hangup();
      await leaves(asterisk);
    });

    test(`is hung up without its channel over ${transport}, which can be had again`, async ({ asterisk, t }) => {
      const audio = await openAudio({ asterisk, t });
      const call = await asterisk.callIntoStasis({ far: ["Wait(30)"] });
      for (let turn = 0; turn < 3; turn += 1) {
        const ear = await earOn(audio, call.nearId, { transport });
        ear.res.hangup();
        await ear.ended();
        await leaves(asterisk, CALLER);
      }
      const { dialplan } = await asterisk.ari.request("GET", `/channels/${call.nearId}`);
      assert.equal(dialplan.app_name, "Stasis");
      await call.hangup();
    });

    test(`is heard from its first frame on over ${transport}`, async ({ asterisk, t }) => {
      const audio = await openAudio({ asterisk, t });
      const played = sound.sweep(300, 3400, 500, RATE);
      const call = await asterisk.callIntoStasis({ far: [asterisk.recordStep(`first-${transport}`), "UserEvent(Recorded)"] });
      const stream = await audio.stream(call.nearId, { transport });
      await stream.play(played, { format: { sampleRate: RATE } });
      await stream.play(sound.silence(600, RATE), { format: { sampleRate: RATE } });
      await call.sendDigit("#");
      await call.reached("Recorded");
      assertHeard(asterisk.readRecording(`first-${transport}`), played, RATE, "the caller");
      await leaves(asterisk);
    });
  }

  test("hears the caller to the end", async ({ asterisk, t }) => {
    const audio = await openAudio({ asterisk, t });
    const said = sound.sweep(300, 3400, 700, RATE);
    const call = await asterisk.callIntoStasis({
      far: [WAIT_FOR_DIGIT, `Playback(${asterisk.writeSound("last", said)})`]
    });
    const ear = await earOn(audio, call.nearId);
    await call.sendDigit("1");
    await call.ended();
    await ear.ended();
    assertHeard(ear.pcm, said, RATE, "the app");
  });

  test("goes on while Asterisk itself plays something", async ({ asterisk, t }) => {
    const audio = await openAudio({ asterisk, t });
    const call = await asterisk.callIntoStasis({ far: ["Wait(30)"] });
    const ear = await earOn(audio, call.nearId);
    const beep = await asterisk.ari.request("POST", `/channels/${call.nearId}/play`, { media: "sound:beep" });
    const isDone = (e) => e.type === "PlaybackFinished" && e.playback.id === beep.id;
    const { playback } = await asterisk.ari.event(isDone, "the beep is over");
    assert.equal(playback.state, "done");
    assert.equal(ear.ends, 0);
    await call.hangup();
    await ear.ended();
  });

  test("ends when the channel is taken into another bridge", async ({ asterisk, t }) => {
    const audio = await openAudio({ asterisk, t });
    const call = await asterisk.callIntoStasis({ far: ["Wait(30)"] });
    const ear = await earOn(audio, call.nearId);
    await bridged(t, asterisk.ari, [call.nearId]);
    await ear.ended();
    assert.equal((await asterisk.ari.request("GET", "/bridges")).length, 1);
    await call.hangup();
  });
});

asteriskSuite("a stream of a channel that is in a bridge", (test) => {
  test("hears and is heard by that channel alone, and leaves the bridge as it is", async ({ asterisk, t }) => {
    const audio = await openAudio({ asterisk, t });
    const [one, other] = [
      await asterisk.callIntoStasis({ far: asterisk.duplexSteps("one", sound.tone(600, 4000, RATE)) }),
      await asterisk.callIntoStasis({ far: asterisk.duplexSteps("other", sound.tone(1500, 4000, RATE)) })
    ];
    await bridged(t, asterisk.ari, [one.nearId, other.nearId]);
    const ear = await earOn(audio, one.nearId);
    ear.res.write(sound.tone(440, 1000, RATE, 0.6));
    await ear.heard(1500);
    const pcm = ear.pcm;
    ear.res.hangup();
    await ear.ended();
    await Promise.all([one.ended(), other.ended()]);
    // A snoop of Asterisk's leaves a frame out when the machine is busy: tones are looked for piece by piece.
    assert.ok(powerAt(pcm, 600) > 0.01, "the app hears the channel");
    assert.ok(powerAt(pcm, 1500) < 0.0005, "the app does not hear the others");
    const [byOne, byOther] = ["one", "other"].map((name) => asterisk.readRecording(name));
    assert.ok(powerAt(byOne, 440) > 0.01, "the channel hears the app");
    assert.ok(powerAt(byOne, 1500) > 0.01, "the channel hears its bridge");
    assert.ok(powerAt(byOther, 440) < 0.0005, "nobody else hears the app");
    assert.ok(powerAt(byOther, 600) > 0.01, "the others hear the channel");
  });

  test("tells its keys, each once", async ({ asterisk, t }) => {
    const audio = await openAudio({ asterisk, t });
    const call = await asterisk.callIntoStasis({
      far: [WAIT_FOR_DIGIT, "SendDTMF(159#)", "UserEvent(Sent)", "Wait(30)"]
    });
    const first = await earOn(audio, call.nearId);
    const second = await earOn(audio, call.nearId);
    await call.sendDigit("1");
    await call.reached("Sent");
    await until(() => first.digits.length >= 4 && second.digits.length >= 4, "the keys have come");
    assert.deepEqual([first.digits, second.digits], ["159#", "159#"]);
    second.res.hangup();
    await second.ended();
    assert.equal(first.ends, 0);
    await call.hangup();
    await first.ended();
    await leaves(asterisk);
  });

  for (const [direction, heard, unheard] of [
    ["in", 600, 1500],
    ["out", 1500, 600]
  ]) {
    test(`with the direction "${direction}" hears that, and is not heard`, async ({ asterisk, t }) => {
      const audio = await openAudio({ asterisk, t });
      const [one, other] = [
        await asterisk.callIntoStasis({ far: asterisk.duplexSteps("one", sound.tone(600, 3000, RATE)) }),
        await asterisk.callIntoStasis({ far: asterisk.duplexSteps("other", sound.tone(1500, 3000, RATE)) })
      ];
      await bridged(t, asterisk.ari, [one.nearId, other.nearId]);
      const ear = await earOn(audio, one.nearId, { direction, sampleRate: 16_000 });
      ear.res.write(sound.tone(440, 1000, 16_000));
      await ear.heard(1000, 16_000);
      assert.ok(powerAt(ear.pcm, heard, 16_000) > 0.01, "the one is heard");
      assert.ok(powerAt(ear.pcm, unheard, 16_000) < 0.0005, "the other is not");
      await Promise.all([one.ended(), other.ended()]);
      for (const name of ["one", "other"]) {
        assert.ok(powerAt(asterisk.readRecording(name), 440) < 0.0005, `${name} does not hear the app`);
      }
    });
  }
});

asteriskSuite("a stream of a channel in the dialplan", (test) => {
  test("hears and is heard while something plays there", async ({ asterisk, t }) => {
    const audio = await openAudio({ asterisk, t });
    const music = asterisk.writeSound("music", sound.tone(1500, 3000, RATE));
    const call = await asterisk.call({
      near: [`Playback(${music})`],
      far: asterisk.duplexSteps("dialplan", sound.tone(600, 3000, RATE))
    });
    const ear = await earOn(audio, call.nearId);
    ear.res.write(sound.tone(440, 500, RATE, 0.6));
    await ear.heard(500);
    assert.ok(powerAt(ear.pcm, 600) > 0.01, "the app hears the caller");
    await call.ended();
    await ear.ended();
    const heard = asterisk.readRecording("dialplan");
    assert.ok(powerAt(heard, 440) > 0.005, "the caller hears the app");
    assert.ok(powerAt(heard, 1500) > 0.01, "the caller hears the music");
    await leaves(asterisk);
  });
});

/** How strong one frequency is where it is strongest, as a share of full scale squared. */
function powerAt(pcm, hz, rate = RATE) {
  const samples = rate / 10;
  const powers = [];
  for (let start = 0; start + samples <= pcm.length / 2; start += samples) {
    let [re, im] = [0, 0];
    for (let i = 0; i < samples; i += 1) {
      const sample = pcm.readInt16LE((start + i) * 2) / 32768;
      re += sample * Math.cos((2 * Math.PI * hz * i) / rate);
      im += sample * Math.sin((2 * Math.PI * hz * i) / rate);
    }
    powers.push((re * re + im * im) / (samples * samples));
  }
  return Math.max(0, ...powers);
}
