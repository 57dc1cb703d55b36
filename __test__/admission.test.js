"use strict";

/** Who may connect, how many and how often, and what those are told who may not. */

const assert = require("node:assert/strict");
const http = require("node:http");
const net = require("node:net");
const { describe, test } = require("node:test");
const { Kind, audio, call, dial, dtmf, id, tone } = require("./support/peer.js");
const { HOST, serve } = require("./support/serve.js");
const { eventually, once, within } = require("./support/wait.js");
const { AudioSocket, WebSocketAudio } = require("..");

/** Other addresses of this machine than 127.0.0.1 are there on Linux alone. */
const skip = process.platform === "linux" ? false : "needs addresses of 127.0.0.0/8";

const HANGUP = Buffer.from([0, 0, 0]);

/** Connects from an address of this machine, and says `bytes`. Gives all that it is told until the end. */
function told(t, server, bytes, localAddress = HOST) {
  const socket = net.connect({ port: server.address().port, host: HOST, localAddress });
  t.after(() => socket.destroy());
  const pieces = [];
  socket.on("data", (piece) => pieces.push(piece)).on("error", (error) => pieces.push(error));
  socket.write(bytes);
  const closed = new Promise((resolve) => {
    socket.on("close", () => resolve(pieces));
  });
  return within(closed, 5000, "the connection to close");
}

/** It hears a hang-up and a close, and no reset. */
async function isTurnedAway(t, server, code, { bytes = id(), from = HOST } = {}) {
  const dropped = once(server, "drop");
  const before = server.metrics().droppedByCode[code] ?? 0;
  assert.deepEqual(await told(t, server, bytes, from), [HANGUP]);
  const [drop] = await dropped;
  assert.equal(drop.code, code);
  assert.equal(server.metrics().droppedByCode[code], before + 1);
  return drop;
}

async function isTaken(t, server, from = HOST) {
  const taken = once(server, "connection");
  const socket = net.connect({ port: server.address().port, host: HOST, localAddress: from });
  t.after(() => socket.destroy());
  socket.write(id());
  await taken;
  return socket;
}

describe("over AudioSocket a connection is told to hang up", () => {
  test("beyond maxConnections", async (t) => {
    const server = serve(t, () => {}, { maxConnections: 1 });
    const first = await isTaken(t, server);
    await isTurnedAway(t, server, "ERR_MAX_CONNECTIONS");
    first.end();
    await eventually(() => server.connections === 0);
    await isTaken(t, server);
  });

  test("beyond maxConnectionsPerAddress, and others are not", { skip }, async (t) => {
    const server = serve(t, () => {}, { maxConnectionsPerAddress: 1 });
    const first = await isTaken(t, server);
    const { remoteAddress } = await isTurnedAway(t, server, "ERR_MAX_CONNECTIONS_PER_ADDRESS");
    assert.equal(remoteAddress, HOST);
    await isTaken(t, server, "127.0.0.2");
    first.end();
    await eventually(() => server.connections === 1);
    await isTaken(t, server);
  });

  test("beyond maxPending, until who came before is a call", async (t) => {
    const server = serve(t, () => {}, { maxPending: 1 });
    const silent = dial(server.address().port);
    t.after(() => silent.destroy());
    await eventually(() => server.connections === 1);
    await isTurnedAway(t, server, "ERR_MAX_PENDING");
    const connection = once(server, "connection");
    silent.send(id());
    await connection;
    await isTaken(t, server);
  });

  test("beyond maxCallsPerSecond, and of one address", { skip }, async (t) => {
    const all = serve(t, () => {}, { maxCallsPerSecond: 2 });
    await isTaken(t, all);
    await isTaken(t, all, "127.0.0.2");
    await isTurnedAway(t, all, "ERR_CALL_RATE", { from: "127.0.0.3" });
    const each = serve(t, () => {}, { maxCallsPerSecondPerAddress: 0.01 });
    await isTaken(t, each);
    await isTurnedAway(t, each, "ERR_CALL_RATE_PER_ADDRESS");
    await isTaken(t, each, "127.0.0.2");
  });

  test("from where it may not come", { skip }, async (t) => {
    const server = serve(t, () => {}, { allow: ["127.0.0.0/30", "::1"], deny: ["127.0.0.2"] });
    await isTaken(t, server);
    await isTurnedAway(t, server, "ERR_ADDRESS_DENIED", { from: "127.0.0.2" });
    await isTurnedAway(t, server, "ERR_ADDRESS_DENIED", { from: "127.0.0.9" });
  });
});

describe("authorize over AudioSocket", () => {
  test("takes those for whom it says true, with all that they said meanwhile", async (t) => {
    const asked = [];
    const server = serve(t, () => {}, { authorize: (req) => new Promise((resolve) => asked.push({ req, resolve })) });
    const heard = [];
    const connection = once(server, "connection");
    const peer = dial(server.address().port).send(id(), audio(tone(1)), dtmf("5"));
    t.after(() => peer.destroy());
    await eventually(() => asked.length === 1);
    const [{ req, resolve }] = asked;
    assert.deepEqual([req.transport, req.remoteAddress, req.remotePort], ["audiosocket", HOST, peer.localPort]);
    resolve(true);
    const [given, res] = await connection;
    assert.equal(given.ref, req.ref);
    res.on("data", () => heard.push("data")).on("dtmf", (key) => heard.push(key));
    await eventually(() => heard.length === 2);
    assert.deepEqual(heard, ["data", "5"]);
  });

  const refusing = {
    "says false": () => false,
    "says nothing": () => {},
    "says anything else": () => "yes",
    "says so later": async () => false
  };
  for (const [what, authorize] of Object.entries(refusing)) {
    test(`turns away those for whom it ${what}`, async (t) => {
      const server = serve(t, () => assert.fail("it was taken"), { authorize, silence: "never" });
      await isTurnedAway(t, server, "ERR_REFUSED");
      const { calls, activeCalls, dropped } = server.metrics();
      assert.deepEqual({ calls, activeCalls, dropped }, { calls: 0, activeCalls: 0, dropped: 1 });
    });
  }

  test("that throws or rejects turns the call away, and the server hears of it", async (t) => {
    const fault = new Error("the database is away");
    for (const authorize of [() => { throw fault; }, () => Promise.reject(fault)]) {
      const server = serve(t, () => {}, { authorize, silence: "never" });
      const error = once(server, "error");
      await isTurnedAway(t, server, "ERR_REFUSED");
      assert.equal((await error)[0], fault);
    }
  });

  test("has as long as handshakeTimeout, and what it says later is not heard", async (t) => {
    let answer = null;
    const authorize = () => new Promise((resolve) => {
      answer = resolve;
    });
    const server = serve(t, () => assert.fail("it was taken"), { authorize, handshakeTimeout: 100, silence: "never" });
    await isTurnedAway(t, server, "ERR_HANDSHAKE_TIMEOUT");
    answer(true);
    await new Promise(setImmediate);
    assert.equal(server.metrics().activeCalls, 0);
  });

  test("is not waited for where the peer is gone, or the server closes", async (t) => {
    const server = serve(t, () => assert.fail("it was taken"), { authorize: () => new Promise(() => {}), handshakeTimeout: 60_000 });
    const dropped = once(server, "drop");
    dial(server.address().port).send(id()).end();
    assert.equal((await dropped)[0].code, "ERR_CLOSED_EARLY");
    const again = once(server, "drop");
    const peer = dial(server.address().port).send(id());
    t.after(() => peer.destroy());
    await eventually(() => server.connections === 1 && server.metrics().accepted === 2);
    await within(server.close(), 5000, "the server to close");
    assert.equal((await again)[0].remotePort, peer.localPort);
  });
});

describe("a call that says the UUID of another", () => {
  const REF = "40325ec2-5efd-4bd3-805f-53576e581d13";

  test("is taken, if nothing else is said", async (t) => {
    const server = serve(t, () => {});
    const said = [dial(server.address().port).send(id(REF)), dial(server.address().port).send(id(REF))];
    t.after(() => said.forEach((peer) => peer.destroy()));
    await eventually(() => server.metrics().activeCalls === 2);
  });

  test("is turned away where that is the policy, until the other is over", async (t) => {
    const server = serve(t, () => {}, { duplicateRef: "refuse" });
    const connection = once(server, "connection");
    const first = dial(server.address().port).send(id(REF));
    await connection;
    await isTurnedAway(t, server, "ERR_DUPLICATE_REF", { bytes: id(REF) });
    const { calls, dropped, activeCalls } = server.metrics();
    assert.deepEqual({ calls, dropped, activeCalls }, { calls: 1, dropped: 1, activeCalls: 1 });
    first.end();
    await eventually(() => server.metrics().activeCalls === 0);
    const again = once(server, "connection");
    const second = dial(server.address().port).send(id(REF));
    t.after(() => second.destroy());
    await again;
  });

  test("takes its place where that is the policy, and the other is hung up", async (t) => {
    const server = serve(t, () => {}, { duplicateRef: "replace" });
    for (let round = 0; round < 3; round += 1) {
      const connection = once(server, "connection");
      const first = told(t, server, id(REF));
      await connection;
      const replacing = once(server, "connection");
      const second = dial(server.address().port).send(id(REF));
      await replacing;
      assert.deepEqual((await first).at(-1).subarray(-3), HANGUP);
      second.end();
      await eventually(() => server.metrics().activeCalls === 0);
    }
    assert.equal(server.metrics().dropped, 0);
  });
});

describe("a balancer's word on who calls", () => {
  const header = (address) => Buffer.from(`PROXY TCP4 ${address} 198.51.100.1 4711 9092\r\n`);

  test("is believed of the networks that are named, and asked of nobody else", { skip }, async (t) => {
    const server = serve(t, () => {}, { proxyProtocol: ["127.0.0.2/32"] });
    const connection = once(server, "connection");
    const socket = net.connect({ port: server.address().port, host: HOST, localAddress: "127.0.0.2" });
    t.after(() => socket.destroy());
    socket.write(Buffer.concat([header("192.0.2.7"), id()]));
    const [{ remoteAddress }] = await connection;
    assert.equal(remoteAddress, "192.0.2.7");
    await isTaken(t, server);
    const bytes = Buffer.concat([header("192.0.2.7"), id()]);
    const { remoteAddress: own } = await isTurnedAway(t, server, "ERR_FIRST_FRAME", { bytes });
    assert.equal(own, HOST);
  });

  test("is what limits of addresses go by", async (t) => {
    const server = serve(t, () => {}, { proxyProtocol: true, deny: ["192.0.2.0/24"], maxConnectionsPerAddress: 1 });
    const bytes = (address) => Buffer.concat([header(address), id()]);
    const denied = await isTurnedAway(t, server, "ERR_ADDRESS_DENIED", { bytes: bytes("192.0.2.7") });
    assert.equal(denied.remoteAddress, "192.0.2.7");
    const taken = once(server, "connection");
    const first = dial(server.address().port).send(bytes("203.0.113.7"));
    t.after(() => first.destroy());
    await taken;
    await isTurnedAway(t, server, "ERR_MAX_CONNECTIONS_PER_ADDRESS", { bytes: bytes("203.0.113.7") });
  });
});

describe("over WebSocket a request is answered", () => {
  const cases = [
    ["403 from where it may not come", { deny: ["127.0.0.0/8"] }, 403, "ERR_ADDRESS_DENIED"],
    ["429 where its address calls too often", { maxCallsPerSecondPerAddress: 0.01 }, 429, "ERR_CALL_RATE_PER_ADDRESS"],
    ["503 where all call too often", { maxCallsPerSecond: 0.01 }, 503, "ERR_CALL_RATE"]
  ];
  const asked = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const [what, options, status, code] of cases) {
    test(what, async (t) => {
      const server = new WebSocketAudio(options).listen(0, HOST);
      t.after(() => server.close());
      await once(server, "listening");
      if (status !== 403) {
        // It is no WebSocket's, and counts.
        await told(t, server, asked);
      }
      const dropped = once(server, "drop");
      const [answer] = await told(t, server, asked);
      assert.match(String(answer), new RegExp(`^HTTP/1.1 ${status} `));
      assert.equal((await dropped)[0].code, code);
    });
  }

  test("the same where Node's own server listens", async (t) => {
    const server = new WebSocketAudio({ deny: ["127.0.0.0/8"] });
    const node = http.createServer().listen(0, HOST);
    t.after(() => [server.close(), node.close()]);
    server.attach(node);
    await once(node, "listening");
    const upgrade = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": 13, "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==" };
    const request = http.get({ port: node.address().port, host: HOST, headers: upgrade });
    const [response] = await once(request, "response");
    response.resume();
    assert.equal(response.statusCode, 403);
    assert.deepEqual(server.metrics().droppedByCode, { ERR_ADDRESS_DENIED: 1 });
  });
});

test("all that are turned away are counted by why, though JavaScript hears of none meanwhile", async (t) => {
  const server = serve(t, () => {}, { deny: ["127.0.0.0/8"] });
  const script = `
    const net = require("node:net");
    const next = (left) => left > 0 && net.connect(${server.address().port}, "${HOST}", function () {
      this.on("error", () => {}).on("close", () => next(left - 1)).resume();
    });
    for (let lane = 0; lane < 20; lane += 1) next(100);`;
  // It runs while this thread stands still.
  require("node:child_process").execFileSync(process.execPath, ["-e", script], { timeout: 20_000 });
  await eventually(() => server.metrics().droppedByCode.ERR_ADDRESS_DENIED === 2000);
  assert.equal(server.metrics().dropped, 2000);
  await server.close();
  assert.equal(server.metrics().droppedByCode.ERR_ADDRESS_DENIED, 2000, "it stays when the server is closed");
});

test("limits are checked when they are given", () => {
  const outOfRange = [
    { maxConnectionsPerAddress: 0 }, { maxPending: 0 }, { maxCallsPerSecond: 0 }, { maxCallsPerSecondPerAddress: -1 },
    { duplicateRef: "drop" }, { allow: ["10.0.0.0/33"] }, { deny: ["pbx.example"] }, { allow: ["::/129"] }, { proxyProtocol: ["10.0.0.0/08"] }
  ];
  const wrong = [{ duplicateRef: true }, { authorize: true }, { maxPending: "1" }, { allow: "10.0.0.0/8" }, { deny: [7] }, { proxyProtocol: "yes" }, { proxyProtocol: null }];
  for (const Server of [AudioSocket, WebSocketAudio]) {
    for (const options of outOfRange) {
      assert.throws(() => new Server(options), { code: "ERR_OUT_OF_RANGE" }, JSON.stringify(options));
    }
    for (const options of wrong) {
      assert.throws(() => new Server(options), { code: "ERR_INVALID_ARG_TYPE" }, JSON.stringify(options));
    }
  }
});

test("a call that was let in is one to the end", async (t) => {
  const server = serve(t, (req, res) => res.hangup(), { maxPending: 1, maxConnectionsPerAddress: 1 });
  for (let round = 0; round < 5; round += 1) {
    const peer = call(server.address().port);
    await peer.next(Kind.HANGUP);
    peer.end();
    await eventually(() => server.connections === 0);
  }
  assert.equal(server.metrics().calls, 5);
});
