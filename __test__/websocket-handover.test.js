"use strict";

/** Sockets of another server's: whoever their peers are, and whatever these do, nothing of them is left. */

const assert = require("node:assert/strict");
const http = require("node:http");
const net = require("node:net");
const { test } = require("node:test");
const { WebSocketAudio } = require("..");
const { eventually, once } = require("./support/wait.js");
const { HOST, keepCalls, raw } = require("./support/websocket.js");

/** An HTTP server whose upgrades `take(server, request, socket, head)` hands over, and its open sockets. */
async function handing(t, options, take) {
  const web = http.createServer();
  const server = new WebSocketAudio(options);
  const sockets = new Set();
  web.on("connection", (socket) => sockets.add(socket.on("close", () => sockets.delete(socket))));
  web.on("upgrade", (...args) => take(server, ...args));
  web.listen(0, HOST);
  await once(web, "listening");
  t.after(async () => {
    sockets.forEach((socket) => socket.destroy());
    await server.close();
    web.close();
  });
  return { server, sockets, port: web.address().port, ...keepCalls(server) };
}

const handOver = (server, ...args) => server.handleUpgrade(...args);
const request = (version) =>
  `GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: ${version}\r\n\r\n`;

/** A peer that asks for a WebSocket and never closes. */
function ask(t, port, version = 13) {
  const peer = net.connect({ port, host: HOST, allowHalfOpen: true }).on("error", () => {});
  t.after(() => peer.destroy());
  peer.resume();
  peer.write(request(version));
  return peer;
}

test("a call's socket is closed though its peer takes nothing of what was said", async (t) => {
  const { port, sockets, call } = await handing(t, { dialect: "raw" }, handOver);
  const peer = await raw(t, port);
  peer.socket.pause();
  const { res, ear } = await call();
  const [socket] = sockets;
  await eventually(() => socket.writableLength > 100_000 || !res.send("x".repeat(50_000)));
  res.hangup();
  await ear.next("end");
  await eventually(() => sockets.size === 0, 5000, "the socket's close");
});

test("a refused peer that goes on sending is closed", async (t) => {
  const { port, sockets } = await handing(t, {}, handOver);
  const peer = ask(t, port, 7);
  const timer = setInterval(() => peer.write("x"), 100);
  t.after(() => clearInterval(timer));
  await once(peer, "end");
  await eventually(() => sockets.size === 0, 5000, "the socket's close");
});

for (const [what, leave] of [
  ["is gone", (socket) => once(socket, "close", 5000, socket.destroy())],
  ["has ended", (socket, peer) => once(socket.resume(), "end", 5000, peer.end())]
]) {
  test(`a socket that ${what} when it is handed over leaves no call behind`, async (t) => {
    let peer = null;
    const lab = await handing(t, { dialect: "audiofork" }, async (server, asked, socket, head) => {
      await leave(socket, peer);
      setImmediate(() => server.handleUpgrade(asked, socket, head));
    });
    peer = ask(t, lab.port);
    await eventually(() => lab.server.metrics().accepted === 1 && lab.server.connections === 0);
    await eventually(() => lab.sockets.size === 0);
    assert.equal(lab.server.metrics().accepted, 1);
  });
}

test("a peer of this link, whose address names an interface, is a call as any other", async (t) => {
  const { port, call } = await handing(t, { dialect: "raw" }, (server, asked, socket, head) => {
    Object.defineProperty(socket, "remoteAddress", { value: "fe80::1%eth0" });
    server.handleUpgrade(asked, socket, head);
  });
  await raw(t, port);
  assert.equal((await call()).req.remoteAddress, "fe80::1");
});
