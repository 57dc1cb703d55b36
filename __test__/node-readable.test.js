"use strict";

/** A call that is read as a Node Readable, or in a loop. */

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { PassThrough, Readable, Writable } = require("node:stream");
const { pipeline } = require("node:stream/promises");
const { describe, test } = require("node:test");
const { setImmediate: turn } = require("node:timers/promises");
const { dtmf, error, hangup, tone } = require("./support/peer.js");
const { frame, noise, openCall, sameAudio, soon } = require("./support/call.js");
const { eventually, once } = require("./support/wait.js");

const FRAME = 320;
const SECOND = 50 * FRAME;

/** The caller says it, 20 ms a frame. */
function say(peer, pcm) {
  for (let at = 0; at < pcm.length; at += FRAME) {
    peer.send(frame(0x10, pcm.subarray(at, at + FRAME)));
  }
}

/** JavaScript has been given all that the caller said before. */
async function caughtUp({ peer, res }) {
  const key = once(res, "dtmf");
  peer.send(dtmf("1"));
  await key;
}

/** All that is read until the stream ends. */
async function wholeOf(readable) {
  return Buffer.concat(await soon(Array.fromAsync?.(readable) ?? gathered(readable), "the end"));
}

async function gathered(readable) {
  const chunks = [];
  for await (const chunk of readable) {
    chunks.push(chunk);
  }
  return chunks;
}

test("what was held comes first, then the rest, and the readable ends with the call", async (t) => {
  const { peer, res } = await openCall(t);
  const pcm = noise(20 * FRAME);
  say(peer, pcm.subarray(0, 10 * FRAME));
  await eventually(() => res.stats().framesIn === 10);
  const { readable } = res;
  const first = once(readable, "data");
  const whole = [];
  readable.on("data", (chunk) => whole.push(chunk));
  await first;
  say(peer, pcm.subarray(10 * FRAME));
  peer.send(hangup()).end();
  await once(readable, "close");
  sameAudio(Buffer.concat(whole), pcm);
  assert.ok(whole.every(({ length }) => length === FRAME));
  assert.ok(readable.readableEnded);
});

test("to have the readable is not to listen, and to read is", async (t) => {
  const { res } = await openCall(t);
  const { readable, duplex } = res;
  duplex.write(noise(FRAME));
  assert.equal(res.listenerCount("data"), 0);
  readable.resume();
  await eventually(() => res.listenerCount("data") === 1);
  readable.destroy();
  assert.equal(res.listenerCount("data"), 0);
});

test("a caller is written to a file by a pipeline", async (t) => {
  const { peer, res } = await openCall(t);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "readable-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, "caller.sln");
  const written = pipeline(res.readable, new PassThrough(), fs.createWriteStream(file));
  const pcm = noise(40 * FRAME);
  say(peer, pcm);
  peer.send(hangup()).end();
  await soon(written, "the file");
  sameAudio(fs.readFileSync(file), pcm);
});

test("so many bytes as are asked for are read at once", async (t) => {
  const { peer, res } = await openCall(t);
  const pcm = noise(6 * FRAME);
  say(peer, pcm);
  const { readable } = res;
  const pieces = [];
  while (pieces.length < 3) {
    const piece = readable.read(2 * FRAME);
    if (piece === null) {
      // Not for `readable`: Node tells it at once where less waits than was asked for, so that nothing else gets a turn.
      await turn();
    } else {
      pieces.push(piece);
    }
  }
  assert.deepEqual(pieces.map(({ length }) => length), [2 * FRAME, 2 * FRAME, 2 * FRAME]);
  sameAudio(Buffer.concat(pieces), pcm);
});

test("a slow reader loses the oldest beyond inboundLimit, which is counted, and no one else does", async (t) => {
  const call = await openCall(t, { inboundLimit: 1 });
  const { peer, res } = call;
  const frames = 200;
  const all = [];
  let release;
  const slow = new Writable({
    highWaterMark: 1,
    write(chunk, encoding, done) {
      all.push(chunk);
      release = done;
    }
  });
  const reading = pipeline(res.readable, slow);
  const heard = [];
  res.on("data", (pcm) => heard.push(pcm));
  const said = Array.from({ length: frames }, (_, index) => tone(index + 1));
  // JavaScript keeps up, so that the core drops nothing.
  for (let at = 0; at < frames; at += 25) {
    say(peer, Buffer.concat(said.slice(at, at + 25)));
    await eventually(() => heard.length === at + 25);
  }
  await caughtUp(call);

  const { droppedFramesIn, droppedBytesIn } = res.stats();
  const kept = frames - droppedFramesIn;
  assert.ok(kept >= 50 && kept <= 55, `${kept} frames were kept`);
  assert.equal(droppedBytesIn, droppedFramesIn * FRAME);

  peer.send(hangup()).end();
  const release1 = () => {
    const done = release;
    release = undefined;
    done?.();
  };
  await eventually(() => release1() || slow.writableFinished);
  await soon(reading, "the reader");
  assert.equal(all.length, kept);
  sameAudio(Buffer.concat(all.slice(-50)), Buffer.concat(said.slice(-50)));
  assert.equal(res.stats().droppedFramesIn, droppedFramesIn, "nothing was lost after that");
});

test("what waits for the reader can be read after the call's end", async (t) => {
  const { peer, res } = await openCall(t);
  const { readable } = res;
  const pcm = noise(10 * FRAME);
  say(peer, pcm);
  await once(readable, "readable");
  const over = once(res, "end");
  peer.send(hangup()).end();
  await over;
  assert.equal(readable.readableEnded, false);
  sameAudio(await wholeOf(readable), pcm);
});

test("a pipeline that is aborted lets go of the caller, and the call goes on", async (t) => {
  const { peer, res } = await openCall(t);
  const controller = new AbortController();
  const sink = new PassThrough();
  const { readable } = res;
  const reading = pipeline(readable, sink, { signal: controller.signal });
  const aborted = assert.rejects(reading, { name: "AbortError" });
  const first = once(sink, "data");
  say(peer, noise(FRAME));
  await first;
  controller.abort();
  await soon(aborted, "the abort");
  assert.ok(readable.destroyed);
  assert.equal(res.listenerCount("data"), 0);
  const again = once(res.readable, "data");
  say(peer, noise(FRAME, 2));
  sameAudio((await again)[0], noise(FRAME, 2));
});

test("a destination that fails lets go of the caller, too", async (t) => {
  const { peer, res } = await openCall(t);
  const failure = new Error("disk full");
  const broken = new Writable({ write: (chunk, encoding, done) => done(failure) });
  const reading = assert.rejects(pipeline(res.readable, broken), failure);
  say(peer, noise(FRAME));
  await soon(reading, "the failure");
  assert.equal(res.listenerCount("data"), 0);
  assert.equal(res.write(noise(FRAME)), true);
});

describe("a loop over a call", () => {
  test("gets the frames as they were said, from those that were held on, and ends with the call", async (t) => {
    const { peer, res } = await openCall(t);
    const pcm = noise(30 * FRAME);
    say(peer, pcm);
    peer.send(hangup()).end();
    const heard = await soon(gathered(res), "the end");
    assert.ok(heard.every(({ length }) => length === FRAME));
    sameAudio(Buffer.concat(heard), pcm);
    assert.deepEqual(await soon(gathered(res), "the end"), [], "and another ends at once");
  });

  test("is left without harm, and may be entered again", async (t) => {
    const { peer, res } = await openCall(t);
    for (const seed of [1, 2]) {
      say(peer, noise(FRAME, seed));
      for await (const pcm of res) {
        sameAudio(pcm, noise(FRAME, seed));
        break;
      }
      assert.equal(res.listenerCount("data"), 0);
    }
    await assert.rejects(async () => {
      say(peer, noise(FRAME));
      for await (const pcm of res) {
        throw new Error(`${pcm.length} bytes`);
      }
    }, { message: `${FRAME} bytes` });
    assert.equal(res.listenerCount("data"), 0);
    res.write(noise(FRAME));
    await peer.hear(FRAME);
  });

  test("throws the call's error", async (t) => {
    const { server, peer, res } = await openCall(t);
    const looping = assert.rejects(gathered(res), { code: "ERR_AUDIOSOCKET", errorCode: 4 });
    const over = once(res, "end");
    peer.send(error(4));
    await soon(looping, "the error");
    await over;
    assert.equal(server.metrics().unhandledErrors, 0);
  });

  test("hears everything, whoever else does", async (t) => {
    const { peer, res } = await openCall(t);
    const pcm = noise(10 * FRAME);
    const loops = [gathered(res), gathered(res), gathered(res.readable)];
    say(peer, pcm);
    peer.send(hangup()).end();
    for (const heard of await soon(Promise.all(loops), "the end")) {
      sameAudio(Buffer.concat(heard), pcm);
    }
  });
});

describe("as a web stream", () => {
  test("a caller is read, and cancelling goes on with the call", async (t) => {
    const { peer, res } = await openCall(t);
    const { readable } = res;
    const reader = Readable.toWeb(readable).getReader();
    say(peer, noise(FRAME));
    const { value } = await soon(reader.read(), "the audio");
    sameAudio(Buffer.from(value), noise(FRAME));
    await soon(reader.cancel(), "the cancel");
    await eventually(() => readable.destroyed);
    assert.equal(res.listenerCount("data"), 0);
    res.write(noise(FRAME));
    await peer.hear(FRAME);
  });

  test("a caller is piped to the end", async (t) => {
    const { peer, res } = await openCall(t);
    const heard = [];
    const sink = new WritableStream({ write: (chunk) => void heard.push(chunk) });
    const piped = Readable.toWeb(res.readable).pipeTo(sink);
    say(peer, noise(10 * FRAME));
    peer.send(hangup()).end();
    await soon(piped, "the end");
    sameAudio(Buffer.concat(heard), noise(10 * FRAME));
  });

  test("a reader that does not read leaves a second of audio, and the rest is counted", async (t) => {
    const call = await openCall(t, { inboundLimit: 1 });
    const { peer, res } = call;
    const reader = Readable.toWeb(res.readable).getReader();
    await eventually(() => res.listenerCount("data") === 1);
    for (let second = 0; second < 4; second += 1) {
      say(peer, noise(SECOND));
      await caughtUp(call);
    }
    const { framesIn, droppedFramesIn } = res.stats();
    assert.ok(framesIn - droppedFramesIn <= 55, `${framesIn - droppedFramesIn} frames are kept`);
    await reader.cancel();
  });
});
