"use strict";

/** What a server tells of all its calls, those that are over included. */

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { openFarEnd } = require("./support/far-end.js");
const { audio, call, dial, tone } = require("./support/peer.js");
const { answering, serve } = require("./support/serve.js");
const { eventually, once } = require("./support/wait.js");
const { placed } = require("../lib/connect.js");
const { AudioSocket } = require("..");

const FRAME_BYTES = 320;

/** A call that has heard `frames` frames and said one. */
async function carried({ place }, frames) {
  const { peer, res, ear } = await place();
  for (let sent = 0; sent < frames; sent += 1) {
    peer.send(audio(tone(1)));
  }
  peer.send(Buffer.from([0x42, 0, 1, 7]), Buffer.from([0x10, 0, 0]));
  await eventually(() => res.stats().framesIn === frames && res.stats().malformed === 1);
  const before = res.stats().framesOut;
  res.write(Buffer.alloc(FRAME_BYTES));
  await eventually(() => res.stats().framesOut > before);
  return { peer, res, ear };
}

test("what calls have carried stays when they are over, and what goes on is added", async (t) => {
  const answered = answering(t, { silence: "never" });
  const { server } = answered;
  const [first, second] = [await carried(answered, 3), await carried(answered, 5)];
  const during = server.metrics();
  assert.deepEqual([during.activeCalls, during.endedCalls, during.endedMs], [2, 0, 0]);
  assert.deepEqual(
    [during.audio.framesIn, during.audio.bytesIn, during.audio.framesOut],
    [8, 8 * FRAME_BYTES, 2]
  );
  assert.deepEqual([during.audio.unknownKinds, during.audio.malformed], [2, 2]);

  first.peer.end();
  await first.ear.ended();
  const between = server.metrics();
  assert.deepEqual(between.audio, during.audio);
  assert.deepEqual([between.activeCalls, between.endedCalls], [1, 1]);
  assert.ok(between.endedMs > 0 && between.endedMs < 60_000, `${between.endedMs} ms`);

  second.res.hangup();
  await second.ear.ended();
  await server.close();
  const after = server.metrics();
  assert.deepEqual([after.activeCalls, after.endedCalls, after.calls], [0, 2, 2]);
  assert.deepEqual(after.audio, during.audio);
  assert.ok(after.endedMs > between.endedMs);
});

test("bytes that wait to be sent are those of the calls that are not over", async (t) => {
  const answered = answering(t, { silence: "never" });
  const { res, ear } = await answered.place();
  res.pause();
  res.write(Buffer.alloc(10 * FRAME_BYTES));
  await eventually(() => answered.server.metrics().audio.queuedBytesOut === 10 * FRAME_BYTES);
  res.hangup();
  await ear.ended();
  assert.equal(answered.server.metrics().audio.queuedBytesOut, 0);
});

test("what a slow reader of a Node stream has lost is counted, after the call too", async (t) => {
  const server = serve(t, undefined, { inboundLimit: 0.1 });
  const streams = [];
  server.onConnection((req, res) => {
    streams.push(res);
    // It begins to read, and takes nothing.
    res.readable.read(0);
  });
  const peer = call(server.address().port);
  t.after(() => peer.destroy());
  await eventually(() => streams.length === 1);
  for (let sent = 0; sent < 50; sent += 1) {
    peer.send(audio(tone(1)));
  }
  await eventually(() => server.metrics().audio.droppedFramesIn > 0);
  const ended = once(streams[0], "end");
  peer.end();
  await ended;
  const { droppedFramesIn, droppedBytesIn } = server.metrics().audio;
  assert.equal(droppedFramesIn, streams[0].stats().droppedFramesIn);
  assert.equal(droppedBytesIn, droppedFramesIn * FRAME_BYTES);
});

test("connections that are dropped are counted by why", async (t) => {
  const server = serve(t, () => {}, { handshakeTimeout: 50 });
  const { port } = server.address();
  assert.deepEqual(server.metrics().droppedByCode, {});
  for (let round = 0; round < 2; round += 1) {
    const drop = once(server, "drop");
    dial(port).send(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
    await drop;
  }
  const drop = once(server, "drop");
  const silent = dial(port);
  t.after(() => silent.destroy());
  await drop;
  const { dropped, droppedByCode } = server.metrics();
  assert.deepEqual(droppedByCode, { ERR_FIRST_FRAME: 2, ERR_HANDSHAKE_TIMEOUT: 1 });
  assert.equal(dropped, 3);
  droppedByCode.ERR_FIRST_FRAME = 100;
  assert.equal(server.metrics().droppedByCode.ERR_FIRST_FRAME, 2, "what is given is a copy");
});

test("forks are counted, those that fail and those that are over too", async (t) => {
  const far = await openFarEnd(t);
  const answered = answering(t);
  const { peer, res, ear } = await answered.place();
  const fork = res.fork(far.url, { sides: "in" });
  const heard = await far.next();
  peer.send(audio(tone(1)), audio(tone(2)));
  await eventually(() => fork.stats().framesSent >= 1);
  const during = answered.server.metrics().forks;
  assert.deepEqual([during.active, during.started, during.failed], [1, 1, 0]);
  assert.equal(during.framesSent >= 1, true);

  const failing = res.fork("ws://127.0.0.1:1/", { reconnect: false }).on("error", () => {});
  await once(failing, "close");
  const stats = await fork.stop();
  assert.ok(heard);
  const after = answered.server.metrics().forks;
  assert.deepEqual([after.active, after.started, after.failed], [0, 2, 1]);
  assert.deepEqual([after.framesSent, after.bytesSent], [stats.framesSent, stats.bytesSent]);

  res.hangup();
  await ear.ended();
  const refused = res.fork(far.url).on("error", () => {});
  assert.equal(answered.server.metrics().forks.active, 1);
  await once(refused, "close");
  assert.deepEqual(answered.server.metrics().forks, { ...after, started: 3, failed: 2 });
});

test("calls that are placed are counted once they are up, and kept when they are over", async (t) => {
  const { port } = answering(t);
  const before = placed.read();
  await assert.rejects(AudioSocket.connect({ port: 1 }), { code: "ECONNREFUSED" });
  const stream = await AudioSocket.connect({ port });
  stream.write(Buffer.alloc(FRAME_BYTES));
  await eventually(() => placed.read().audio.framesOut === before.audio.framesOut + 1);
  assert.equal(placed.read().activeCalls, before.activeCalls + 1);
  const ended = once(stream, "end");
  stream.hangup();
  await ended;
  const after = placed.read();
  assert.deepEqual([after.activeCalls, after.endedCalls], [before.activeCalls, before.endedCalls + 1]);
  assert.equal(after.audio.framesOut, before.audio.framesOut + 1);
});
