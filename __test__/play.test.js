"use strict";

const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const { once } = require("node:events");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { Readable } = require("node:stream");
const { after, describe, test } = require("node:test");
const sound = require("../examples/sound.js");
const {
  frame,
  hears,
  lasted,
  noise,
  openCall,
  openServer,
  placeCall,
  sameAudio,
  soon
} = require("./support/call.js");
const { eventually } = require("./support/wait.js");

const FRAME = 320;
const FRAME_MS = 20;
const NOT_PLAYED = { completed: false, playedMs: 0 };

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "play-"));
after(() => fs.rmSync(folder, { recursive: true }));

/** A file of `pcm`, and its path. */
function fileOf(pcm, name = "sound.sln") {
  const file = path.join(fs.mkdtempSync(path.join(folder, "f-")), name);
  fs.writeFileSync(file, pcm);
  return file;
}

/** Two samples, as a loudspeaker adds them. */
function mixed(one, other) {
  const sum = Buffer.from(one);
  for (let at = 0; at < other.length; at += 2) {
    const both = one.readInt16LE(at) + other.readInt16LE(at);
    sum.writeInt16LE(Math.max(-32768, Math.min(32767, both)), at);
  }
  return sum;
}

test("a file of raw audio is heard byte for byte in frames of 20 ms", async (t) => {
  const { peer, res } = await openCall(t);
  const pcm = noise(12 * FRAME + 100);
  const result = await soon(res.play(fileOf(pcm)), "the play");
  await hears({ peer, res }, pcm);
  const lengths = peer.audio().map(({ payload }) => payload.length);
  assert.equal(lengths.pop(), 100);
  assert.ok(lengths.every((length) => length === FRAME));
  assert.equal(result.completed, true);
  assert.ok(Math.abs(lasted(res, result) - 246.25) <= 1, `${result.playedMs} ms were played`);
});

test("any extension that is not known, and none, is raw audio", async (t) => {
  const { peer, res } = await openCall(t);
  let expected = Buffer.alloc(0);
  for (const name of ["a.raw", "b.SLN", "c.xyz", "d", "e with space é.sln"]) {
    const pcm = noise(FRAME, name.length);
    await soon(res.play(fileOf(pcm, name)), `the play of ${name}`);
    expected = Buffer.concat([expected, pcm]);
    await hears({ peer, res }, expected);
  }
});

test("a file .sln or .raw is 8 kHz before and after a call turns out to be wideband", async (t) => {
  const { peer, res } = await openCall(t);
  const said = sound.tone(1000, 300, 8000);
  const files = ["a.sln", "a.raw"].map((name) => fileOf(said, name));
  const playAll = async () => {
    const from = peer.audio().length;
    for (const file of files) {
      const late = res.stats().lateFrames;
      const result = await soon(res.play(file), `the play of ${file}`);
      assert.ok(Math.abs(lasted(res, result) - late * FRAME_MS - 300) <= 1, `${result.playedMs} ms`);
    }
    const pcm = Buffer.concat(peer.audio().slice(from).map(({ payload }) => payload));
    const hz = sound.frequency(pcm.subarray(0, pcm.length / 2), res.sampleRate);
    assert.ok(Math.abs(hz - 1000) < 5, `${hz} Hz`);
  };
  await playAll();
  const heard = once(res, "data");
  peer.send(frame(0x12, noise(640)));
  await soon(heard, "the audio");
  assert.equal(res.sampleRate, 16000);
  await playAll();
});

test("a play takes as long as its audio lasts, and none of it comes early", async (t) => {
  const { peer, res } = await openCall(t);
  const pcm = noise(100 * FRAME);
  const start = performance.now();
  const result = await soon(res.play(fileOf(pcm)), "the play");
  const took = performance.now() - start;
  await hears({ peer, res }, pcm);
  assert.ok(res.stats().lateFrames < 20, `${res.stats().lateFrames} frames came too late`);
  assert.equal(lasted(res, result), 2000);
  assert.ok(took >= 1800 && took <= 3000, `2000 ms took ${took} ms`);
  peer.audio().forEach(({ at }, index) => {
    assert.ok(at - start > index * FRAME_MS - 5, `frame ${index} came after ${at - start} ms`);
  });
});

test("a relative path is taken from where the process is", async (t) => {
  const { peer, res } = await openCall(t);
  const file = fileOf(noise(FRAME));
  await soon(res.play(path.relative(process.cwd(), file)), "the play");
  await hears({ peer, res }, noise(FRAME));
});

test("an empty file has been played at once", async (t) => {
  const { peer, res } = await openCall(t);
  const result = await soon(res.play(fileOf(Buffer.alloc(0))), "the play");
  assert.deepEqual(result, { completed: true, playedMs: 0 });
  assert.deepEqual(peer.frames, []);
});

test("a file that is not there rejects as in Node", async (t) => {
  const { res } = await openCall(t);
  const file = path.join(folder, "nothing.sln");
  const expected = await fs.promises.open(file).catch((error) => error);
  const { name, message, code, errno, syscall } = expected;
  const rejected = assert.rejects(res.play(file), { name, message, code, errno, syscall, path: file });
  await soon(rejected, "the rejection");
});

test("a folder is refused", async (t) => {
  const { res } = await openCall(t);
  const rejected = assert.rejects(res.play(folder), { code: "EISDIR", path: folder });
  await soon(rejected, "the rejection");
});

test("a pipe and a device are refused and not waited for", async (t) => {
  const { res } = await openCall(t);
  const pipe = path.join(folder, "pipe.sln");
  execFileSync("mkfifo", [pipe]);
  for (const file of [pipe, "/dev/zero"]) {
    const error = await soon(res.play(file).catch((thrown) => thrown), "the rejection");
    assert.ok(error instanceof Error);
    assert.match(error.code, /^E/);
    assert.equal(error.path, file);
  }
});

const unreadable = process.getuid?.() === 0 && "root may read everything";
test("a file that may not be read is refused", { skip: unreadable }, async (t) => {
  const { res } = await openCall(t);
  const file = fileOf(noise(FRAME));
  fs.chmodSync(file, 0);
  const expected = { code: "EACCES", path: file, syscall: "open" };
  await soon(assert.rejects(res.play(file), expected), "the rejection");
});

test("what is no path rejects with a code, and leaves the play before it alone", async (t) => {
  const { peer, res } = await openCall(t);
  const pcm = noise(10 * FRAME);
  const playing = res.play(fileOf(pcm));
  for (const wrong of [undefined, null, 1, {}, "", "a\0b"]) {
    const rejected = assert.rejects(res.play(wrong), { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" });
    await soon(rejected, "the rejection");
  }
  assert.equal((await soon(playing, "the play")).completed, true);
  await hears({ peer, res }, pcm);
});

test("a failed play leaves the call as it was", async (t) => {
  const { peer, res } = await openCall(t);
  await assert.rejects(res.play(path.join(folder, "nothing.sln")), { code: "ENOENT" });
  const pcm = noise(2 * FRAME);
  assert.equal((await soon(res.play(fileOf(pcm)), "the play")).completed, true);
  await hears({ peer, res }, pcm);
});

test("a second play takes the place of the first", async (t) => {
  const { peer, res } = await openCall(t);
  const first = noise(500 * FRAME, 1);
  const second = noise(5 * FRAME, 2);
  const playing = res.play(fileOf(first));
  await peer.hear(3 * FRAME);
  const next = res.play(fileOf(second));
  const stopped = await soon(playing, "the first play");
  const before = (lasted(res, stopped) / FRAME_MS) * FRAME;
  assert.equal(stopped.completed, false);
  assert.equal((await soon(next, "the second play")).completed, true);
  assert.ok(before >= 3 * FRAME && before < first.length, `${stopped.playedMs} ms were played`);
  const expected = Buffer.concat([first.subarray(0, before), second]);
  await hears({ peer, res }, expected);
});

test("of plays that begin in one turn the last is heard", async (t) => {
  const { peer, res } = await openCall(t);
  const files = [1, 2, 3].map((seed) => fileOf(noise(3 * FRAME, seed)));
  // What plays is not due before this has been heard, which the turn does not last.
  res.write(noise(FRAME, 4));
  const results = await soon(Promise.all(files.map((file) => res.play(file))), "the plays");
  assert.deepEqual(results.slice(0, 2), [NOT_PLAYED, NOT_PLAYED]);
  assert.equal(results[2].completed, true);
  assert.equal(lasted(res, results[2]), 60);
  await hears({ peer, res }, Buffer.concat([noise(FRAME, 4), noise(3 * FRAME, 3)]));
});

test("stop ends the play and what is written next follows it", async (t) => {
  const { peer, res } = await openCall(t);
  const pcm = noise(500 * FRAME);
  const playing = res.play(fileOf(pcm));
  await peer.hear(3 * FRAME);
  res.stop();
  const stopped = await soon(playing, "the play");
  assert.equal(stopped.completed, false);
  const marker = noise(2 * FRAME, 9);
  res.write(marker);
  const before = (lasted(res, stopped) / FRAME_MS) * FRAME;
  const expected = Buffer.concat([pcm.subarray(0, before), marker]);
  await hears({ peer, res }, expected);
});

test("stop without a play, and twice, is harmless", async (t) => {
  const { peer, res } = await openCall(t);
  res.stop();
  const file = fileOf(noise(100 * FRAME));
  // What plays is not due before this has been heard, which the turn does not last.
  res.write(noise(FRAME, 4));
  const playing = res.play(file);
  res.stop();
  res.stop();
  assert.deepEqual(await soon(playing, "the play"), NOT_PLAYED);
  res.write(noise(FRAME, 5));
  await hears({ peer, res }, Buffer.concat([noise(FRAME, 4), noise(FRAME, 5)]));
});

for (const [who, hangUp] of [
  ["the peer", ({ peer }) => peer.end()],
  ["hangup", ({ res }) => res.hangup()],
  ["the server's close", ({ server }) => void server.close()]
]) {
  test(`a play is settled when ${who} ends the call`, async (t) => {
    const call = await openCall(t);
    const ended = once(call.res, "end");
    const playing = call.res.play(fileOf(noise(500 * FRAME)));
    await call.peer.hear(2 * FRAME);
    hangUp(call);
    const { completed, playedMs } = await soon(playing, "the play");
    assert.equal(completed, false);
    assert.ok(playedMs >= 40 && playedMs < 9000, `${playedMs} ms were played`);
    await soon(ended, "the end");
  });
}

test("a play after the end rejects, and says why the call is over", async (t) => {
  const { peer, res } = await openCall(t);
  const ended = new Promise((resolve) => {
    res.on("end", resolve).on("error", () => {});
  });
  peer.socket.resetAndDestroy();
  await soon(ended, "the end");
  const playing = soon(res.play(fileOf(noise(FRAME))), "the play");
  await assert.rejects(playing, ({ name, code, cause }) => {
    assert.deepEqual([name, code, cause.code], ["AbortError", "ABORT_ERR", "ECONNRESET"]);
    return true;
  });
});

for (const [when, hangUp] of [
  ["its caller is gone", ({ peer }) => peer.end()],
  ["it was hung up", ({ res }) => res.hangup()]
]) {
  test(`a handler that plays for ever comes to its end when ${when}, and holds nobody up`, async (t) => {
    const server = await openServer(t);
    server.on("error", (error) => assert.fail(error));
    let turns = 0;
    const played = new Promise((resolve) => {
      server.onConnection(async (req, res) => {
        try {
          for (;;) {
            await res.play(noise(2 * FRAME), { format: {} });
            turns += 1;
            resolve(res);
          }
        } finally {
          turns = Infinity;
        }
      });
    });
    const peer = await placeCall(t, server);
    const res = await soon(played, "a play");
    hangUp({ peer, res });
    await eventually(() => turns === Infinity);
    assert.equal(server.metrics().handlerErrors, 0);
  });
}

describe("a play that nobody awaits", () => {
  test("and fails is an error of its call", async (t) => {
    const { res } = await openCall(t);
    const failed = once(res, "error");
    res.play("/no/such/file.wav");
    const [error] = await soon(failed, "the error");
    assert.deepEqual([error.code, error.path], ["ENOENT", "/no/such/file.wav"]);
    res.play({ not: "a source" });
    assert.equal((await soon(once(res, "error"), "the error"))[0].code, "ERR_INVALID_ARG_TYPE");
  });

  test("and fails is an error of the server where the call has no listener", async (t) => {
    const { server, res } = await openCall(t);
    const failed = once(server, "error");
    res.playStream(new Readable({ read() { this.destroy(new Error("broken")); } }));
    const [error, stream] = await soon(failed, "the error");
    assert.deepEqual([error.message, stream], ["broken", res]);
    assert.equal(server.metrics().unhandledErrors, 1);
  });

  test("is told nobody where it is stopped by its signal, or by the call's end", async (t) => {
    const { server, peer, res } = await openCall(t);
    res.on("error", (error) => assert.fail(error));
    const abort = new AbortController();
    res.play(noise(500 * FRAME), { format: {}, signal: abort.signal });
    await peer.hear(FRAME);
    abort.abort(new Error("enough"));
    const ended = once(res, "end");
    peer.end();
    await soon(ended, "the end");
    res.play(noise(FRAME), { format: {} });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(server.metrics().unhandledErrors, 0);
  });

  test("and is awaited is no error of its call", async (t) => {
    const { res } = await openCall(t);
    res.on("error", (error) => assert.fail(error));
    await assert.rejects(res.play("/no/such/file.wav"), { code: "ENOENT" });
    const late = res.play("/no/such/file.wav");
    await Promise.allSettled([late]);
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
});

test("what is written during a play is mixed with it", async (t) => {
  const { peer, res } = await openCall(t);
  const music = noise(20 * FRAME, 1);
  const voice = noise(4 * FRAME, 2);
  const playing = res.play(fileOf(music));
  await peer.hear(2 * FRAME);
  res.write(voice);
  await soon(playing, "the play");
  const late = res.stats().lateFrames;
  const heard = await peer.hear(music.length - late * FRAME);
  if (late > 0) {
    return t.skip("the machine stood still");
  }

  assert.equal(heard.length, music.length);
  let first = 0;
  while (first < 20 && heard.subarray(0, (first + 1) * FRAME).equals(music.subarray(0, (first + 1) * FRAME))) {
    first += 1;
  }
  const [from, to] = [first * FRAME, (first + 4) * FRAME];
  assert.ok(first >= 2 && to <= music.length, `the voice begins in frame ${first}`);
  sameAudio(heard.subarray(from, to), mixed(music.subarray(from, to), voice));
  sameAudio(heard.subarray(to), music.subarray(to));
});
