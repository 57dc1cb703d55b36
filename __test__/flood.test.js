"use strict";

/** Peers that send what costs most: none of it reaches another call, and every call has its end. */

const assert = require("node:assert/strict");
const { once } = require("node:events");
const { test } = require("node:test");
const { AudioSocket } = require("..");
const { openCall, soon } = require("./support/call.js");
const { Kind, audio, dial, frame, id } = require("./support/peer.js");
const { HOST } = require("./support/serve.js");
const { eventually } = require("./support/wait.js");

/** Kinds of 8 and of 192 kHz in turn, two samples each. */
function flips(count) {
  return Buffer.concat(
    Array.from({ length: count }, (_, index) => frame(index % 2 ? 0x18 : Kind.AUDIO, Buffer.alloc(4)))
  );
}

test("a peer that changes its rate in every frame ends its own call", async (t) => {
  const { peer, res } = await openCall(t);
  const error = once(res, "error");
  const ended = new Promise((resolve) => {
    res.on("end", resolve);
  });
  res.on("data", () => {});
  res.play(Buffer.alloc(16_000 * 20), { format: "slin" }).catch(() => {});
  peer.send(flips(9000));
  const [{ code }] = await soon(error, "the error");
  assert.equal(code, "ERR_RATE_CHANGES");
  await soon(ended, "the end");
  await soon(peer.closed(), "the connection's end");
});

test("a call whose server closes while its first flood is read has its end", async (t) => {
  for (let round = 0; round < 20; round += 1) {
    const server = new AudioSocket().listen(0, HOST);
    t.after(() => server.close());
    await once(server, "listening");
    const closed = once(server, "close");
    const ended = new Promise((resolve) => {
      server.onConnection((req, res) => {
        res.onClose(resolve);
        server.close();
      });
    });
    const peer = dial(server.address().port);
    peer.send(Buffer.concat([id(), ...Array.from({ length: 800 }, () => audio(Buffer.alloc(320)))]));
    await soon(ended, "the call's end");
    await soon(closed, "the server's end");
    assert.equal(server.connections, 0);
  }
});

test("a call that got its name in the moment in which its time was up has its end", async (t) => {
  const server = new AudioSocket({ handshakeTimeout: 20, maxConnections: 1 }).listen(0, HOST);
  t.after(() => server.close());
  await once(server, "listening");
  let [begun, ended] = [0, 0];
  server.onConnection((req, res) => {
    begun += 1;
    res.onClose(() => (ended += 1));
    const until = performance.now() + 30;
    while (performance.now() < until) {
      // JavaScript is busy.
    }
  });
  for (let round = 0; round < 20; round += 1) {
    const peer = dial(server.address().port);
    await peer.connected();
    await new Promise((resolve) => setTimeout(resolve, round % 20));
    peer.send(Buffer.concat([id(), ...Array.from({ length: 800 }, () => audio(Buffer.alloc(320)))]));
    await new Promise((resolve) => setTimeout(resolve, 40));
    peer.socket.destroy();
    await soon(peer.closed(), "the end");
  }
  await soon(server.close(), "the server's end");
  await eventually(() => ended === begun);
  assert.equal(server.connections, 0);
});

test("audio that is ten seconds ahead of real time is warned of once, and counted", async (t) => {
  const { peer, res } = await openCall(t);
  const warnings = [];
  res.on("warning", ({ code }) => warnings.push(code));
  res.on("data", () => {});
  const second = Buffer.concat(Array.from({ length: 50 }, () => audio(Buffer.alloc(320))));
  for (let sent = 0; sent < 40; sent += 1) {
    peer.send(second);
  }
  await eventually(() => res.stats().framesIn === 2000, 20_000);
  assert.deepEqual(warnings, ["ERR_FAST_AUDIO"]);
  const { fastAudioMs } = res.stats();
  assert.ok(fastAudioMs > 1000 && fastAudioMs <= 30_000, `${fastAudioMs} ms`);
});
