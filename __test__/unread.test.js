"use strict";

/** Peers that read nothing: the system's buffers are full before it is looked at what happens then. */

const { once } = require("node:events");
const { describe, test } = require("node:test");
const { setTimeout: sleep } = require("node:timers/promises");
const { frame, noise, openCall, soon } = require("./support/call.js");
const { eventually } = require("./support/wait.js");

/** The kind of audio at 192 kHz, which fills the system's buffers soonest. */
const AUDIO_192K = 0x18;
const SECOND = 2 * 192_000;

/** A call whose peer reads nothing, and whose socket has taken all that it takes. */
async function openUnread(t) {
  const opened = await openCall(t, { peerTimeout: 0 });
  const { peer, res } = opened;
  peer.send(frame(AUDIO_192K, noise(640)));
  await soon(once(res, "data"), "the rate");
  peer.socket.pause();
  res.write(noise(60 * SECOND));
  await eventually(() => hasStopped(res), 40_000);
  return { ...opened, ended: once(res, "end") };
}

/** Nothing has left for many frames' time, though much waits. */
async function hasStopped(res) {
  const { framesOut } = res.stats();
  await sleep(300);
  const now = res.stats();
  return now.framesOut === framesOut && now.queuedBytesOut > SECOND;
}

describe("a peer that reads nothing", { concurrency: true }, () => {
  test("hangup ends a call whose peer reads nothing, in a second", async (t) => {
    const { res, ended } = await openUnread(t);
    res.hangup();
    await soon(ended, "the end", 2000);
  });

  test("close ends a server whose peer reads nothing", async (t) => {
    const { server, ended } = await openUnread(t);
    await soon(server.close(), "the server's end", 5000);
    await soon(ended, "the call's end", 1000);
  });

  test("hangup with drain waits no longer than five seconds for a peer that reads nothing", async (t) => {
    const { res, ended } = await openUnread(t);
    res.hangup({ drain: true });
    await soon(ended, "the end", 8000);
  });

  test("hangup with drain waits for a peer that reads again", async (t) => {
    const { peer, res, ended } = await openUnread(t);
    const before = res.stats().framesOut;
    res.hangup({ drain: true });
    await sleep(1000);
    peer.socket.resume();
    await eventually(() => res.stats().framesOut > before + 50, 5000);
    res.hangup();
    await soon(ended, "the end", 3000);
  });
});
