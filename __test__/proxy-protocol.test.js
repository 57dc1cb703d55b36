"use strict";

/** Connections through a load balancer that says whose they are. */

const assert = require("node:assert/strict");
const net = require("node:net");
const { describe, test } = require("node:test");
const { randomUUID } = require("node:crypto");
const { dial, dtmf, everyCut, id } = require("./support/peer.js");
const { HOST, hear, serve } = require("./support/serve.js");
const { eventually, once, within } = require("./support/wait.js");
const { Opcode, frame, serve: serveWebSocket } = require("./support/websocket.js");

const SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n");
const LINE = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 9092\r\n";

/** A header of version 2, of that command and family. */
function binary(command, family, body = Buffer.alloc(0)) {
  const rest = Buffer.from([command, family, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([SIGNATURE, rest, body]);
}

const FOUR = Buffer.from([192, 0, 2, 7, 198, 51, 100, 1, 4711 >> 8, 4711 & 0xff, 0x23, 0x84]);
const SIX = Buffer.alloc(36);
SIX.set([0x20, 0x01, 0x0d, 0xb8], 0);
SIX.set([7], 15);
SIX.writeUInt16BE(4711, 32);

/** Sends a header and a call behind it in one write. Gives what the handler was given. */
async function arrived(t, header, ref = randomUUID()) {
  const server = serve(t, undefined, { proxyProtocol: true });
  server.onConnection((req, res) => res.on("data", () => {}));
  const connection = once(server, "connection");
  const peer = dial(server.address().port).send(Buffer.from(header), id(ref), dtmf("5"));
  t.after(() => peer.destroy());
  const [req, res] = await connection;
  assert.equal(req.ref, ref);
  const ear = hear(res);
  await eventually(() => ear.digits() === "5");
  return { req, peer };
}

describe("the peer of a call is who the balancer says:", () => {
  const cases = {
    "version 1, IPv4": [LINE, "192.0.2.7"],
    "version 1, IPv6": ["PROXY TCP6 2001:db8::7 2001:db8::1 4711 9092\r\n", "2001:db8::7"],
    "version 2, IPv4": [binary(0x21, 0x11, FOUR), "192.0.2.7"],
    "version 2, IPv4, with more behind it": [
      binary(0x21, 0x11, Buffer.concat([FOUR, Buffer.from([4, 0, 2, 0, 0])])),
      "192.0.2.7"
    ],
    "version 2, IPv6": [binary(0x21, 0x21, SIX), "2001:db8::7"]
  };
  for (const [name, [header, address]] of Object.entries(cases)) {
    test(name, async (t) => {
      const { req } = await arrived(t, header);
      assert.deepEqual([req.remoteAddress, req.remotePort], [address, 4711]);
    });
  }
});

describe("the peer is the balancer where that", () => {
  const cases = { "speaks for itself": binary(0x20, 0), "does not know": "PROXY UNKNOWN\r\n" };
  for (const [name, header] of Object.entries(cases)) {
    test(name, async (t) => {
      const { req, peer } = await arrived(t, header);
      assert.deepEqual([req.remoteAddress, req.remotePort], [HOST, peer.localPort]);
    });
  }
});

test("a header may come in any two pieces", async (t) => {
  const server = serve(t, (req, res) => res.hangup(), { proxyProtocol: true });
  for (const header of [Buffer.from(LINE), binary(0x21, 0x11, FOUR)]) {
    for (const [first, second] of everyCut(Buffer.concat([header, id()]))) {
      const connection = once(server, "connection");
      const peer = await dial(server.address().port).connected();
      await peer.sendPieces([first, second]);
      const [req] = await connection;
      assert.equal(req.remoteAddress, "192.0.2.7");
      peer.destroy();
    }
  }
});

describe("a connection is dropped", () => {
  const cases = {
    "that says no header": ["ERR_PROXY_HEADER", (peer) => peer.send(id())],
    "whose header is wrong": ["ERR_PROXY_HEADER", (peer) => peer.send(Buffer.from("PROXY TCP4 nowhere\r\n"))],
    "that closes in the middle of it": [
      "ERR_CLOSED_EARLY",
      (peer) => {
        peer.send(Buffer.from(LINE.slice(0, 20)));
        peer.end();
      }
    ],
    "that takes too long over it": ["ERR_HANDSHAKE_TIMEOUT", (peer) => peer.send(Buffer.from("PROXY "))]
  };
  for (const [name, [code, misbehave]] of Object.entries(cases)) {
    test(`${name}, with ${code}`, async (t) => {
      const server = serve(t, () => assert.fail("it became a call"), {
        proxyProtocol: true,
        handshakeTimeout: code === "ERR_HANDSHAKE_TIMEOUT" ? 50 : 5000
      });
      const drop = once(server, "drop");
      const peer = await dial(server.address().port).connected();
      t.after(() => peer.destroy());
      misbehave(peer);
      const [dropped] = await drop;
      assert.deepEqual(dropped, { code, remoteAddress: HOST, remotePort: peer.localPort });
      await peer.closed();
      assert.deepEqual(server.metrics().droppedByCode, { [code]: 1 });
      await eventually(() => server.connections === 0);
    });
  }

  test("that has not said its header when the server closes", async (t) => {
    const server = serve(t, undefined, { proxyProtocol: true });
    const peer = await dial(server.address().port).connected();
    t.after(() => peer.destroy());
    await eventually(() => server.connections === 1);
    const drop = once(server, "drop");
    const closed = server.close();
    assert.equal((await drop)[0].code, "ERR_SERVER_CLOSED");
    await within(closed, 5000, "the close");
  });
});

test("without the option a header is no beginning of a call", async (t) => {
  const server = serve(t, () => assert.fail("it became a call"));
  const drop = once(server, "drop");
  const peer = dial(server.address().port).send(Buffer.from(LINE), id());
  t.after(() => peer.destroy());
  assert.equal((await drop)[0].code, "ERR_FIRST_FRAME");
});

test("calls over WebSocket have their peer from the balancer, too", async (t) => {
  const { port, call } = serveWebSocket(t, { dialect: "raw", proxyProtocol: true });
  const socket = net.connect(port, HOST);
  t.after(() => socket.destroy());
  const upgrade = [
    "GET /calls HTTP/1.1",
    `Host: ${HOST}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "",
    ""
  ].join("\r\n");
  socket.write(LINE + upgrade);
  await once(socket, "data");
  socket.write(frame(Opcode.BINARY, Buffer.alloc(320)));
  const { req } = await call();
  assert.deepEqual([req.remoteAddress, req.remotePort], ["192.0.2.7", 4711]);
});
