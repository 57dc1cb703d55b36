"use strict";

const assert = require("node:assert/strict");
const { getEventListeners, once } = require("node:events");
const { test } = require("node:test");
const { AudioSocket, AudioStream } = require("..");
const { REF, frame, noise, openRaw, openServer, sameAudio, soon } = require("./support/call.js");

const FRAME = 320;
const HANGUP = frame(0x00);
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Both ends of a call: `{client, req, res, server}`. */
async function openBoth(t, options) {
  const server = await openServer(t);
  const came = new Promise((resolve) => {
    server.onConnection((req, res) => resolve({ req, res }));
  });
  const { port } = server.address();
  const client = await soon(AudioSocket.connect({ port, ...options }), "the client");
  t.after(() => client.hangup());
  return { client, server, ...(await soon(came, "the call")) };
}

/** Collects so many events' arguments. */
async function collect(emitter, event, count) {
  const seen = [];
  const enough = new Promise((resolve) => {
    emitter.on(event, (value) => seen.push(value) >= count && resolve());
  });
  await soon(enough, `${count} times ${event}`);
  return seen;
}

/** Both ends have ended; gives how often each did a little later. */
async function endsOf(...streams) {
  const counts = streams.map(() => 0);
  streams.forEach((stream, index) => {
    stream.on("end", () => {
      counts[index] += 1;
    });
  });
  await soon(Promise.all(streams.map((stream) => once(stream, "end"))), "both ends");
  await new Promise(setImmediate);
  return counts;
}

test("the client says its UUID first, sends as Asterisk does and closes without a frame", async (t) => {
  const { port, peers } = await openRaw(t);
  const client = await soon(AudioSocket.connect({ port, ref: REF }), "the client");
  assert.ok(client instanceof AudioStream);
  const [peer] = await peers(1);
  client.dtmf("1");
  client.write(noise(FRAME));
  await peer.hear(FRAME);
  client.hangup();
  await peer.closed();
  const id = Buffer.from(REF.replaceAll("-", ""), "hex");
  assert.deepEqual(
    peer.frames.map(({ kind, payload }) => frame(kind, payload)),
    [frame(0x01, id), frame(0x03, Buffer.from("1")), frame(0x10, noise(FRAME))]
  );
});

test("the server gets the ref that was given, in canonical form", async (t) => {
  const { req } = await openBoth(t, { ref: REF.toUpperCase() });
  assert.equal(req.ref, REF);
});

test("a call without a ref has a random one", async (t) => {
  const one = await openBoth(t);
  const other = await openBoth(t);
  assert.match(one.req.ref, UUID_V4);
  assert.match(other.req.ref, UUID_V4);
  assert.notEqual(one.req.ref, other.req.ref);
});

test("a host may be a name", async (t) => {
  const { req } = await openBoth(t, { host: "localhost", ref: REF });
  assert.equal(req.ref, REF);
});

test("audio goes both ways at once", async (t) => {
  const { client, res } = await openBoth(t);
  const [there, back] = [noise(10 * FRAME, 1), noise(10 * FRAME, 2)];
  const heard = Promise.all([collect(res, "data", 10), collect(client, "data", 10)]);
  client.write(there);
  res.write(back);
  const [byServer, byClient] = await heard;
  sameAudio(Buffer.concat(byServer), there);
  sameAudio(Buffer.concat(byClient), back);
});

test("the client's rate is the server's rate", async (t) => {
  const { client, res } = await openBoth(t, { sampleRate: 16000 });
  assert.equal(client.sampleRate, 16000);
  const heard = collect(res, "data", 1);
  client.write(noise(640));
  assert.deepEqual(await heard, [noise(640)]);
  assert.equal(res.sampleRate, 16000);
});

test("keys arrive one by one and in order, ahead of audio that waits", async (t) => {
  const { client, res } = await openBoth(t);
  const keys = collect(res, "dtmf", 16);
  client.write(noise(100 * FRAME));
  client.dtmf("12#");
  client.dtmf("*4567890ABCD3");
  assert.equal((await keys).join(""), "12#*4567890ABCD3");
});

test("what is no key is refused and sends nothing", async (t) => {
  const { client, res } = await openBoth(t);
  for (const wrong of ["", "E", "1 2", "12x", "٣"]) {
    assert.throws(() => client.dtmf(wrong), { name: "RangeError", code: "ERR_OUT_OF_RANGE" });
  }
  for (const wrong of [undefined, null, 7, ["1"]]) {
    assert.throws(() => client.dtmf(wrong), { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" });
  }
  const keys = collect(res, "dtmf", 1);
  client.dtmf("7");
  assert.deepEqual(await keys, ["7"]);
});

test("a hang-up of the client ends both sides once", async (t) => {
  const { client, res } = await openBoth(t);
  const ends = endsOf(client, res);
  client.hangup();
  assert.deepEqual(await ends, [1, 1]);
});

test("a hang-up of the server ends both sides once", async (t) => {
  const { client, res } = await openBoth(t);
  const ends = endsOf(client, res);
  res.hangup();
  assert.deepEqual(await ends, [1, 1]);
  assert.equal(client.write(noise(FRAME)), false);
});

test("a client that drains is heard to its end", async (t) => {
  const { client, res } = await openBoth(t);
  const heard = collect(res, "data", 10);
  const ended = once(res, "end");
  client.write(noise(10 * FRAME));
  client.hangup({ drain: true });
  sameAudio(Buffer.concat(await heard), noise(10 * FRAME));
  await soon(ended, "the end");
});

test("audio and end of a server that hangs up at once reach listeners that come later", async (t) => {
  const { port } = await openRaw(t, ({ socket }) => {
    socket.end(Buffer.concat([frame(0x10, noise(FRAME, 1)), frame(0x10, noise(FRAME, 2)), HANGUP]));
  });
  const client = await soon(AudioSocket.connect({ port }), "the client");
  for (let turn = 0; turn < 50; turn += 1) {
    await new Promise(setImmediate);
  }
  const heard = [];
  client.on("data", (pcm) => heard.push(pcm));
  await soon(once(client, "end"), "the end");
  assert.deepEqual(heard, [noise(FRAME, 1), noise(FRAME, 2)]);
});

test("a server that closes at once gives its end to a listener that comes later", async (t) => {
  const { port } = await openRaw(t, ({ socket }) => socket.end());
  const client = await soon(AudioSocket.connect({ port }), "the client");
  for (let turn = 0; turn < 50; turn += 1) {
    await new Promise(setImmediate);
  }
  await soon(once(client, "end"), "the end");
});

test("a signal is let go of once the call is up, and no longer ends it", async (t) => {
  const controller = new AbortController();
  const { client, res } = await openBoth(t, { signal: controller.signal });
  assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  controller.abort();
  const heard = collect(res, "data", 1);
  client.write(noise(FRAME));
  assert.deepEqual(await heard, [noise(FRAME)]);
});
