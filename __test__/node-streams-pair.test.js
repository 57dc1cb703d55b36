"use strict";

/** The Node streams of an AudioStream that was put over a pair of Node objects. */

const assert = require("node:assert/strict");
const { PassThrough, Readable, Writable } = require("node:stream");
const { pipeline } = require("node:stream/promises");
const { test } = require("node:test");
const { AudioStream } = require("..");
const { noise, sameAudio, soon } = require("./support/call.js");
const { eventually, once } = require("./support/wait.js");

const FRAME = 320;

function makePair() {
  const sent = [];
  const socket = new Writable({
    write(message, encoding, done) {
      sent.push(message.subarray(3));
      done();
    }
  });
  const readable = new PassThrough();
  return { readable, socket, stream: new AudioStream(readable, socket), heard: () => Buffer.concat(sent) };
}

test("the readable reads what is said and ends with it", async () => {
  const { readable, stream } = makePair();
  const heard = [];
  const over = soon(pipeline(stream.readable, async (chunks) => {
    for await (const pcm of chunks) {
      heard.push(pcm);
    }
  }), "the end");
  readable.write(noise(FRAME));
  readable.end(noise(FRAME, 2));
  await over;
  sameAudio(Buffer.concat(heard), Buffer.concat([noise(FRAME), noise(FRAME, 2)]));
});

test("the writable is written to the socket, unpaced", async () => {
  const { socket, stream, heard } = makePair();
  const pcm = noise(300 * FRAME);
  await soon(pipeline(Readable.from([pcm]), stream.writable), "the pipeline", 2000);
  sameAudio(heard(), pcm);
  assert.equal(socket.writableEnded, false);
});

test("the writable finishes when the socket has taken everything", async () => {
  const taken = [];
  let release = null;
  const socket = new Writable({
    write(message, encoding, done) {
      taken.push(message.subarray(3));
      release = () => {
        release = null;
        done();
      };
    }
  });
  const { writable } = new AudioStream(new PassThrough(), socket);
  const pcm = noise(5 * FRAME);
  for (let at = 0; at < pcm.length; at += FRAME) {
    writable.write(pcm.subarray(at, at + FRAME));
  }
  writable.end();
  await eventually(() => {
    assert.ok(taken.length === 5 || !writable.writableFinished);
    release?.();
    return writable.writableFinished;
  });
  sameAudio(Buffer.concat(taken), pcm);
});

test("an error of the readable destroys the streams", async () => {
  const { readable, stream } = makePair();
  const { duplex } = stream;
  const failed = once(duplex, "error");
  const failure = new Error("broken");
  readable.destroy(failure);
  assert.deepEqual(await failed, [failure]);
});

test("hanging up ends the streams, and so does disposal", async () => {
  const { socket, stream } = makePair();
  const { readable, writable } = stream;
  const closed = once(writable, "close");
  readable.resume();
  await soon(stream[Symbol.asyncDispose ?? Symbol.for("nodejs.asyncDispose")](), "the end");
  await closed;
  assert.ok(readable.readableEnded);
  assert.ok(socket.writableEnded);
});

test("an error that nobody listens to is an uncaught exception, as without the streams", async (t) => {
  const { readable, stream } = makePair();
  stream.writable.write(noise(FRAME));
  const failure = new Error("broken");
  const uncaught = new Promise((resolve) => process.once("uncaughtException", resolve));
  const listeners = process.rawListeners("uncaughtException").slice(0, -1);
  listeners.forEach((listener) => process.off("uncaughtException", listener));
  t.after(() => listeners.forEach((listener) => process.on("uncaughtException", listener)));
  readable.destroy(failure);
  assert.equal(await soon(uncaught, "the exception"), failure);
});
