"use strict";

/** Asterisk's app_audiofork as the sender: 320 bytes at a time, no text, and it reads nothing. */

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { noise } = require("./support/call.js");
const { eventually } = require("./support/wait.js");
const { Opcode, dial, frame, raw, serve, tone } = require("./support/websocket.js");

test("a fork is a call at once: mono, 8 kHz, known by its URL", async (t) => {
  const { url, call } = serve(t, {});
  const sender = await dial(t, `${url}/in?ref=call-7`, ["echo"]);
  assert.equal(sender.socket.protocol, "echo");
  const { req, res, ear } = await call();
  assert.equal(req.transport, "websocket");
  assert.equal(req.dialect, "audiofork");
  assert.equal(req.url, "/in?ref=call-7");
  assert.equal(req.ref, "call-7");
  assert.equal(req.metadata, null);
  assert.deepEqual([res.sampleRate, res.channels], [8000, 1]);
  const pcm = noise(320 * 5);
  for (let at = 0; at < pcm.length; at += 320) {
    sender.send(pcm.subarray(at, at + 320));
  }
  assert.deepEqual(await ear.bytes(pcm.length), pcm);
  assert.ok(ear.of("data").every((frameOfIt) => frameOfIt.length === 320));
  sender.socket.close(1011);
  await ear.next("end");
  assert.deepEqual(ear.of("error"), []);
});

test("in, out and both of a call are told apart by their paths", async (t) => {
  const { url, call } = serve(t, { paths: { "/in/*": {}, "/out/*": {}, "/both": { dialect: "audiofork" } } });
  const seen = [];
  for (const path of ["/in/1", "/out/1", "/both"]) {
    await dial(t, url + path, ["echo"]);
    const { req } = await call();
    seen.push([req.url, req.dialect]);
  }
  assert.deepEqual(seen, [["/in/1", "audiofork"], ["/out/1", "audiofork"], ["/both", "audiofork"]]);
});

test("what a fork cannot do is said with a code, and what is harmless is not", async (t) => {
  const { url, call } = serve(t, { silence: "always" });
  const sender = await dial(t, url, ["echo"]);
  const { res, ear } = await call();
  assert.equal(res.capabilities.audio, false);
  assert.equal(res.capabilities.text, false);
  const refused = { code: "ERR_NOT_SUPPORTED" };
  assert.throws(() => res.write(tone(160)), refused);
  await assert.rejects(res.play(tone(160)), refused);
  await assert.rejects(res.playStream([tone(160)]), refused);
  assert.throws(() => res.send("text"), refused);
  assert.throws(() => res.answer(), refused);
  assert.throws(() => res.dtmf("1"), refused);
  assert.throws(() => res.split(), refused);
  res.clear();
  res.stop();
  res.mark("here");
  await ear.next("mark");
  sender.send(tone(160));
  await ear.bytes(320);
  assert.deepEqual(ear.of("warning"), []);
  assert.deepEqual(sender.messages, []);
});

test("a fork that answers no ping is never pinged, nor dropped for it", async (t) => {
  const { port, call } = serve(t, { ping: 0.05 });
  const peer = await raw(t, port, { headers: [["Sec-WebSocket-Protocol", "echo"]] });
  const { ear } = await call();
  await new Promise((resolve) => setTimeout(resolve, 400));
  peer.socket.write(frame(Opcode.BINARY, tone(160)));
  await ear.bytes(320);
  assert.equal(peer.bytes.length, 0);
  assert.deepEqual(ear.of("end"), []);
});

test("with stitch, a fork that comes again to its URL goes on with its call", async (t) => {
  const { server, url, call, drops } = serve(t, { stitch: 5 });
  const first = await dial(t, `${url}/c/1`, ["echo"]);
  const { ear } = await call();
  first.send(tone(160));
  await ear.bytes(320);
  first.socket.terminate();
  const second = await dial(t, `${url}/c/1`, ["echo"]);
  await ear.next("reconnect");
  second.send(tone(160));
  await ear.bytes(640);
  assert.deepEqual([server.metrics().calls, server.metrics().dropped, drops.length], [1, 0, 0]);
  second.socket.close(1011);
  await ear.next("end");
  assert.equal(ear.of("end").length, 1);
});

test("with stitch, a call that is not taken up in time ends, and one of another URL is its own", async (t) => {
  const { url, call } = serve(t, { stitch: 0.2 });
  const first = await dial(t, `${url}/c/1`, ["echo"]);
  const { ear } = await call();
  const begun = performance.now();
  first.socket.terminate();
  await dial(t, `${url}/c/2`, ["echo"]);
  const other = await call();
  assert.equal(other.req.url, "/c/2");
  await ear.next("end");
  assert.ok(performance.now() - begun >= 190);
  assert.deepEqual(ear.of("reconnect"), []);
});

test("with stitch, hanging up while the sender is away ends the call", async (t) => {
  const { url, call } = serve(t, { stitch: 60 });
  const sender = await dial(t, `${url}/c/1`, ["echo"]);
  const { res, ear } = await call();
  sender.socket.terminate();
  await new Promise((resolve) => setTimeout(resolve, 50));
  res.hangup();
  await ear.next("end");
});

test("with stitch, a sender that comes again before its old connection is known to be lost takes its call over", async (t) => {
  const { server, url, call } = serve(t, { stitch: 5 });
  const first = await dial(t, `${url}/c/1`, ["echo"]);
  const { ear } = await call();
  first.send(tone(160));
  await ear.bytes(320);
  // The first connection stays up and says nothing, as one does whose network is gone.
  await new Promise((resolve) => setTimeout(resolve, 1200));
  const second = await dial(t, `${url}/c/1`, ["echo"]);
  await ear.next("reconnect");
  second.send(tone(160));
  await ear.bytes(640);
  await eventually(() => server.connections === 1);
  assert.equal(server.metrics().calls, 1);
});
