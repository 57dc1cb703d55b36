"use strict";

/** The live audio of endpoints: a phone on one side, the application on the other. */

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const WebSocket = require("ws");
const Mrf = require("../../mrf.js");
const { audioApplications, leaves } = require("../support/asterisk-audio");
const { Ear } = require("../support/asterisk-answer");
const { asteriskSuite } = require("../support/asterisk-suite");
const { until } = require("../support/asterisk-wait");
const { RtpPhone } = require("../support/rtp-phone");
const { TestSrf } = require("../support/test-srf");
const sound = require("../../examples/sound.js");

const RATE = 8000;
const NEAR_HZ = 2;

asteriskSuite(
  "an endpoint's live audio",
  (test) => {
    for (const transport of ["audiosocket", "websocket"]) {
      for (const sampleRate of [8000, 16_000]) {
        test(`is heard both ways at ${sampleRate} Hz over ${transport}`, async (context) => {
          const { phone, endpoint } = await connected(context);
          const ear = new Ear(await endpoint.stream({ sampleRate, transport }));
          phone.say(sound.tone(600, 1000, RATE));
          phone.forget();
          await ear.res.play(sound.tone(440, 1000, sampleRate), { format: { sampleRate } });
          await until(() => sound.speechSpan(ear.pcm, sampleRate)?.ms > 950, "the phone was heard");
          hears(ear.pcm, sampleRate, 600, 1000);
          await until(() => sound.speechSpan(phone.pcm, RATE)?.ms > 950, "the phone has heard");
          hears(phone.pcm, RATE, 440, 1000);
          await endpoint.destroy();
          await ear.ended();
          assert.deepEqual(ear.errors, []);
          await leaves(context.asterisk);
        });
      }
    }

    test("tells keys, on the endpoint and on its stream", async (context) => {
      const { phone, endpoint } = await connected(context);
      const keys = [];
      endpoint.on("dtmf", (key, ms) => keys.push([key, ms > 0]));
      await phone.press("5");
      await until(() => keys.length === 1, "a key has come");
      const ear = new Ear(await endpoint.stream());
      await phone.press("#");
      await until(() => keys.length === 2 && ear.digits === "#", "another has come");
      await phone.press("0");
      await until(() => keys.length === 3 && ear.digits === "#0", "a third has come");
      assert.deepEqual(keys, ["5", "#", "0"].map((key) => [key, true]));
      await endpoint.destroy();
    });

    test("plays, records and forks over one stream", async (context) => {
      const { t } = context;
      const { phone, endpoint } = await connected(context);
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "endpoint-"));
      t.after(() => fs.rmSync(folder, { recursive: true }));
      const far = await farEnd(t);
      const recording = await endpoint.record(path.join(folder, "caller.wav"), { sides: "caller" });
      const fork = await endpoint.fork(far.url, { sampleRate: RATE });
      phone.say(sound.tone(600, 500, RATE));
      phone.forget();
      const { completed } = await endpoint.play(sound.tone(440, 500, RATE), { format: { sampleRate: RATE } });
      assert.equal(completed, true);
      await until(() => sound.speechSpan(phone.pcm, RATE)?.ms > 450, "the phone has heard");
      hears(phone.pcm, RATE, 440, 500);
      await until(() => sound.speechSpan(far.pcm(), RATE)?.ms > 450, "the far end has heard");
      hears(far.pcm(), RATE, 600, 500);
      const channels = await context.asterisk.ari.request("GET", "/channels");
      assert.equal(channels.length, 2, "one stream serves them all");
      await fork.stop();
      await recording.stop();
      hears(fs.readFileSync(path.join(folder, "caller.wav")).subarray(44), RATE, 600, 500);
      await endpoint.destroy();
      await assert.rejects(endpoint.play(sound.silence(20, RATE)), { code: "ERR_CHANNEL_GONE" });
    });

    test("plays over the stream there is, and over one anew when that is over", async (context) => {
      const { phone, endpoint } = await connected(context);
      const stream = await endpoint.stream({ sampleRate: 16_000 });
      const channels = () => context.asterisk.ari.request("GET", "/channels");
      assert.equal((await channels()).length, 2);
      await endpoint.play(sound.tone(440, 100, 16_000), { format: { sampleRate: 16_000 } });
      assert.equal((await channels()).length, 2);
      stream.hangup();
      await until(async () => (await channels()).length === 1, "the stream is gone");
      phone.forget();
      await endpoint.play(sound.tone(440, 300, RATE), { format: { sampleRate: RATE } });
      await until(() => sound.speechSpan(phone.pcm, RATE)?.ms > 250, "the phone has heard");
      await endpoint.destroy();
    });

    test("is there for an endpoint that has no audio yet", async (context) => {
      const ms = await connectMrf(context);
      const endpoint = await ms.createEndpoint();
      const ear = new Ear(await endpoint.stream());
      await endpoint.destroy();
      await ear.ended();
      await leaves(context.asterisk);
    });

    test("goes with the media server, of many endpoints, and leaves nothing", async (context) => {
      const ms = await connectMrf(context);
      const endpoints = await Promise.all(Array.from({ length: 20 }, () => ms.createEndpoint()));
      const streams = await Promise.all(
        endpoints.map((endpoint, i) => endpoint.stream({ transport: i % 2 ? "websocket" : "audiosocket" }))
      );
      const ears = streams.map((stream) => new Ear(stream));
      await ms.disconnect();
      await Promise.all(ears.map((ear) => ear.ended()));
      await leaves(context.asterisk);
      assert.deepEqual(await audioApplications(context.asterisk), []);
      await assert.rejects(endpoints[0].stream(), { code: "ERR_CHANNEL_GONE" });
      await assert.rejects(ms.stream("any"), { code: "ERR_MRF_DISCONNECTED" });
    });

    test("is told of wrong options", async (context) => {
      const ms = await connectMrf(context);
      const wrong = { code: "ERR_OUT_OF_RANGE" };
      await assert.rejects(ms.stream("any", { sampleRate: 11_025 }), wrong);
      await assert.rejects(ms.stream("any", { direction: "up" }), wrong);
      await assert.rejects(ms.stream("any", { transport: "rtp" }), wrong);
      await assert.rejects(ms.stream("any", { timeout: 0 }), wrong);
      await assert.rejects(ms.stream("any", { signal: 1 }), { code: "ERR_INVALID_ARG_TYPE" });
      await assert.rejects(ms.stream(), { code: "ERR_INVALID_ARG_TYPE" });
      await assert.rejects(connectMrf(context, { port: -1 }), wrong);
    });
  },
  { sip: true }
);

asteriskSuite("a media server without SIP", (test) => {
  test("gives the live audio of any channel", async ({ asterisk, t }) => {
    const ms = await connectMrf({ asterisk, t });
    const call = await asterisk.callIntoStasis({ far: asterisk.duplexSteps("any", sound.tone(600, 3000, RATE)) });
    const ear = new Ear(await ms.stream(call.nearId));
    ear.res.write(sound.tone(440, 500, RATE));
    await ear.heard(1000);
    await call.ended();
    await ear.ended();
    assert.ok(Math.abs(sound.frequency(ear.pcm, RATE) - 600) < NEAR_HZ);
    assert.ok(Math.abs(sound.frequency(asterisk.readRecording("any"), RATE) - 440) < NEAR_HZ);
  });
});

/** A media server whose Srf is the tests' own, where Asterisk speaks SIP. */
async function connectMrf({ asterisk, t }, audio) {
  const srf = asterisk.sipPort && (await TestSrf.start(t));
  const { port, user, password } = asterisk.access;
  const ms = await new Mrf(srf).connect({
    ari: { address: "127.0.0.1", port, username: user, password },
    sip: { port: asterisk.sipPort ?? 5060 },
    ...(audio && { audio })
  });
  t.after(() => ms.disconnect());
  return ms;
}

/** A phone that is up, and its endpoint. */
async function connected(context) {
  const phone = await RtpPhone.start(context.t);
  const ms = await connectMrf(context);
  const endpoint = await ms.createEndpoint({ remoteSdp: phone.sdp });
  phone.call(endpoint.local.sdp);
  return { phone, endpoint };
}

/** Sound that is one tone, for so long. */
function hears(pcm, rate, hz, ms) {
  const heard = sound.frequency(pcm, rate);
  const span = sound.speechSpan(pcm, rate);
  assert.ok(Math.abs(heard - hz) < NEAR_HZ, `${heard} Hz, not ${hz}`);
  assert.ok(Math.abs(span.ms - ms) < 50, `${span.ms} ms, not ${ms}`);
}

/** A WebSocket server that keeps what it is sent. */
async function farEnd(t) {
  const server = new WebSocket.Server({ port: 0, host: "127.0.0.1" });
  const chunks = [];
  server.on("connection", (socket) =>
    socket.on("message", (data, isBinary) => isBinary && chunks.push(data))
  );
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(() => {
    server.clients.forEach((client) => client.terminate());
    server.close();
  });
  return { url: `ws://127.0.0.1:${server.address().port}/`, pcm: () => Buffer.concat(chunks) };
}
