"use strict";

/** How a connection becomes a call, or does not. */

const assert = require("node:assert/strict");
const { describe, test } = require("node:test");
const { startChild } = require("./support/child.js");
const { Kind, audio, call, dial, dtmf, error, everyCut, frame, hangup, id, tone } = require("./support/peer.js");
const { HOST, answering, assertHeard, hear, isAlive, isHungUp, serve, withResolvers } = require("./support/serve.js");
const { eventually, once, within } = require("./support/wait.js");

const REF = "01234567-89ab-4cde-8f01-23456789abcd";

/** A connection that the test lets go of. */
function open(t, server) {
  const peer = dial(server.address().port, HOST);
  t.after(() => peer.destroy());
  return peer;
}

describe("the handler", () => {
  test("is told who calls: the UUID in lower case, the peer's address, the transport", async (t) => {
    const server = serve(t);
    const peer = open(t, server).send(id(REF.toUpperCase()));
    const [req] = await once(server, "connection");
    assert.equal(req.ref, REF);
    assert.equal(req.remoteAddress, HOST);
    assert.equal(req.remotePort, peer.localPort);
    assert.equal(req.transport, "audiosocket");
  });

  test("is called with what the connection event gives, after it", async (t) => {
    const order = [];
    const server = serve(t, (...args) => order.push(["handler", ...args]));
    server.on("connection", (...args) => order.push(["connection", ...args]));
    open(t, server).send(id(REF));
    await eventually(() => order.length === 2);
    assert.deepEqual(order.map(([name]) => name), ["connection", "handler"]);
    assert.equal(order[0][1], order[1][1], "the same request");
    assert.equal(order[0][2], order[1][2], "the same stream");
  });

  test("is called once the UUID is there, wherever its frame is cut", async (t) => {
    const { server, place } = answering(t);
    const heard = [];
    server.on("connection", ({ remotePort }) => heard.push(remotePort));
    const cut = [];
    for (const [head, tail] of everyCut(id(REF))) {
      cut.push({ tail, peer: await open(t, server).send(head).connected() });
    }
    await eventually(() => server.connections === cut.length);
    // A whole call that came later is up: what came before it has been read.
    const { req } = await place();
    assert.deepEqual(heard, [req.remotePort]);

    for (const { peer, tail } of cut) {
      peer.send(tail);
      await once(server, "connection");
      assert.equal(heard.at(-1), peer.localPort);
    }
    assert.equal(heard.length, 1 + cut.length);
  });

  test("is called for calls in which the UUID and audio came in one piece", async (t) => {
    const heard = withResolvers();
    const server = serve(t, (req, res) => heard.resolve({ req, ear: hear(res) }));
    open(t, server).send(id(REF), audio(tone(1)), dtmf("1"));
    const { req, ear } = await within(heard.promise, 5000, "the handler to be called");
    assert.equal(req.ref, REF);
    await eventually(() => ear.events.length === 2);
    assertHeard(ear.events, [["data", tone(1)], ["dtmf", "1"]]);
  });
});

describe("a connection is dropped", () => {
  async function isDropped(server, peer, dropped, code) {
    await peer.connected();
    const [drop] = await dropped;
    assert.deepEqual(drop, { code, remoteAddress: HOST, remotePort: peer.localPort });
    await peer.closed();
    await eventually(() => server.connections === server.metrics().calls);
  }

  const beginnings = {
    ERR_FIRST_FRAME: {
      "is audio": audio(tone(1)),
      "is a key": dtmf("1"),
      "is silence": frame(Kind.SILENCE),
      "is a hang-up": hangup(),
      "is an error": error(1),
      "is of a kind that nobody knows": frame(0x42, Buffer.alloc(16)),
      "is another protocol": Buffer.from("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")
    },
    ERR_ID_LENGTH: {
      "is an empty UUID": frame(Kind.ID),
      "is a UUID a byte too short": frame(Kind.ID, Buffer.alloc(15)),
      "is a UUID a byte too long": frame(Kind.ID, Buffer.alloc(17)),
      "is a UUID as text": frame(Kind.ID, Buffer.from(REF))
    }
  };
  for (const [code, cases] of Object.entries(beginnings)) {
    for (const [what, bytes] of Object.entries(cases)) {
      test(`if its first frame ${what}, with ${code}, and other calls go on`, async (t) => {
        const { server, place } = answering(t);
        const other = await place();
        server.on("connection", () => assert.fail("the connection became a call"));
        const dropped = once(server, "drop");
        const peer = open(t, server).send(bytes);
        await isDropped(server, peer, dropped, code);
        assert.equal(server.metrics().dropped, 1);
        await isAlive(other);
      });
    }
  }

  for (const [name, bytes] of [["nothing", Buffer.alloc(0)], ["half a UUID", id(REF).subarray(0, 9)]]) {
    test(`if it says ${name} in time, with ERR_HANDSHAKE_TIMEOUT`, async (t) => {
      const { server, place } = answering(t, { handshakeTimeout: 80 });
      const other = await place();
      const dropped = once(server, "drop");
      const begun = performance.now();
      const peer = open(t, server).send(bytes);
      await isDropped(server, peer, dropped, "ERR_HANDSHAKE_TIMEOUT");
      assert.ok(performance.now() - begun >= 79, "not before its time");
      await isAlive(other);
    });
  }

  test("after five seconds, if nothing else is said", async (t) => {
    const { server } = answering(t);
    const begun = performance.now();
    const dropped = once(server, "drop", 8000);
    const peer = open(t, server);
    await isDropped(server, peer, dropped, "ERR_HANDSHAKE_TIMEOUT");
    const took = performance.now() - begun;
    assert.ok(took >= 4990 && took < 7000, `dropped after ${took} ms`);
  });

  test("if it closes before its UUID is there, and the server goes on", async (t) => {
    const { server, place } = answering(t);
    const dropped = once(server, "drop");
    open(t, server).send(id(REF).subarray(0, 9)).end();
    const [{ code }] = await dropped;
    assert.equal(code, "ERR_CLOSED_EARLY");
    await isAlive(await place());
  });

  test("if there are as many as maxConnections, with ERR_MAX_CONNECTIONS, until one ends", async (t) => {
    const { server, place } = answering(t, { maxConnections: 2 });
    const first = await place();
    const second = await place();
    const dropped = once(server, "drop");
    const third = open(t, server).send(id());
    await isDropped(server, third, dropped, "ERR_MAX_CONNECTIONS");
    await isAlive(second);

    first.peer.end();
    await eventually(() => server.connections === 1);
    await isAlive(await place());
    assert.equal(server.metrics().dropped, 1);
  });
});

test("without a handler calls are hung up, and a warning is given once", async (t) => {
  const child = startChild(t, () => {
    const { AudioSocket } = require("..");
    process.on("warning", ({ code }) => console.log(JSON.stringify(code)));
    const server = new AudioSocket().listen(0, "127.0.0.1");
    console.log(server.address().port);
  });
  const port = await child.line();
  await isHungUp(call(port));
  await isHungUp(call(port));
  assert.equal(await child.line(), "CALLSTREAMS_NO_HANDLER");
  child.kill("SIGTERM");
  await child.exited();
  await assert.rejects(child.line(), /said no more/);
});

test("a connection listener is enough of a handler", async (t) => {
  const server = serve(t);
  const connection = once(server, "connection");
  const peer = open(t, server).send(id());
  const [, res] = await connection;
  peer.send(dtmf("7"));
  assert.deepEqual(await once(res, "dtmf"), ["7"]);
  assert.equal(peer.frames.some(({ kind }) => kind === Kind.HANGUP), false);
});
