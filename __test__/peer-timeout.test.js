"use strict";

const assert = require("node:assert/strict");
const { once } = require("node:events");
const { test } = require("node:test");
const { AudioSocket } = require("..");
const { frame, noise, openCall, openRaw, soon } = require("./support/call.js");

/** The kind of audio at 192 kHz, which fills the system's buffers soonest. */
const AUDIO_192K = 0x18;
const SECOND = 2 * 192_000;

/** The system says when a peer acknowledges nothing on Linux only. */
const skip = process.platform === "linux" ? false : "needs TCP_USER_TIMEOUT";

/** Writes until the peer's window is shut, and longer. */
async function lost(res) {
  const failed = new Promise((resolve) => {
    res.on("error", resolve);
  });
  const ended = new Promise((resolve) => {
    res.on("end", resolve);
  });
  res.write(noise(30 * SECOND));
  const error = await soon(failed, "the loss", 20_000);
  await soon(ended, "the end");
  return error;
}

test("a peer that takes nothing in is lost after peerTimeout, on a server", { skip }, async (t) => {
  const { peer, res } = await openCall(t, { peerTimeout: 300 });
  peer.send(frame(AUDIO_192K, noise(640)));
  await soon(once(res, "data"), "the rate");
  peer.socket.pause();
  const { code, syscall } = await lost(res);
  assert.deepEqual({ code, syscall }, { code: "ETIMEDOUT", syscall: "read" });
});

test("a peer that takes nothing in is lost after peerTimeout, on a call that was placed", { skip }, async (t) => {
  const { port } = await openRaw(t, ({ socket }) => socket.pause());
  const res = await soon(AudioSocket.connect({ port, peerTimeout: 300, sampleRate: 192_000 }), "the call");
  const { code, syscall } = await lost(res);
  assert.deepEqual({ code, syscall }, { code: "ETIMEDOUT", syscall: "read" });
});

test("peerTimeout is a number of milliseconds", () => {
  assert.throws(() => new AudioSocket({ peerTimeout: -1 }), { code: "ERR_OUT_OF_RANGE" });
  assert.throws(() => new AudioSocket({ peerTimeout: "1" }), { code: "ERR_INVALID_ARG_TYPE" });
});
