"use strict";

/** Calls that a server is told to expect, and those that nobody expects. */

const assert = require("node:assert/strict");
const { AsyncLocalStorage } = require("node:async_hooks");
const { randomUUID } = require("node:crypto");
const { describe, test } = require("node:test");
const WebSocket = require("ws");
const { AudioSocket, WebSocketAudio } = require("..");
const { Kind, audio, call, dial, id, tone } = require("./support/peer.js");
const { eventually, once } = require("./support/wait.js");

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FRAME = Buffer.alloc(320, 1);
const START = "MEDIA_START connection_id:c1 channel:c/1 channel_id:1.1 format:slin optimal_frame_size:320 ptime:20";

/** What AudioSocket and WebSocket have in common: a server, and how a call with a UUID gets there. */
const KINDS = [
  {
    name: "AudioSocket",
    Server: AudioSocket,
    code: "ERR_UNEXPECTED",
    place(t, port, ref) {
      const peer = call(port, ref);
      t.after(() => peer.destroy());
      return peer;
    }
  },
  {
    name: "WebSocketAudio",
    Server: WebSocketAudio,
    // Its URL says of which call it is: it is not let in.
    code: "ERR_REFUSED",
    place(t, port, ref) {
      const socket = connectTo(t, port, `/calls/${ref}`);
      socket.on("open", () => [FRAME, FRAME].forEach((frame) => socket.send(frame)));
      return socket;
    }
  }
];

for (const { name, Server, code, place } of KINDS) {
  describe(`a call over ${name}`, () => {
    test("that is expected has its context, whatever that is", async (t) => {
      const server = open(t, Server);
      for (const context of [{ customer: 7 }, "text", 0, false, null]) {
        const ref = server.expect(context);
        assert.match(ref, UUID);
        place(t, server.port, ref);
        const [req] = await once(server, "connection");
        assert.equal(req.ref, ref);
        assert.equal(req.context, context);
      }
    });

    test("that is expected without a context has null, and one that is not has undefined", async (t) => {
      const server = open(t, Server);
      place(t, server.port, server.expect());
      const [expected] = await once(server, "connection");
      assert.equal(expected.context, null);
      place(t, server.port, randomUUID());
      const [other] = await once(server, "connection");
      assert.equal(other.context, undefined);
      assert.ok("context" in other);
    });

    test("is expected once", async (t) => {
      const server = open(t, Server);
      const ref = server.expect("first");
      assert.equal(server.metrics().expected, 1);
      place(t, server.port, ref);
      const [first] = await once(server, "connection");
      assert.equal(server.metrics().expected, 0);
      place(t, server.port, ref);
      const [second] = await once(server, "connection");
      assert.deepEqual([first.context, second.context], ["first", undefined]);
    });

    test("may say its UUID in capitals", async (t) => {
      const server = open(t, Server);
      const ref = server.expect("mine");
      place(t, server.port, ref.toUpperCase());
      const [req] = await once(server, "connection");
      assert.deepEqual([req.ref, req.context], [ref, "mine"]);
    });

    test("that nobody expects is dropped where only expected ones may come", async (t) => {
      const server = open(t, Server, { onlyExpected: true });
      let calls = 0;
      server.on("connection", () => (calls += 1));
      const ref = server.expect("mine");
      place(t, server.port, ref);
      await once(server, "connection");
      const dropped = [];
      server.on("drop", (drop) => dropped.push(drop.code));
      const strangers = [place(t, server.port, randomUUID()), place(t, server.port, ref)];
      await Promise.all(strangers.map((stranger) => closed(stranger)));
      await eventually(() => server.metrics().connections === 1 && dropped.length === 2);
      assert.equal(calls, 1);
      assert.deepEqual(dropped, [code, code]);
      assert.equal(server.metrics().dropped, 2);
    });
  });
}

describe("an expected call", () => {
  test("that does not come in time is told of, and forgotten", async (t) => {
    const server = open(t, AudioSocket);
    const ref = server.expect({ of: "mine" }, { timeout: 20 });
    const [expired] = await once(server, "expired");
    assert.deepEqual(expired, { ref, context: { of: "mine" } });
    assert.equal(server.metrics().expected, 0);
    placeCall(t, server, ref);
    const [req] = await once(server, "connection");
    assert.equal(req.context, undefined);
  });

  test("that came is not told of any more", async (t) => {
    const server = open(t, AudioSocket);
    const expired = [];
    server.on("expired", ({ context }) => expired.push(context));
    placeCall(t, server, server.expect("came", { timeout: 200 }));
    await once(server, "connection");
    server.expect("late", { timeout: 250 });
    await once(server, "expired");
    assert.deepEqual(expired, ["late"]);
  });

  test("can be called off, once", (t) => {
    const server = open(t, AudioSocket);
    server.on("expired", () => assert.fail("it was called off"));
    const ref = server.expect("mine", { timeout: 10 });
    assert.equal(server.unexpect(ref), true);
    assert.equal(server.unexpect(ref), false);
    assert.equal(server.unexpect("anything"), false);
    assert.equal(server.metrics().expected, 0);
    return new Promise((resolve) => setTimeout(resolve, 30));
  });

  test("may be expected before the server listens, and does not survive its close", async () => {
    const server = new AudioSocket();
    const expired = [];
    server.on("expired", ({ context }) => expired.push(context));
    server.expect("one");
    server.listen(0, "127.0.0.1");
    server.expect("two");
    const ended = once(server, "close").then(() => assert.deepEqual(expired, ["one", "two"]));
    await server.close();
    await ended;
    assert.equal(server.metrics().expected, 0);
  });

  test("is no more than there may be", async (t) => {
    const server = open(t, AudioSocket, { maxExpected: 2 });
    const ref = server.expect();
    server.expect();
    assert.throws(() => server.expect(), { code: "ERR_TOO_MANY_EXPECTED" });
    server.unexpect(ref);
    server.expect();
  });

  test("has its time-out told in the asynchronous context of who expects it", async (t) => {
    const server = open(t, AudioSocket);
    const storage = new AsyncLocalStorage();
    const seen = new Promise((resolve) => {
      server.on("expired", () => resolve(storage.getStore()));
    });
    storage.run("mine", () => server.expect(null, { timeout: 10 }));
    assert.equal(await seen, "mine");
  });

  test("whose listener throws is an error of the server", async (t) => {
    const server = open(t, AudioSocket);
    server.on("expired", () => {
      throw new Error("mine");
    });
    server.expect(null, { timeout: 10 });
    const [error] = await once(server, "error");
    assert.equal(error.message, "mine");
    assert.equal(server.metrics().handlerErrors, 1);
  });

  test("is told of wrong arguments", (t) => {
    const server = open(t, AudioSocket);
    const wrong = { code: "ERR_INVALID_ARG_TYPE" };
    assert.throws(() => server.expect(1, null), wrong);
    assert.throws(() => server.expect(1, { timeout: "1" }), wrong);
    assert.throws(() => server.expect(1, { timeout: 0 }), { code: "ERR_OUT_OF_RANGE" });
    assert.throws(() => server.unexpect(), wrong);
    assert.throws(() => new AudioSocket({ onlyExpected: 1 }), wrong);
    assert.throws(() => new AudioSocket({ maxExpected: 0 }), { code: "ERR_OUT_OF_RANGE" });
    assert.throws(() => new WebSocketAudio({ onlyExpected: "yes" }), wrong);
  });
});

describe("a server for expected calls alone", () => {
  test("lets nothing of what a stranger says through, however much that is", async (t) => {
    const server = open(t, AudioSocket, { onlyExpected: true });
    server.on("connection", () => assert.fail("nobody is expected"));
    const stranger = dial(server.port);
    t.after(() => stranger.destroy());
    stranger.send(id(), ...Array.from({ length: 50 }, () => audio(tone(1000))));
    const [drop] = await once(server, "drop");
    assert.equal(drop.code, "ERR_UNEXPECTED");
    assert.deepEqual([drop.remoteAddress, drop.remotePort], ["127.0.0.1", stranger.localPort]);
    await stranger.next(Kind.HANGUP);
    await stranger.closed();
    await eventually(() => server.connections === 0);
    const { accepted, calls, dropped } = server.metrics();
    assert.deepEqual([accepted, calls, dropped], [1, 0, 1]);
  });

  test("refuses a WebSocket whose URL names another call before it is open", async (t) => {
    const server = open(t, WebSocketAudio, { onlyExpected: true });
    const stranger = connectTo(t, server.port, `/?ref=${randomUUID()}`);
    const [, response] = await once(stranger, "unexpected-response");
    assert.equal(response.statusCode, 403);
  });

  test("knows a call over WebSocket by its metadata", async (t) => {
    const server = open(t, WebSocketAudio, { onlyExpected: true });
    const ref = server.expect("mine");
    const peer = connectTo(t, server.port, "/");
    peer.on("open", () => {
      peer.send(JSON.stringify({ callId: ref }));
      peer.send(FRAME);
    });
    const [req] = await once(server, "connection");
    assert.deepEqual([req.ref, req.context], [ref, "mine"]);
  });

  test("knows a call of chan_websocket by its URL, though Asterisk names it otherwise", async (t) => {
    const server = open(t, WebSocketAudio, { onlyExpected: true });
    const ref = server.expect("mine");
    const peer = connectTo(t, server.port, `/calls?ref=${ref}`);
    peer.on("open", () => peer.send(START));
    const [req] = await once(server, "connection");
    assert.deepEqual([req.ref, req.context, req.channelId], [ref, "mine", "1.1"]);
  });

  test("drops a WebSocket that is of no expected call when it has said of which it is", async (t) => {
    const server = open(t, WebSocketAudio, { onlyExpected: true });
    server.on("connection", () => assert.fail("nobody is expected"));
    const peer = connectTo(t, server.port, "/");
    peer.on("open", () => [FRAME, FRAME].forEach((frame) => peer.send(frame)));
    const [drop] = await once(server, "drop");
    assert.equal(drop.code, "ERR_UNEXPECTED");
    await closed(peer);
  });
});

function placeCall(t, server, ref) {
  return KINDS[0].place(t, server.port, ref);
}

/** A server that takes every call and listens to none of it. */
function open(t, Server, options) {
  const server = new Server({ silence: "never", ...options });
  server.onConnection((req, res) => {
    res.on("data", () => {});
  });
  server.listen(0, "127.0.0.1");
  t.after(() => server.close());
  return Object.defineProperty(server, "port", { value: server.address().port });
}

function connectTo(t, port, path) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  socket.on("error", () => {});
  t.after(() => socket.terminate());
  return socket;
}

function closed(peer) {
  return peer instanceof WebSocket ? once(peer, "close") : peer.closed();
}
