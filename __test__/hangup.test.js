"use strict";

const assert = require("node:assert/strict");
const { once } = require("node:events");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { Readable } = require("node:stream");
const { after, test } = require("node:test");
const { frame, hears, lasted, noise, openCall, openServer, placeCall, sameAudio, soon } = require("./support/call.js");

const FRAME = 320;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "hangup-"));
after(() => fs.rmSync(folder, { recursive: true }));

/** Counts the ends of a call. */
function endsOf(res) {
  const ends = { count: 0 };
  res.on("end", () => {
    ends.count += 1;
  });
  return ends;
}

/** The call's last frame is the one hang-up, and the connection is closed after it. */
async function isHungUpOnce(peer) {
  await peer.closed();
  assert.equal(peer.hangups().length, 1);
  assert.equal(peer.frames.at(-1).kind, 0x00);
  assert.equal(peer.frames.at(-1).payload.length, 0);
}

/** So that what happens in a row differs in more than whole milliseconds. */
async function passPartOfMillisecond() {
  const until = performance.now() + Math.random();
  while (performance.now() < until) {
    await new Promise(setImmediate);
  }
}

test("hangup drops what has not left, says 00 00 00 once and closes", async (t) => {
  const { peer, res } = await openCall(t);
  const ends = endsOf(res);
  const ended = once(res, "end");
  const pcm = noise(50 * FRAME);
  res.write(pcm);
  await peer.hear(5 * FRAME);
  res.hangup();
  await isHungUpOnce(peer);
  await soon(ended, "the end");
  const heard = peer.heard();
  assert.ok(heard.length < 30 * FRAME, `${heard.length} bytes had left`);
  sameAudio(heard, pcm.subarray(0, heard.length));
  assert.equal(ends.count, 1);
});

test("hangup drops a play", async (t) => {
  const { peer, res } = await openCall(t);
  const playing = res.playStream(Readable.from([noise(100 * FRAME)]));
  await peer.hear(2 * FRAME);
  res.hangup();
  await isHungUpOnce(peer);
  assert.equal((await soon(playing, "the play")).completed, false);
  assert.ok(peer.heard().length < 50 * FRAME);
});

test("a call may be hung up before anything was said on it", async (t) => {
  const { peer, res } = await openCall(t);
  res.hangup();
  await isHungUpOnce(peer);
  assert.equal(peer.frames.length, 1);
});

test("hangup comes to its end where the peer does not close", async (t) => {
  const { peer, res } = await openCall(t);
  peer.socket.allowHalfOpen = true;
  const ended = once(res, "end");
  res.hangup();
  await soon(ended, "the end");
  await peer.until(() => peer.hangups().length === 1, "the hang-up");
});

test("hangup with drain lets everything written sound first", async (t) => {
  const { peer, res } = await openCall(t);
  const ends = endsOf(res);
  const ended = once(res, "end");
  const pcm = noise(20 * FRAME + 100);
  const start = performance.now();
  res.write(pcm);
  res.hangup({ drain: true });
  await isHungUpOnce(peer);
  await soon(ended, "the end");
  sameAudio(peer.heard(), pcm);
  const took = peer.hangups()[0].at - start;
  assert.ok(took >= 0.9 * 406 && took <= 2000, `406 ms of audio took ${took} ms`);
  assert.equal(ends.count, 1);
});

test("hangup with drain lets a file and a stream play to their end", async (t) => {
  const pcm = noise(15 * FRAME);
  const file = path.join(folder, "sound.sln");
  fs.writeFileSync(file, pcm);
  for (const play of [(res) => res.play(file), (res) => res.playStream(Readable.from([pcm]))]) {
    const call = await openCall(t);
    const { peer, res } = call;
    const playing = play(res);
    res.hangup({ drain: true });
    const result = await soon(playing, "the play");
    assert.equal(result.completed, true);
    await isHungUpOnce(peer);
    assert.equal(lasted(res, result), 300);
    await hears(call, pcm);
  }
});

test("hangup with drain and nothing to say hangs up", async (t) => {
  const { peer, res } = await openCall(t);
  res.hangup({ drain: true });
  await isHungUpOnce(peer);
  assert.equal(peer.frames.length, 1);
});

test("hanging up twice, and after the end, is harmless", async (t) => {
  const { peer, res } = await openCall(t);
  const ends = endsOf(res);
  const ended = once(res, "end");
  res.hangup();
  res.hangup();
  res.hangup({ drain: true });
  await isHungUpOnce(peer);
  await soon(ended, "the end");
  res.hangup();
  res.hangup({ drain: true });
  await new Promise(setImmediate);
  assert.equal(ends.count, 1);
});

test("hangup cuts short a hangup that drains", async (t) => {
  const { peer, res } = await openCall(t);
  res.write(noise(100 * FRAME));
  res.hangup({ drain: true });
  await peer.hear(5 * FRAME);
  res.hangup();
  await isHungUpOnce(peer);
  assert.ok(peer.heard().length < 50 * FRAME);
});

test("the peer may hang up while a call drains", async (t) => {
  const { peer, res } = await openCall(t);
  const ends = endsOf(res);
  const ended = once(res, "end");
  res.write(noise(100 * FRAME));
  res.hangup({ drain: true });
  await peer.hear(5 * FRAME);
  peer.end();
  await soon(ended, "the end");
  assert.equal(ends.count, 1);
});

for (const options of [undefined, { drain: true }]) {
  const how = options ? "hangup with drain" : "hangup";
  test(`after ${how} nothing more is taken`, async (t) => {
    const { peer, res } = await openCall(t);
    const pcm = noise(3 * FRAME);
    res.write(pcm);
    res.hangup(options);
    assert.equal(res.write(noise(FRAME, 2)), false);
    assert.equal(res.write(noise(200_000, 2)), false);
    const playing = res.playStream(Readable.from([noise(FRAME, 3)]));
    assert.deepEqual(await soon(playing, "the play"), { completed: false, playedMs: 0 });
    res.stop();
    await isHungUpOnce(peer);
    const heard = peer.heard();
    sameAudio(heard, pcm.subarray(0, heard.length));
    assert.ok(options === undefined || heard.length === pcm.length);
  });
}

test("the end of no call is missed by a handler that waits for it alone", async (t) => {
  const server = await openServer(t);
  let waiting = 0;
  const all = new Promise((resolve) => {
    server.onConnection(async (req, res) => {
      waiting += 1;
      await once(res, "end");
      waiting -= 1;
      if (waiting === 0) {
        resolve();
      }
    });
  });
  const peers = [];
  while (peers.length < 100) {
    peers.push(await placeCall(t, server));
    await passPartOfMillisecond();
  }
  for (const peer of peers) {
    peer.end();
    await passPartOfMillisecond();
  }
  await soon(all, "the end of all calls").catch((error) => {
    assert.fail(`${waiting} of 100 calls have no end (${error.message})`);
  });
});

test("what the peer says after hangup is no longer waited for", async (t) => {
  const { peer, res } = await openCall(t);
  const order = [];
  res.on("data", () => order.push("data"));
  const ended = once(res, "end");
  res.on("end", () => order.push("end"));
  peer.send(frame(0x10, noise(FRAME)));
  await soon(once(res, "data"), "the audio");
  res.hangup();
  await isHungUpOnce(peer);
  await soon(ended, "the end");
  assert.equal(order.at(-1), "end");
  assert.equal(order.filter((event) => event === "end").length, 1);
});
