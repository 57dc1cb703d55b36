"use strict";

/** Streams of channels that come to nothing, and what is left of streams: nothing. */

const assert = require("node:assert/strict");
const { once } = require("node:events");
const net = require("node:net");
const { setTimeout } = require("node:timers/promises");
const { audioApplications, earOn, leaves, openAudio } = require("../support/asterisk-audio");
const { asteriskSuite } = require("../support/asterisk-suite");
const { until, within } = require("../support/asterisk-wait");
const sound = require("../../examples/sound.js");

const CALLER = "Local/";
const MANY = 50;
const RATE = 8000;

asteriskSuite("a stream that comes to nothing", (test) => {
  for (const transport of ["audiosocket", "websocket"]) {
    test(`for its channel is hung up meanwhile leaves nothing over ${transport}`, async ({ asterisk, t }) => {
      const audio = await openAudio({ asterisk, t }, { transport });
      const outcomes = { up: 0, gone: 0 };
      for (let delay = 0; delay < 24; delay += 1) {
        const call = await asterisk.callIntoStasis({ far: ["Wait(30)"] });
        const opening = within(earOn(audio, call.nearId), "the stream is up or not");
        const hangup = setTimeout(delay / 2).then(() => call.hangup());
        try {
          await (await opening).ended();
          outcomes.up += 1;
        } catch (error) {
          assert.equal(error.code, "ERR_CHANNEL_GONE", error.stack);
          outcomes.gone += 1;
        }
        await hangup;
      }
      t.diagnostic(JSON.stringify(outcomes));
      assert.ok(outcomes.gone > 0);
      await leaves(asterisk);
    });
  }

  test("for there is no such channel says so", async ({ asterisk, t }) => {
    const audio = await openAudio({ asterisk, t });
    await assert.rejects(audio.stream("nobody"), { code: "ERR_CHANNEL_GONE" });
    await leaves(asterisk);
  });

  test("for Asterisk cannot reach us says so", async ({ asterisk, t }) => {
    const audio = await openAudio({ asterisk, t }, { host: "127.0.0.2", bind: "127.0.0.1" });
    const call = await asterisk.callIntoStasis({ far: ["Wait(30)"] });
    await assert.rejects(audio.stream(call.nearId), { code: "ERR_MEDIA_FAILED", message: /127\.0\.0\.2:\d+/ });
    await leaves(asterisk, CALLER);
    const ear = await earOn(audio, call.nearId, { transport: "websocket" });
    await call.hangup();
    await ear.ended();
  });

  test("for somebody else answers is given up in time", async ({ asterisk, t }) => {
    const { port, sockets } = await someoneElse(t);
    const audio = await openAudio({ asterisk, t }, { host: "127.0.0.2", bind: "127.0.0.1", port });
    const call = await asterisk.callIntoStasis({ far: ["Wait(30)"] });
    const start = performance.now();
    await assert.rejects(audio.stream(call.nearId, { timeout: 300 }), { code: "ERR_MEDIA_TIMEOUT" });
    assert.ok(performance.now() - start < 1000);
    assert.equal(sockets.length, 1);
    await leaves(asterisk, CALLER);
    await call.hangup();
  });

  test("for nobody wants it any more rejects with the signal's reason", async ({ asterisk, t }) => {
    const audio = await openAudio({ asterisk, t });
    const call = await asterisk.callIntoStasis({ far: ["Wait(30)"] });
    for (const transport of ["audiosocket", "websocket"]) {
      for (let delay = 0; delay < 10; delay += 1) {
        const controller = new AbortController();
        const opening = audio.stream(call.nearId, { transport, signal: controller.signal });
        opening.catch(() => {});
        await setTimeout(delay);
        controller.abort(new Error("mine"));
        const outcome = await within(opening, "it has settled").catch((error) => error);
        if (outcome instanceof Error) {
          assert.equal(outcome.message, "mine");
        } else {
          outcome.hangup();
        }
      }
    }
    await assert.rejects(audio.stream(call.nearId, { signal: AbortSignal.abort() }), { name: "AbortError" });
    await leaves(asterisk, CALLER);
    await call.hangup();
  });

  test("for the server's port is taken says so, and can be tried again", async ({ asterisk, t }) => {
    const { port, close } = await someoneElse(t, "127.0.0.1");
    const audio = await openAudio({ asterisk, t }, { port });
    const call = await asterisk.callIntoStasis({ far: ["Wait(30)"] });
    await assert.rejects(audio.stream(call.nearId), { code: "EADDRINUSE" });
    await close();
    const ear = await earOn(audio, call.nearId);
    await call.hangup();
    await ear.ended();
    await leaves(asterisk);
  });
});

asteriskSuite("streams that end", (test) => {
  test("leave neither channels nor bridges, fifty at once, made and destroyed", async ({ asterisk, t }) => {
    const audio = await openAudio({ asterisk, t });
    const tone = asterisk.writeSound("tone", sound.tone(600, 10_000, RATE));
    const calls = await Promise.all(
      Array.from({ length: MANY }, () => asterisk.callIntoStasis({ far: [`Playback(${tone})`, "Wait(30)"] }))
    );
    const start = performance.now();
    const ears = await Promise.all(
      calls.map((call, i) => earOn(audio, call.nearId, { transport: i % 2 ? "websocket" : "audiosocket" }))
    );
    t.diagnostic(`${MANY} streams in ${Math.round(performance.now() - start)} ms`);
    await Promise.all(ears.map((ear) => ear.heard(500)));
    ears.forEach((ear) => assert.ok(Math.abs(sound.frequency(ear.pcm, RATE) - 600) < 5));
    ears.slice(0, MANY / 2).forEach((ear) => ear.res.hangup());
    await Promise.all(calls.slice(MANY / 2).map((call) => call.hangup()));
    await Promise.all(ears.map((ear) => ear.ended()));
    await leaves(asterisk, CALLER);
    await Promise.all(calls.slice(0, MANY / 2).map((call) => call.hangup()));
    await leaves(asterisk);
    assert.deepEqual(ears.flatMap((ear) => ear.errors), []);
  }, 60_000);

  test("with all that gives them leave neither server nor application", async ({ asterisk, t }) => {
    const audio = await openAudio({ asterisk, t });
    const call = await asterisk.callIntoStasis({ far: ["Wait(30)"] });
    const ears = [
      await earOn(audio, call.nearId),
      await earOn(audio, call.nearId, { transport: "websocket" }),
      await earOn(audio, call.nearId, { direction: "in" })
    ];
    const channels = await asterisk.ari.request("GET", "/channels");
    const [, port] = channels.map(({ name }) => /AudioSocket\/127.0.0.1:(\d+)/.exec(name)).find((found) => found);
    assert.equal((await audioApplications(asterisk)).length, 1);
    const opening = audio.stream(call.nearId, { direction: "in" });
    opening.catch(() => {});
    await Promise.all([audio.close(), audio.close()]);
    await assert.rejects(opening, { code: "ERR_MRF_DISCONNECTED" });
    await assert.rejects(audio.stream(call.nearId), { code: "ERR_MRF_DISCONNECTED" });
    await Promise.all(ears.map((ear) => ear.ended()));
    await leaves(asterisk, CALLER);
    await until(async () => (await audioApplications(asterisk)).length === 0, "the application is gone");
    const [error] = await once(net.connect(port, "127.0.0.1"), "error");
    assert.equal(error.code, "ECONNREFUSED");
    await call.hangup();
  });

  test("with an Asterisk that crashes are over, and there are new ones when it is back", async ({ asterisk, t }) => {
    const audio = await openAudio({ asterisk, t });
    const call = await asterisk.callIntoStasis({ far: ["Wait(30)"] });
    const ears = [await earOn(audio, call.nearId), await earOn(audio, call.nearId, { transport: "websocket" })];
    await asterisk.crash();
    await Promise.all(ears.map((ear) => ear.ended()));
    await asterisk.restart();
    const again = await asterisk.callIntoStasis({ far: ["Wait(30)"] });
    const stream = () => audio.stream(again.nearId, { timeout: 1000 }).catch(() => null);
    const found = await until(stream, "there is a stream again", 15_000);
    found.hangup();
    await leaves(asterisk, CALLER);
    await again.hangup();
  }, 60_000);
});

/** A server that takes connections and says nothing. */
async function someoneElse(t, host = "127.0.0.2") {
  const sockets = [];
  const server = net.createServer((socket) => sockets.push(socket.on("error", () => {})));
  server.listen(0, host);
  await once(server, "listening");
  const close = () => {
    sockets.forEach((socket) => socket.destroy());
    return new Promise((resolve) => server.close(resolve));
  };
  t.after(close);
  return { port: server.address().port, sockets, close };
}
