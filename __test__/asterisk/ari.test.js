"use strict";

/** ARI: an external media channel beside a call, in a bridge of a Stasis application. */

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { answer } = require("../support/asterisk-answer");
const { assertHeard } = require("../support/asterisk-assert");
const { bridged, externalMedia } = require("../support/asterisk-bridge");
const { asteriskSuite } = require("../support/asterisk-suite");
const sound = require("../../examples/sound.js");

/** Until it comes, the caller is silent: what is said before the bridge is up, nobody would hear. */
const WAIT_FOR_DIGIT = "Read(GO,,1)";

asteriskSuite("ARI externalMedia over AudioSocket", (test) => {
  for (const [format, rate] of [
    ["slin", 8000],
    ["slin16", 16000]
  ]) {
    test(`a bridged call is heard both ways in ${format}`, async ({ asterisk, t }) => {
      const ref = randomUUID();
      const app = answer(t);
      const said = sound.sweep(300, 3400, 800, rate);
      const played = sound.sweep(3400, 300, 800, rate);
      asterisk.writeSound(`played-${format}`, played, rate);
      const call = await asterisk.callIntoStasis({
        format,
        far: [
          WAIT_FOR_DIGIT,
          `Playback(${asterisk.writeSound(`said-${format}`, said, rate)})`,
          "UserEvent(Listening)",
          asterisk.recordStep(`heard-${format}`, rate),
          "UserEvent(Recorded)"
        ]
      });
      const media = await externalMedia(asterisk.ari, { where: app.where, ref, format });
      await bridged(t, asterisk.ari, [call.nearId, media]);
      await call.sendDigit("1");

      const ear = await app.ear(ref);
      await call.reached("Listening");
      await ear.res.play(asterisk.soundFile(`played-${format}`, rate));
      await ear.res.play(silentFile(asterisk, rate));
      await call.sendDigit("#");
      await call.reached("Recorded");
      assert.equal(ear.res.sampleRate, rate);
      assertHeard(ear.pcm, said, rate, "the app hears the caller");
      const heard = asterisk.readRecording(`heard-${format}`, rate);
      assertHeard(heard, played, rate, "the caller hears the app");
      assert.deepEqual([ear.errors, app.errors], [[], []]);

      ear.res.hangup();
      await ear.ended();
      await asterisk.ari.channelEvent("ChannelDestroyed", media);
    });
  }
});

function silentFile(asterisk, rate) {
  asterisk.writeSound("silence", sound.silence(300, rate), rate);
  return asterisk.soundFile("silence", rate);
}
