"use strict";

const assert = require("node:assert/strict");
const { AsyncLocalStorage } = require("node:async_hooks");
const { once } = require("node:events");
const { Readable } = require("node:stream");
const { test } = require("node:test");
const { AudioSocket } = require("..");
const { frame, noise, openServer, placeCall, soon } = require("./support/call.js");

const FRAME = 320;

/** A server that was made outside of `store`, and listens inside it. */
async function listenWithin(t, als, store) {
  const server = new AudioSocket({ silence: "never" });
  t.after(() => soon(server.close(), "the server to close"));
  const listening = once(server, "listening");
  als.run(store, () => server.listen(0, "127.0.0.1"));
  await soon(listening, "the server to listen");
  return server;
}

test("a store that was entered around listen is seen by all that the server calls", async (t) => {
  const als = new AsyncLocalStorage();
  const server = await listenWithin(t, als, "the server's");
  const seen = {};
  const note = (where) => () => {
    seen[where] = als.getStore();
  };
  server.on("connection", note("connection"));
  const over = new Promise((resolve) => {
    server.onConnection((req, res) => {
      note("handler")();
      res.on("data", note("data")).on("dtmf", note("dtmf")).on("end", note("end"));
      res.on("end", resolve);
    });
  });
  const peer = await als.run("the peer's", () => placeCall(t, server));
  peer.send(frame(0x10, noise(FRAME)));
  peer.send(frame(0x03, Buffer.from("1")));
  peer.end();
  await soon(over, "the end");
  const store = "the server's";
  assert.deepEqual(seen, { connection: store, handler: store, data: store, dtmf: store, end: store });
});

test("the listening callback sees the store of who called listen", async (t) => {
  const als = new AsyncLocalStorage();
  const server = new AudioSocket();
  t.after(() => server.close());
  const seen = new Promise((resolve) => {
    als.run("the listener's", () => server.listen(0, "127.0.0.1", () => resolve(als.getStore())));
  });
  assert.equal(await soon(seen, "listening"), "the listener's");
});

test("what one call runs in is kept over its awaits and is not seen by another", async (t) => {
  const als = new AsyncLocalStorage();
  const server = await openServer(t);
  const seen = [];
  let calls = 0;
  const over = new Promise((resolve) => {
    server.onConnection(async (req, res) => {
      const number = calls;
      calls += 1;
      seen.push(["handler", als.getStore()]);
      await als.run(number, async () => {
        await res.playStream(Readable.from([noise(3 * FRAME)]));
        seen.push([number, als.getStore()]);
        res.write(noise(100 * FRAME));
        await res.playStream(Readable.from([]));
        seen.push([number, als.getStore()]);
      });
      seen.push(["handler", als.getStore()]);
      if (seen.length === 4 * 4) {
        resolve();
      }
    });
  });
  await Promise.all([1, 2, 3, 4].map(() => placeCall(t, server)));
  await soon(over, "all calls");
  for (const [expected, store] of seen) {
    assert.equal(store, expected === "handler" ? undefined : expected);
  }
});

test("a store that a listener of one call enters does not reach the next call's", async (t) => {
  const als = new AsyncLocalStorage();
  const server = await openServer(t);
  const seen = [];
  let calls = 0;
  const over = new Promise((resolve) => {
    server.onConnection((req, res) => {
      const number = calls;
      calls += 1;
      seen.push([number, als.getStore()]);
      als.enterWith(number);
      res.on("data", () => {
        seen.push([number, als.getStore()]);
        als.enterWith(number);
        if (seen.length === 3 + 3 * 4) {
          resolve();
        }
      });
    });
  });
  const peers = [await placeCall(t, server), await placeCall(t, server), await placeCall(t, server)];
  for (let round = 0; round < 4; round += 1) {
    peers.forEach((peer) => peer.send(frame(0x10, noise(FRAME))));
  }
  await soon(over, "all audio");
  for (const [number, store] of seen) {
    assert.ok(store === undefined || store === number, `call ${number} saw the store ${store}`);
  }
  assert.equal(als.getStore(), undefined);
});

test("a call that was placed runs in the store of who placed it", async (t) => {
  const als = new AsyncLocalStorage();
  const server = await openServer(t);
  server.onConnection((req, res) => {
    res.write(noise(FRAME));
    res.hangup({ drain: true });
  });
  const { port } = server.address();
  const client = await als.run("the caller's", () => AudioSocket.connect({ port }));
  const seen = [];
  client.on("data", () => seen.push(als.getStore()));
  const ended = once(client, "end");
  client.on("end", () => seen.push(als.getStore()));
  await soon(ended, "the end");
  assert.deepEqual(seen, ["the caller's", "the caller's"]);
});
