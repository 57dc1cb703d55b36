"use strict";

/** chan_websocket as server, `WebSocket/INCOMING`: we connect to Asterisk; and ARI's external media. */

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { assertHeard } = require("../support/asterisk-assert");
const { bridged, webSocketMedia } = require("../support/asterisk-bridge");
const { asteriskSuite } = require("../support/asterisk-suite");
const {
  answerWebSocket,
  connectTo,
  connectToChannel,
  dialIncoming,
  throughUlaw
} = require("../support/asterisk-websocket");
const sound = require("../../examples/sound.js");

const CODECS = {
  slin: { rate: 8000, fit: (pcm) => pcm },
  slin16: { rate: 16_000, fit: (pcm) => pcm },
  ulaw: { rate: 8000, fit: throughUlaw }
};

/** What the caller says before the app is there, nobody would hear: it waits for the app's first tone. */
const WAIT_FOR_APP = "WaitForNoise(100,1,10)";

asteriskSuite("chan_websocket as server", (test) => {
  for (const [codec, form] of [
    ["slin", "plain-text"],
    ["slin16", "json"],
    ["ulaw", "plain-text"]
  ]) {
    test(`is heard both ways in ${codec}, with control in ${form}`, async (context) => {
      const { asterisk } = context;
      await talkBothWays(context, codec, async (far) => {
        const near = [dialIncoming(`c(${codec})f(${form})`), ...asterisk.endRecordingSteps()];
        const call = await asterisk.call({ format: codec, near, far });
        return { call, ear: await connectTo(asterisk, call) };
      });
    });
  }

  test("waits for the app to answer, and hangs up when it does", async ({ asterisk }) => {
    const call = await asterisk.call({ near: [dialIncoming("c(slin)n")], far: ["Wait(30)"] });
    const { res } = await connectTo(asterisk, call);
    res.answer();
    const answered = (e) => e.type === "Dial" && e.caller?.id === call.nearId && e.dialstatus === "ANSWER";
    const { peer } = await asterisk.ari.event(answered, "the channel is answered");
    res.hangup();
    await asterisk.ari.channelEvent("ChannelDestroyed", peer.id);
    await call.ended();
  });

  test("ends the call when the caller hangs up", async ({ asterisk }) => {
    const call = await asterisk.call({
      near: [dialIncoming("c(slin)")],
      far: [WAIT_FOR_APP, "UserEvent(Heard)", "Wait(30)"]
    });
    const ear = await connectTo(asterisk, call);
    ear.res.write(sound.tone(441, 20_000, 8000));
    await call.reached("Heard");
    await call.hangup();
    await ear.ended();
    await call.ended();
    assert.deepEqual([ear.ends, ear.errors], [1, []]);
  });
});

asteriskSuite("ARI externalMedia over WebSocket", (test) => {
  for (const [codec, form] of [
    ["slin", "plain-text"],
    ["slin16", "json"]
  ]) {
    test(`connects to the app, heard both ways in ${codec}`, async (context) => {
      const { asterisk, t } = context;
      const ref = randomUUID();
      const app = await answerWebSocket(asterisk, t);
      await talkBothWays(context, codec, async (far) => {
        const call = await asterisk.callIntoStasis({ format: codec, far });
        const options = `f(${form})v(call=${ref})`;
        const media = await webSocketMedia(asterisk.ari, { format: codec, options });
        await bridged(t, asterisk.ari, [call.nearId, media]);
        return { call, media, ear: await app.ear(ref) };
      });
      assert.deepEqual(app.errors, []);
    });
  }

  test("is connected to by the app", async (context) => {
    const { asterisk, t } = context;
    await talkBothWays(context, "slin16", async (far) => {
      const call = await asterisk.callIntoStasis({ format: "slin16", far });
      const media = await webSocketMedia(asterisk.ari, { format: "slin16", client: "INCOMING" });
      const ear = await connectToChannel(asterisk, media);
      await bridged(t, asterisk.ari, [call.nearId, media]);
      return { call, media, ear };
    });
  });
});

/** The caller speaks, then listens; the app listens, then plays and hangs up. `place(far)` joins them. */
async function talkBothWays({ asterisk, t }, codec, place) {
  const { rate, fit } = CODECS[codec];
  const name = t.name.replaceAll(/\W/g, "");
  const said = fit(sound.sweep(300, 3400, 700, rate));
  const played = fit(sound.sweep(3400, 300, 700, rate));
  asterisk.writeSound(`played-${name}`, played, rate);
  const { call, ear, media } = await place([
    WAIT_FOR_APP,
    `Playback(${asterisk.writeSound(`said-${name}`, said, rate)})`,
    "SendDTMF(19*#,50,50)",
    "UserEvent(Listening)",
    asterisk.recordStep(`heard-${name}`, rate),
    "UserEvent(Recorded)"
  ]);
  ear.res.write(sound.tone(441, 300, rate));
  await call.reached("Listening");
  await ear.res.play(asterisk.soundFile(`played-${name}`, rate));
  if (media) {
    // Nothing goes on behind a bridge to end the recording: the app's own silence, and a digit.
    await ear.res.play(silentFile(asterisk, rate));
    await call.sendDigit("#");
  }
  ear.res.hangup({ drain: true });
  await call.reached("Recorded");
  assertHeard(ear.pcm, said, rate, "the app hears the caller");
  assertHeard(asterisk.readRecording(`heard-${name}`, rate), played, rate, "the caller hears the app");
  await ear.ended();
  if (media) {
    await asterisk.ari.channelEvent("ChannelDestroyed", media);
  } else {
    await call.ended();
  }
  assert.equal(ear.digits, "19*#");
  assert.equal(ear.res.sampleRate, rate);
  assert.deepEqual([ear.errors, ear.warnings], [[], []]);
}

function silentFile(asterisk, rate) {
  asterisk.writeSound("silence", sound.silence(300, rate), rate);
  return asterisk.soundFile("silence", rate);
}
