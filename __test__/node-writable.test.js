"use strict";

/** A call that is spoken to as a Node Writable. */

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { Readable, Writable } = require("node:stream");
const { finished, pipeline } = require("node:stream/promises");
const { describe, test } = require("node:test");
const { noise, openCall, sameAudio, soon } = require("./support/call.js");
const { eventually, once } = require("./support/wait.js");

const FRAME = 320;
const SECOND = 50 * FRAME;

/** Frames that may leave ahead of real time, in milliseconds. */
const LEAD_MS = 60;

/** Pieces of all sizes, odd ones too. */
function* pieces(pcm) {
  for (let start = 0, length = 1; start < pcm.length; length = (length * 7 + 3) % 1501) {
    yield pcm.subarray(start, start + length + 1);
    start += length + 1;
  }
}

/** A source that goes on until it is destroyed. */
function endless() {
  return new Readable({
    read() {
      this.push(noise(10 * FRAME));
    }
  });
}

/** What the listeners of a call's own `events` are told. */
function heardOf(res, ...events) {
  const heard = [];
  events.forEach((event) => res.on(event, () => heard.push(event)));
  return heard;
}

test("a pipeline runs in real time and resolves when the last frame has left", async (t) => {
  const { peer, res } = await openCall(t);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "writable-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const pcm = noise(1.5 * SECOND);
  const file = path.join(folder, "sound.sln");
  fs.writeFileSync(file, pcm);
  const heard = heardOf(res, "mark", "drain");
  const { writable } = res;
  const start = performance.now();
  await soon(pipeline(fs.createReadStream(file, { highWaterMark: 999 }), writable), "the pipeline");
  const took = performance.now() - start;
  assert.equal(res.stats().bytesOut, pcm.length);
  assert.ok(took >= 1500 - LEAD_MS - 20, `1500 ms took ${took} ms`);
  sameAudio(await peer.hear(pcm.length), pcm);
  assert.ok(writable.writableFinished);
  assert.equal(writable.errored, null);
  assert.deepEqual(heard, [], "the call's own listeners are told of nothing");
});

test("one pipeline follows another, and the call goes on", async (t) => {
  const { peer, res } = await openCall(t);
  const sentences = [noise(10 * FRAME, 1), noise(300, 2), Buffer.alloc(0), noise(5 * FRAME, 3)];
  for (const sentence of sentences) {
    await soon(pipeline(Readable.from([sentence]), res.writable), "a sentence");
  }
  const all = Buffer.concat(sentences);
  sameAudio(await peer.hear(all.length), all);
  assert.equal(peer.hangups().length, 0);
});

test("chunks of any size are heard end to end, but for half a sample at the end", async (t) => {
  const { peer, res } = await openCall(t, { sampleRate: 48000 });
  const pcm = noise(60_001);
  await soon(pipeline(Readable.from(pieces(pcm)), res.writable), "the pipeline");
  sameAudio(await peer.hear(60_000), pcm.subarray(0, 60_000));
  const { writable } = res;
  writable.write(new Int16Array([1, 2]));
  writable.write(new DataView(new Int16Array([3, 4, 5]).buffer, 2));
  writable.write(new Float32Array([0.5]));
  writable.end(new Uint16Array([6]));
  await soon(finished(writable), "the end");
  const samples = Buffer.from(new Int16Array([1, 2, 4, 5, 16384, 6]).buffer);
  await peer.hear(60_000 + samples.length);
  sameAudio(peer.heard().subarray(60_000), samples);
});

test("no more than a second is ahead of what has left, however large the chunks", async (t) => {
  const { res } = await openCall(t, { highWaterMark: 60 });
  let given = 0;
  async function* speech() {
    while (given < 4 * SECOND) {
      given += 5 * FRAME;
      yield noise(5 * FRAME);
      const { bytesOut, queuedBytesOut } = res.stats();
      assert.ok(queuedBytesOut <= SECOND, `${queuedBytesOut} bytes are queued`);
      assert.ok(given - bytesOut <= SECOND + 4 * 5 * FRAME, `${given - bytesOut} bytes are ahead`);
    }
  }
  await soon(pipeline(speech, res.writable), "the pipeline", 10_000);
  const { writable } = res;
  assert.equal(writable.write(Buffer.alloc(200 * SECOND)), false);
  await eventually(() => res.stats().bytesOut > 4.5 * SECOND);
  assert.ok(res.stats().queuedBytesOut <= SECOND);
  writable.destroy();
});

test("little is ahead where highWaterMark or outboundLimit is small, and nothing is lost", async (t) => {
  for (const options of [{ highWaterMark: 0 }, { highWaterMark: 0.2 }, { outboundLimit: 0.1 }]) {
    const { peer, res } = await openCall(t, options);
    const pcm = noise(0.5 * SECOND);
    const speaking = pipeline(Readable.from([pcm]), res.writable);
    assert.ok(res.stats().queuedBytesOut <= SECOND / 5);
    await soon(speaking, "the pipeline");
    sameAudio(await peer.hear(pcm.length), pcm);
  }
  const { res } = await openCall(t, { outboundLimit: 0 });
  const speaking = pipeline(Readable.from([noise(SECOND)]), res.writable);
  await soon(assert.rejects(speaking, { code: "ERR_OUTBOUND_FULL" }), "the error");
});

test("another writer who leaves no room is waited for", async (t) => {
  const { peer, res } = await openCall(t, { outboundLimit: 1 });
  const said = [noise(FRAME, 1), noise(0.95 * SECOND, 2), noise(0.2 * SECOND, 3)];
  const { writable } = res;
  writable.write(said[0]);
  res.write(said[1]);
  writable.end(said[2]);
  await soon(finished(writable), "the end");
  sameAudio(await peer.hear(1.15 * SECOND + FRAME), Buffer.concat(said));
});

for (const [name, chunk] of [["text", "hello"], ["an object", {}], ["a number", 5], ["an ArrayBuffer", new ArrayBuffer(2)]]) {
  test(`${name} is no audio, and destroys the writable`, async (t) => {
    const { res } = await openCall(t);
    const wrong = { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" };
    const piping = pipeline(Readable.from([noise(2), chunk]), res.writable);
    await soon(assert.rejects(piping, wrong), "the error");
    for (const method of ["write", "end"]) {
      const { writable } = res;
      const closed = once(writable, "close");
      const failed = once(writable, "error");
      writable[method](chunk);
      assert.equal((await failed)[0].code, wrong.code);
      await closed;
    }
    const { writable } = res;
    writable.on("error", () => {});
    const told = new Promise((resolve) => writable.write(chunk, resolve));
    assert.equal((await soon(told, "the callback")).code, wrong.code);
    assert.equal(res.write(noise(FRAME)), true, "the call goes on");
  });
}

test("it finishes while music plays on, and when as many marks wait as may", async (t) => {
  const { res } = await openCall(t);
  res.write(noise(5 * FRAME));
  for (let count = 0; count < 1024; count += 1) {
    res.mark("behind five frames");
  }
  await soon(pipeline(Readable.from([noise(5 * FRAME)]), res.writable), "the pipeline");
  const music = res.playStream(endless());
  await soon(pipeline(Readable.from([noise(5 * FRAME)]), res.writable), "the pipeline");
  for (let count = 0; count < 1024; count += 1) {
    res.mark("behind the music");
  }
  res.stop();
  assert.equal((await soon(music, "the music")).completed, false);
});

test("half a sample of somebody else's does not keep it from finishing", async (t) => {
  const { res } = await openCall(t);
  res.write(Buffer.alloc(3));
  await soon(pipeline(Readable.from([noise(FRAME)]), res.writable), "the pipeline");
});

test("a pause holds it back, and loses nothing", async (t) => {
  const { peer, res } = await openCall(t);
  const pcm = noise(20 * FRAME);
  res.pause();
  const speaking = pipeline(Readable.from([pcm]), res.writable);
  const late = new Promise((resolve) => setTimeout(resolve, 100, "paused"));
  assert.equal(await Promise.race([speaking, late]), "paused");
  res.resume();
  await soon(speaking, "the pipeline");
  sameAudio(await peer.hear(pcm.length), pcm);
});

test("clear drops all that was written to it, and what comes after is heard", async (t) => {
  const { peer, res } = await openCall(t);
  const { writable } = res;
  const told = [];
  for (const seed of [1, 2, 3]) {
    writable.write(noise(5 * SECOND, seed), (failure) => told.push(failure ?? null));
  }
  await peer.hear(FRAME);
  res.clear();
  await eventually(() => told.length === 3);
  assert.deepEqual(told, [null, null, null]);
  const after = noise(2 * FRAME, 9);
  writable.end(after);
  await soon(finished(writable), "the end");
  await peer.until(() => peer.heard().includes(after), "what was written after");
  assert.ok(peer.heard().length < SECOND);
  const { writable: ending } = res;
  ending.end(noise(5 * SECOND));
  setImmediate(() => res.clear());
  await soon(finished(ending), "the end");
});

describe("as a web stream", () => {
  test("audio is piped in real time, and closing waits for the last frame", async (t) => {
    const { peer, res } = await openCall(t);
    const pcm = noise(30 * FRAME);
    const source = Readable.toWeb(Readable.from(pieces(pcm), { objectMode: false }));
    await soon(source.pipeTo(Writable.toWeb(res.writable)), "the pipe");
    assert.equal(res.stats().bytesOut, pcm.length);
    sameAudio(await peer.hear(pcm.length), pcm);
  });

  test("a source is not read further ahead than by a second", async (t) => {
    const { peer, res } = await openCall(t);
    let given = 0;
    const source = new ReadableStream({
      pull(controller) {
        given += 10 * FRAME;
        controller.enqueue(noise(10 * FRAME));
      }
    });
    const controller = new AbortController();
    const piped = source.pipeTo(Writable.toWeb(res.writable), { signal: controller.signal });
    const aborted = assert.rejects(piped, { name: "AbortError" });
    await peer.hear(30 * FRAME);
    const ahead = given - res.stats().bytesOut;
    assert.ok(ahead <= SECOND + 5 * 10 * FRAME, `${ahead} bytes are ahead`);
    controller.abort();
    await soon(aborted, "the abort");
    res.clear();
    assert.equal(res.write(noise(FRAME)), true, "the call goes on");
  });
});
