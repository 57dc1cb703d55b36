"use strict";

/**
 * examples/drachtio.js as it stands, but for drachtio's server, which is not to be had as a package: the tests'
 * own Srf stands in its place. The phone and Asterisk are real.
 */

const assert = require("node:assert/strict");
const path = require("node:path");
const { leaves } = require("../support/asterisk-audio");
const { asteriskSuite } = require("../support/asterisk-suite");
const { until } = require("../support/asterisk-wait");
const { runExample } = require("../support/example");
const { RtpPhone } = require("../support/rtp-phone");
const { TestSrf } = require("../support/test-srf");
const sound = require("../../examples/sound.js");

const RATE = 8000;
const SRF = path.join(__dirname, "../support/drachtio-stand-in.js");

asteriskSuite("the example of a drachtio application", (test) => {
  test("greets, tells keys, gives back what is said, and ends with #", async ({ asterisk, t }) => {
    const { example, phone } = await talk(asterisk, t);
    await until(() => sound.speechSpan(phone.pcm, RATE)?.ms > 500, "the greeting is heard");
    await phone.press("5");
    await example.printed(/^key 5$/m);
    phone.forget();
    await until(() => {
      phone.say(sound.tone(600, 400, RATE));
      return Math.abs(sound.frequency(phone.pcm.subarray(-3200), RATE) - 600) < 10;
    }, "the phone hears itself");
    await phone.press("#");
    await example.printed(/^the call has ended: destroy$/m);
    await leaves(asterisk);
  }, 60_000);

  test("forgets a caller who hangs up, and ends when it is told", async ({ asterisk, t }) => {
    const { example, phone, dialog } = await talk(asterisk, t);
    await until(() => sound.speechSpan(phone.pcm, RATE)?.ms > 100, "the greeting is heard");
    await dialog.destroy();
    await example.printed(/^the call has ended: destroy$/m);
    await leaves(asterisk);
    example.child.kill("SIGTERM");
    assert.deepEqual(await example.ended(), { code: 0, signal: null });
  }, 60_000);
}, { sip: true });

/** The example, and a phone that has called it. */
async function talk(asterisk, t) {
  const { port, user, password } = asterisk.access;
  const access = { ARI_PORT: port, ARI_USERNAME: user, ARI_PASSWORD: password, SIP_PORT: asterisk.sipPort };
  const env = Object.fromEntries(Object.entries(access).map(([name, value]) => [name, String(value)]));
  const example = await runExample(t, "drachtio", { env, nodeOptions: ["--require", SRF] });
  await example.printed(/^the IVR is up$/m);
  const phone = await RtpPhone.start(t);
  const caller = await TestSrf.start(t);
  const dialog = await caller.createUAC(`sip:ivr@127.0.0.1:${example.port}`, { localSdp: phone.sdp });
  phone.call(dialog.remote.sdp);
  return { example, phone, dialog };
}
