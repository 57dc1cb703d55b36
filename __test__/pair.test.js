"use strict";

const assert = require("node:assert/strict");
const { once } = require("node:events");
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");
const { PassThrough, Readable, Writable } = require("node:stream");
const { after, test } = require("node:test");
const { setTimeout: pass } = require("node:timers/promises");
const { AudioStream } = require("..");
const { frame, noise, openRaw, sameAudio, soon } = require("./support/call.js");

const FRAME = 320;
const FRAME_MS = 20;
const HANGUP = Buffer.from([0, 0, 0]);

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pair-"));
after(() => fs.rmSync(folder, { recursive: true }));

function fileOf(pcm) {
  const file = path.join(fs.mkdtempSync(path.join(folder, "f-")), "sound.sln");
  fs.writeFileSync(file, pcm);
  return file;
}

/** A stream over a readable and a socket that remembers each write and the time of it. */
function makePair() {
  const messages = [];
  const socket = new Writable({
    decodeStrings: false,
    write(message, encoding, done) {
      messages.push({ at: performance.now(), message: Buffer.from(message) });
      done();
    }
  });
  const readable = new Readable({ read() {} });
  const heard = () => Buffer.concat(messages.map(({ message }) => message.subarray(3)));
  return { messages, socket, readable, heard, stream: new AudioStream(readable, socket) };
}

/** A socket, and nothing that listens to its errors. */
async function dial(t, port) {
  const socket = net.connect(port, "127.0.0.1");
  t.after(() => socket.destroy());
  await soon(once(socket, "connect"), "the connection");
  return socket;
}

test("what is written is one message to the socket", () => {
  const { messages, stream } = makePair();
  const pieces = [noise(FRAME), noise(5), noise(4000), noise(60_000)];
  pieces.forEach((piece) => stream.write(piece));
  assert.equal(messages.length, pieces.length);
  pieces.forEach((piece, index) => sameAudio(messages[index].message, frame(0x10, piece)));
});

test("typed arrays and views are written as their bytes", () => {
  const { messages, stream } = makePair();
  const pcm = noise(FRAME);
  const samples = new Int16Array(Uint8Array.from(pcm).buffer);
  stream.write(samples);
  stream.write(new DataView(samples.buffer, 4, 10));
  assert.deepEqual(messages[0].message, frame(0x10, pcm));
  assert.deepEqual(messages[1].message, frame(0x10, pcm.subarray(4, 14)));
  assert.throws(() => stream.write("audio"), { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" });
  assert.equal(messages.length, 2);
});

test("more than a message can hold becomes several of whole samples", () => {
  const { messages, heard, stream } = makePair();
  const pcm = noise(200_000);
  stream.write(pcm);
  sameAudio(heard(), pcm);
  for (const { message } of messages) {
    assert.equal(message[0], 0x10);
    assert.equal(message.readUInt16BE(1), message.length - 3);
    assert.equal(message.length % 2, 1);
  }
});

test("hangup writes 00 00 00, ends the socket and then emits end on the readable", () => {
  const { messages, readable, socket, stream } = makePair();
  const order = [];
  stream.onClose(() => order.push("end", socket.writableEnded, messages.length));
  readable.on("end", () => order.push("readable"));
  stream.hangup();
  assert.deepEqual(order, ["end", true, 1, "readable"]);
  assert.deepEqual(messages[0].message, HANGUP);
});

test("hanging up twice is harmless", async (t) => {
  const { port, peers } = await openRaw(t);
  const socket = await dial(t, port);
  const stream = new AudioStream(new PassThrough(), socket);
  let ends = 0;
  stream.on("end", () => {
    ends += 1;
  });
  stream.hangup();
  assert.doesNotThrow(() => stream.hangup());
  const [peer] = await peers(1);
  await peer.closed();
  assert.equal(ends, 1);
  assert.equal(peer.hangups().length, 1);
  assert.equal(stream.write(noise(FRAME)), false);
});

test("a file is read by readFileSync and its frames are written 20 ms apart", async (t) => {
  const { messages, heard, stream } = makePair();
  const pcm = noise(20 * FRAME + 100);
  const read = t.mock.method(fs, "readFileSync", () => pcm);
  const start = performance.now();
  const result = await soon(stream.play("a/relative/name.sln"), "the play");
  const took = performance.now() - start;

  assert.deepEqual(read.mock.calls.map((call) => call.arguments[0]), ["a/relative/name.sln"]);
  sameAudio(heard(), pcm);
  const lengths = messages.map(({ message }) => message.length - 3);
  assert.deepEqual(lengths, [...new Array(20).fill(FRAME), 100]);
  messages.forEach(({ at }, index) => {
    assert.ok(at - start >= index * FRAME_MS - 5, `frame ${index} came after ${at - start} ms`);
  });
  assert.ok(took < 1.5 * 420, `406 ms took ${took} ms`);
  assert.equal(result.completed, true);
  assert.equal(result.playedMs, 406.25);
});

test("an empty file has been played at once, and one that is not there rejects", async () => {
  const { messages, stream } = makePair();
  const result = await soon(stream.play(fileOf(Buffer.alloc(0))), "the play");
  assert.deepEqual(result, { completed: true, playedMs: 0 });
  const missing = path.join(folder, "nothing.sln");
  await assert.rejects(stream.play(missing), { code: "ENOENT", path: missing, syscall: "open" });
  assert.deepEqual(messages, []);
});

test("onData, onClose and onError listen on the readable, and may be chained", () => {
  const { readable, stream } = makePair();
  const seen = [];
  const chained = stream
    .onData((pcm) => seen.push(["data", pcm]))
    .onClose(() => seen.push(["end"]))
    .onError((error) => seen.push(["error", error.message]));
  assert.equal(chained, stream);
  for (const event of ["data", "end", "error"]) {
    assert.equal(readable.listenerCount(event), 1);
  }
  const pcm = noise(FRAME);
  readable.emit("data", pcm);
  readable.emit("error", new Error("broken"));
  readable.emit("end");
  assert.deepEqual(seen, [["data", pcm], ["error", "broken"], ["end"]]);
});

test("listeners on the stream hear the readable", () => {
  const { readable, stream } = makePair();
  const seen = [];
  const dropped = () => assert.fail("was removed");
  stream.on("data", () => seen.push("on"));
  stream.once("data", () => seen.push("once"));
  stream.addListener("data", () => seen.push("added"));
  stream.prependListener("data", () => seen.push("first"));
  stream.on("data", dropped).off("data", dropped);
  stream.on("end", () => seen.push("end")).on("error", () => seen.push("error"));
  readable.emit("data", noise(2));
  readable.emit("data", noise(2));
  readable.emit("error", new Error("broken"));
  readable.emit("end");
  const again = ["first", "on", "added"];
  assert.deepEqual(seen, ["first", "on", "once", "added", ...again, "error", "end"]);
});

test("audio that flows through the readable is heard", async () => {
  const readable = new PassThrough();
  const stream = new AudioStream(readable, new PassThrough());
  const ended = once(stream, "end");
  const heard = [];
  stream.on("data", (pcm) => heard.push(pcm));
  readable.write(noise(FRAME));
  readable.end(noise(FRAME, 2));
  await soon(ended, "the end");
  sameAudio(Buffer.concat(heard), Buffer.concat([noise(FRAME), noise(FRAME, 2)]));
});

test("a stream is played in frames of 20 ms whatever its chunks, also one that lasts seconds", async () => {
  const pcm = noise(80 * FRAME + 50);
  const pieces = [];
  for (let at = 0; at < pcm.length; at += 333) {
    pieces.push(pcm.subarray(at, at + 333));
  }
  for (const source of [Readable.from(pieces), Readable.from(pcm)]) {
    const { messages, heard, stream } = makePair();
    const start = performance.now();
    const { completed } = await soon(stream.playStream(source), "the play");
    const took = performance.now() - start;
    assert.equal(completed, true);
    sameAudio(heard(), pcm);
    assert.ok(messages.slice(0, -1).every(({ message }) => message.length === FRAME + 3));
    assert.ok(took >= 0.9 * 1600 && took <= 1.5 * 1600, `1600 ms took ${took} ms`);
  }
});

test("a stream that is empty resolves, one that fails rejects, and so does what is no stream", async () => {
  const { messages, stream } = makePair();
  const result = await soon(stream.playStream(Readable.from([])), "the play");
  assert.deepEqual(result, { completed: true, playedMs: 0 });
  const failure = new Error("the source broke");
  const broken = new Readable({ read: () => broken.destroy(failure) });
  await soon(assert.rejects(stream.playStream(broken), (error) => error === failure), "the rejection");
  const wrong = assert.rejects(stream.playStream("sound.sln"), { code: "ERR_INVALID_ARG_TYPE" });
  await soon(wrong, "the rejection");
  assert.deepEqual(messages, []);
});

for (const how of ["stop", "hangup"]) {
  test(`${how} ends a play, and nothing of it follows`, async () => {
    const { messages, stream } = makePair();
    const source = new PassThrough();
    source.write(noise(50 * FRAME));
    const playing = stream.playStream(source);
    while (messages.length < 3) {
      await pass(1);
    }
    stream[how]();
    const before = messages.length;
    const { completed, playedMs } = await soon(playing, "the play");
    assert.equal(completed, false);
    assert.equal(playedMs, (before - (how === "hangup" ? 1 : 0)) * FRAME_MS);
    assert.equal(source.destroyed, false);
    assert.ok(source.isPaused());
    assert.equal(source.listenerCount("data"), 0);
    await pass(100);
    assert.equal(messages.length, before);
  });
}

test("of plays that follow one another only the last is heard once it began", async () => {
  const { messages, heard, stream } = makePair();
  const [first, second, third] = [noise(50 * FRAME, 1), noise(50 * FRAME, 2), noise(4 * FRAME, 3)];
  const results = [stream.playStream(Readable.from([first]))];
  while (messages.length < 3) {
    await pass(1);
  }
  results.push(stream.play(fileOf(second)));
  const one = messages.length;
  while (messages.length < one + 3) {
    await pass(1);
  }
  results.push(stream.playStream(Readable.from([third])));
  const [a, b, c] = await soon(Promise.all(results), "the plays");
  assert.deepEqual([a.completed, b.completed, c.completed], [false, false, true]);
  const played = [first.subarray(0, a.playedMs * 16), second.subarray(0, b.playedMs * 16), third];
  sameAudio(heard(), Buffer.concat(played));
});

test("over two real sockets a call is heard, and hung up, as by the server", async (t) => {
  const { port, peers } = await openRaw(t);
  const socket = await dial(t, port);
  const stream = new AudioStream(socket, socket);
  const pcm = noise(5 * FRAME);
  assert.equal((await soon(stream.play(fileOf(pcm)), "the play")).completed, true);
  const [peer] = await peers(1);
  sameAudio(await peer.hear(pcm.length), pcm);
  const ended = once(stream, "end");
  stream.hangup();
  await soon(ended, "the end");
  await peer.closed();
  assert.equal(peer.frames.at(-1).kind, 0x00);
});
