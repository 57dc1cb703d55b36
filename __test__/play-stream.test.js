"use strict";

const assert = require("node:assert/strict");
const { once } = require("node:events");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { PassThrough, Readable } = require("node:stream");
const { test } = require("node:test");
const { hears, lasted, noise, openCall, soon } = require("./support/call.js");

const FRAME = 320;
const FRAME_MS = 20;

/** A stream of `pcm` in pieces of these sizes, again and again. */
function piecesOf(pcm, sizes) {
  const pieces = [];
  for (let start = 0; start < pcm.length; start += pieces.at(-1).length) {
    pieces.push(pcm.subarray(start, start + sizes[pieces.length % sizes.length]));
  }
  return Readable.from(pieces);
}

/** A stream without an end that counts what was taken from it. */
function endless(chunk) {
  const source = new Readable({
    read() {
      source.taken += chunk.length;
      this.push(chunk);
    }
  });
  source.taken = 0;
  return source;
}

/** Plays `source`, which is `pcm`, to its end. */
async function isHeard(t, source, pcm, options) {
  const { peer, res } = await openCall(t, options);
  const result = await soon(res.playStream(source), "the play");
  assert.equal(result.completed, true);
  const lasts = pcm.length / 2 / (res.sampleRate / 1000);
  assert.ok(Math.abs(lasted(res, result) - lasts) <= 1, `${result.playedMs} of ${lasts} ms were played`);
  await hears({ peer, res }, pcm);
  return peer;
}

test("a stream is heard byte for byte in frames of 20 ms, whatever the sizes of its chunks", async (t) => {
  const pcm = noise(12 * FRAME + 100);
  const peer = await isHeard(t, piecesOf(pcm, [1, 3, 319, 2, 641, 320, 1000]), pcm);
  const lengths = peer.audio().map(({ payload }) => payload.length);
  assert.equal(lengths.pop(), 100);
  assert.ok(lengths.every((length) => length === FRAME));
});

test("Readable.from(buffer) is heard", async (t) => {
  const pcm = noise(10 * FRAME);
  await isHeard(t, Readable.from(pcm), pcm);
});

test("a file's read stream is heard", async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "play-stream-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const pcm = noise(200_000);
  fs.writeFileSync(path.join(folder, "sound.sln"), pcm);
  const source = fs.createReadStream(path.join(folder, "sound.sln"));
  await isHeard(t, source, pcm, { sampleRate: 192000 });
});

test("an async iterable and chunks that are typed arrays are heard", async (t) => {
  const pcm = noise(4 * FRAME);
  async function* pieces() {
    yield pcm.subarray(0, FRAME);
    yield new Int16Array(Uint8Array.from(pcm.subarray(FRAME, 3 * FRAME)).buffer);
    yield new Uint8Array(pcm.subarray(3 * FRAME));
  }
  await isHeard(t, pieces(), pcm);
});

for (const [what, source] of [
  ["Readable.from(buffer)", (pcm) => Readable.from(pcm)],
  ["one chunk and its end", (pcm) => new PassThrough({ writableHighWaterMark: 1 }).end(pcm)],
  [
    "a chunk that is pushed together with its end",
    (pcm) =>
      new Readable({
        read() {
          this.push(pcm);
          this.push(null);
        }
      })
  ]
]) {
  test(`all of a chunk that lasts seconds is heard: ${what}`, async (t) => {
    const pcm = noise(900_000);
    await isHeard(t, source(pcm), pcm, { sampleRate: 192000 });
  });
}

test("a play of a stream takes as long as its audio lasts and resolves at its end", async (t) => {
  const { peer, res } = await openCall(t);
  const start = performance.now();
  await soon(res.playStream(piecesOf(noise(50 * FRAME), [700])), "the play");
  const took = performance.now() - start;
  assert.ok(took >= 900 && took <= 1500, `1000 ms took ${took} ms`);
  await hears({ peer, res }, noise(50 * FRAME));
});

test("a stream that goes on while it plays is heard as it comes", async (t) => {
  const { peer, res } = await openCall(t);
  const source = new PassThrough();
  const playing = res.playStream(source);
  let expected = Buffer.alloc(0);
  for (let seed = 1; seed <= 4; seed += 1) {
    const pcm = noise(2 * FRAME, seed);
    source.write(pcm);
    expected = Buffer.concat([expected, pcm]);
    await hears({ peer, res }, expected);
  }
  source.end();
  const result = await soon(playing, "the play");
  assert.equal(result.completed, true);
  assert.equal(lasted(res, result), 160);
});

test("an empty stream, and one that is over, has been played at once", async (t) => {
  const { peer, res } = await openCall(t);
  const over = Readable.from([]);
  over.resume();
  await soon(once(over, "end"), "the end of the stream");
  for (const source of [Readable.from([]), over, new PassThrough().end()]) {
    const result = await soon(res.playStream(source), "the play");
    assert.deepEqual(result, { completed: true, playedMs: 0 });
  }
  assert.deepEqual(peer.frames, []);
});

test("a stream that fails rejects with its error, after what came before it was heard", async (t) => {
  const { peer, res } = await openCall(t);
  const failure = new Error("the source broke");
  const pcm = noise(3 * FRAME);
  async function* pieces() {
    yield pcm;
    throw failure;
  }
  const playing = res.playStream(Readable.from(pieces()));
  await soon(assert.rejects(playing, (error) => error === failure), "the rejection");
  await hears({ peer, res }, pcm);

  const broken = new PassThrough().destroy(failure);
  broken.on("error", () => {});
  const again = res.playStream(broken);
  await soon(assert.rejects(again, (error) => error === failure), "the rejection");
});

test("a stream that is destroyed, before or during the play, rejects", async (t) => {
  const { peer, res } = await openCall(t);
  const premature = { code: "ERR_STREAM_PREMATURE_CLOSE" };
  const gone = new PassThrough();
  gone.destroy();
  await soon(assert.rejects(res.playStream(gone), premature), "the rejection");

  const source = new PassThrough();
  const playing = res.playStream(source);
  source.write(noise(FRAME));
  await peer.hear(FRAME);
  source.destroy();
  await soon(assert.rejects(playing, premature), "the rejection");
});

test("a stream of strings rejects, and stops taking from it", async (t) => {
  const { peer, res } = await openCall(t);
  for (const source of [Readable.from(["audio"]), new PassThrough({ encoding: "latin1" })]) {
    const rejected = assert.rejects(res.playStream(source), {
      name: "TypeError",
      code: "ERR_INVALID_ARG_TYPE"
    });
    source.write?.(noise(FRAME));
    await soon(rejected, "the rejection");
  }
  assert.deepEqual(peer.frames, []);
});

test("what is no stream rejects with a code, and leaves the play before it alone", async (t) => {
  const { peer, res } = await openCall(t);
  const pcm = noise(10 * FRAME);
  const playing = res.playStream(Readable.from([pcm]));
  for (const wrong of [undefined, null, 1, "/tmp/x.sln", {}, noise(FRAME)]) {
    const rejected = assert.rejects(res.playStream(wrong), {
      name: "TypeError",
      code: "ERR_INVALID_ARG_TYPE"
    });
    await soon(rejected, "the rejection");
  }
  assert.equal((await soon(playing, "the play")).completed, true);
  await hears({ peer, res }, pcm);
});

test("a stream is asked for little more than is needed soon", async (t) => {
  const { peer, res } = await openCall(t);
  const source = endless(noise(1600));
  const playing = res.playStream(source);
  await peer.hear(25 * FRAME);
  // Half a second was heard: two seconds more may wait, and the stream's own buffer is full.
  const most = 2.5 * 16_000 + 2 * source.readableHighWaterMark;
  assert.ok(source.taken < most, `${source.taken} bytes were taken`);
  assert.ok(source.isPaused(), "the source waits");
  await peer.hear(100 * FRAME);
  assert.ok(source.taken >= 100 * FRAME, "the source goes on");
  res.stop();
  assert.equal((await soon(playing, "the play")).completed, false);
  source.destroy();
});

test("a chunk of five megabytes is not taken at once, and what is stopped stays in the stream", async (t) => {
  const { peer, res } = await openCall(t);
  const before = process.memoryUsage().rss;
  const pcm = noise(5 * 1024 * 1024);
  const source = new PassThrough();
  const playing = res.playStream(source);
  source.write(pcm);
  await peer.hear(5 * FRAME);
  assert.ok(res.stats().queuedBytesOut < 100_000, `${res.stats().queuedBytesOut} bytes wait`);
  assert.ok(process.memoryUsage().rss - before < 4 * pcm.length);
  res.stop();
  const stopped = await soon(playing, "the play");
  assert.equal(stopped.completed, false);
  const marker = noise(FRAME, 7);
  res.write(marker);
  const played = (lasted(res, stopped) / FRAME_MS) * FRAME;
  const expected = Buffer.concat([pcm.subarray(0, played), marker]);
  await hears({ peer, res }, expected);
  assert.ok(source.readableLength > pcm.length - 100_000, `${source.readableLength} bytes are left`);
  source.destroy();
});

test("a stream that was stopped is paused, not destroyed, and may fail without harm", async (t) => {
  const { peer, res } = await openCall(t);
  const source = new PassThrough();
  const playing = res.playStream(source);
  source.write(noise(2 * FRAME));
  await peer.hear(FRAME);
  res.stop();
  const stopped = await soon(playing, "the play");
  assert.equal(stopped.completed, false);
  assert.equal(source.destroyed, false);
  assert.equal(source.listenerCount("data"), 0);

  const rest = noise(2 * FRAME, 2);
  const already = (lasted(res, stopped) / FRAME_MS) * FRAME;
  const again = res.playStream(source);
  source.end(rest);
  assert.equal((await soon(again, "the second play")).completed, true);
  await hears({ peer, res }, Buffer.concat([noise(2 * FRAME).subarray(0, already), rest]));

  const broken = new PassThrough();
  const third = res.playStream(broken);
  res.stop();
  await soon(third, "the third play");
  const closed = new Promise((resolve) => {
    broken.on("close", resolve);
  });
  broken.destroy(new Error("nobody's concern"));
  await soon(closed, "the close");
});

test("of two streams only the second is heard once it began", async (t) => {
  const { peer, res } = await openCall(t);
  const [first, second] = [noise(100 * FRAME, 1), noise(6 * FRAME, 2)];
  const playing = res.playStream(piecesOf(first, [500]));
  await peer.hear(3 * FRAME);
  const next = res.playStream(piecesOf(second, [500]));
  const stopped = await soon(playing, "the first play");
  assert.equal(stopped.completed, false);
  const played = (lasted(res, stopped) / FRAME_MS) * FRAME;
  assert.equal((await soon(next, "the second play")).completed, true);
  const expected = Buffer.concat([first.subarray(0, played), second]);
  await hears({ peer, res }, expected);
});

test("the call's end settles the play and lets go of the stream", async (t) => {
  const { peer, res } = await openCall(t);
  const source = endless(noise(1600));
  const playing = res.playStream(source);
  await peer.hear(FRAME);
  const ended = once(res, "end");
  peer.end();
  assert.equal((await soon(playing, "the play")).completed, false);
  assert.equal(source.listenerCount("data"), 0);
  assert.equal(source.destroyed, false);
  source.destroy();
  await soon(ended, "the end");
  const late = res.playStream(Readable.from([noise(FRAME)]));
  await assert.rejects(soon(late, "the late play"), { name: "AbortError" });
});
