"use strict";

/** Peers that read nothing: the test fills their sockets first, and shows that it has. */

const assert = require("node:assert/strict");
const { once } = require("node:events");
const { test } = require("node:test");
const { setTimeout } = require("node:timers/promises");
const { raw, serve, tone } = require("./support/websocket.js");

const MIB = "x".repeat(1024 * 1024);

test("hangup ends a call whose peer reads nothing, though its socket is full", async (t) => {
  const { res, ear, peer } = await stalled(t);
  res.hangup();
  await ear.next("end");
  await peer.closed();
});

test("close ends a server whose callers read nothing, though their sockets are full", async (t) => {
  const { server, ear } = await stalled(t);
  const begun = performance.now();
  const closed = once(server, "close");
  server.close();
  await closed;
  assert.ok(performance.now() - begun < 5000);
  await ear.next("end");
  assert.equal(server.metrics().connections, 0);
});

/** A call whose socket takes no more of what it is sent. */
async function stalled(t) {
  const { server, port, call } = serve(t, { dialect: "raw" });
  const peer = await raw(t, port);
  const { res, ear } = await call();
  peer.socket.pause();
  for (let full = 0; full < 3; await setTimeout(50)) {
    full = isFull(res) ? full + 1 : 0;
  }
  res.write(tone(160 * 20));
  await setTimeout(300);
  assert.ok(isFull(res), "the socket takes no more");
  peer.closed = async () => {
    peer.socket.resume();
    await new Promise((resolve) => (peer.isClosed ? resolve() : peer.socket.once("close", resolve)));
  };
  return { server, peer, res, ear };
}

/** Sends until there is no room. */
function isFull(res) {
  try {
    res.send(MIB);
    return false;
  } catch (error) {
    assert.equal(error.code, "ERR_OUTBOUND_FULL");
    return true;
  }
}
