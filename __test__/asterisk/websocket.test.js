"use strict";

/** chan_websocket as client, `Dial(WebSocket/…)`: Asterisk connects to us. */

const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const { randomUUID } = require("node:crypto");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { setTimeout } = require("node:timers/promises");
const { assertHeard } = require("../support/asterisk-assert");
const { webSocketMedia } = require("../support/asterisk-bridge");
const { asteriskSuite } = require("../support/asterisk-suite");
const { until } = require("../support/asterisk-wait");
const { CLIENT, answerWebSocket, dialApp, throughUlaw } = require("../support/asterisk-websocket");
const sound = require("../../examples/sound.js");

/** Codecs, with the rate of each and what is done to sound that it can carry unchanged. */
const CODECS = {
  slin: { rate: 8000, fit: (pcm) => pcm },
  slin16: { rate: 16_000, fit: (pcm) => pcm },
  ulaw: { rate: 8000, fit: throughUlaw }
};

/** Far below the second for which a peer that does not close is waited. */
const AT_ONCE_MS = 500;

asteriskSuite("chan_websocket as client", (test) => {
  for (const codec of Object.keys(CODECS)) {
    for (const form of ["plain-text", "json"]) {
      test(`is heard both ways in ${codec}, with control in ${form}`, async (context) => {
        await talkBothWays(context, { codec, form });
      });
    }
  }

  test("connects to a server that would compress, and to one with TLS", async (context) => {
    await talkBothWays(context, { codec: "slin", form: "json", name: "deflate", options: { deflate: true } });
    const tls = makeCertificate(context.t);
    if (tls === null) {
      context.t.skip("makes its certificate with openssl, which is not here");
      return;
    }
    const ca = context.asterisk.configure("ca.pem", tls.cert);
    const client = { tls_enabled: "yes", ca_list_file: ca };
    await talkBothWays(context, { codec: "slin16", form: "json", name: "tls", options: { ...tls, client } });
  });

  for (const form of ["plain-text", "json"]) {
    test(`waits for the app to answer, and ends at once, with control in ${form}`, async ({ asterisk, t }) => {
      const ref = randomUUID();
      const app = await answerWebSocket(asterisk, t);
      const call = await asterisk.call({
        near: [dialApp(ref, `c(slin)nf(${form})`)],
        far: ["Wait(30)"]
      });
      const { res, req } = await app.ear(ref);
      const state = async () => (await asterisk.ari.request("GET", `/channels/${req.channelId}`)).state;
      assert.notEqual(await state(), "Up");
      res.answer();
      await until(async () => (await state()) === "Up", "the channel is answered");
      const start = performance.now();
      res.hangup();
      await asterisk.ari.channelEvent("ChannelDestroyed", req.channelId);
      const took = performance.now() - start;
      assert.ok(took < AT_ONCE_MS, `the hang-up took ${took} ms`);
      await call.ended();
    });
  }

  test("ends the call when the caller hangs up, however much was to be said", async ({ asterisk, t }) => {
    const ref = randomUUID();
    const app = await answerWebSocket(asterisk, t);
    const call = await asterisk.call({
      near: [dialApp(ref, "c(slin)")],
      far: ["WaitForNoise(100,1,10)", "UserEvent(Heard)", "Wait(30)"]
    });
    const ear = await app.ear(ref);
    ear.res.write(sound.tone(441, 20_000, 8000));
    await call.reached("Heard");
    await call.hangup();
    await ear.ended();
    await call.ended();
    assert.deepEqual([ear.ends, ear.errors, app.errors], [1, [], []]);
  });

  test("may say nothing for longer than a handshake may take", async ({ asterisk, t }) => {
    const ref = randomUUID();
    const app = await answerWebSocket(asterisk, t, { handshakeTimeout: 500 });
    // A channel in no bridge yet hears and says nothing.
    const media = await webSocketMedia(asterisk.ari, { format: "slin", options: `v(call=${ref})` });
    const ear = await app.ear(ref);
    await setTimeout(1000);
    assert.deepEqual([ear.pcm.length, ear.ends, app.server.connections], [0, 0, 1]);
    ear.res.hangup();
    await ear.ended();
    await asterisk.ari.channelEvent("ChannelDestroyed", media);
  });
});

/** The caller speaks and sends keys, then listens; the app listens, then plays and hangs up. */
async function talkBothWays({ asterisk, t }, { codec, form, name = `${codec}-${form}`, options }) {
  const ref = randomUUID();
  const { rate, fit } = CODECS[codec];
  const app = await answerWebSocket(asterisk, t, options);
  const said = fit(sound.sweep(300, 3400, 700, rate));
  const played = fit(sound.sweep(3400, 300, 700, rate));
  asterisk.writeSound(`played-${name}`, played, rate);
  const call = await asterisk.call({
    format: codec,
    near: [dialApp(ref, `c(${codec})f(${form})`), ...asterisk.endRecordingSteps()],
    far: [
      `Playback(${asterisk.writeSound(`said-${name}`, said, rate)})`,
      "SendDTMF(19*#,50,50)",
      "UserEvent(Listening)",
      asterisk.recordStep(`heard-${name}`, rate),
      "UserEvent(Recorded)"
    ]
  });
  const ear = await app.ear(ref);
  await call.reached("Listening");
  await ear.res.play(asterisk.soundFile(`played-${name}`, rate));
  ear.res.hangup({ drain: true });
  await call.reached("Recorded");
  assertHeard(ear.pcm, said, rate, "the app hears the caller");
  assertHeard(asterisk.readRecording(`heard-${name}`, rate), played, rate, "the caller hears the app");
  await call.ended();
  await ear.ended();
  assert.equal(ear.digits, "19*#");
  assert.equal(ear.res.sampleRate, rate);
  assertTold(ear.req, { codec, form });
  assert.deepEqual([ear.errors, ear.warnings, app.errors], [[], [], []]);
}

/** What Asterisk tells of a call at its beginning is in the request. */
function assertTold(req, { codec, form }) {
  assert.equal(req.dialect, "chan_websocket");
  assert.equal(req.headers["sec-websocket-protocol"], "media");
  assert.equal(req.headers["sec-websocket-extensions"], undefined);
  assert.equal(req.ref, CLIENT);
  assert.match(req.channel, /^WebSocket\/app\/0x/);
  assert.match(req.channelId, /^\d+\.\d+$/);
  if (form === "json") {
    assert.equal(req.metadata.event, "MEDIA_START");
    assert.equal(req.metadata.format, codec);
    assert.equal(req.variables.MEDIA_WEBSOCKET_CONNECTION_ID, CLIENT);
  } else {
    assert.match(req.metadata, new RegExp(`^MEDIA_START .* format:${codec} `));
    assert.deepEqual(req.variables, {});
  }
}

/** A certificate of the loopback that signs itself, or null without the tool. */
function makeCertificate(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tls-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => path.join(folder, name));
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"];
  args.push("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert);
  try {
    execFileSync("openssl", args, { stdio: "ignore" });
  } catch (error) {
    if (error.code === "ENOENT") {
      return null;
    }
    throw error;
  }
  return { key: fs.readFileSync(key), cert: fs.readFileSync(cert) };
}
