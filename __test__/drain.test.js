"use strict";

/** Draining a server: nobody new gets in, and the calls go on to their own ends. */

const assert = require("node:assert/strict");
const http = require("node:http");
const { test } = require("node:test");
const { AudioSocket, WebSocketAudio } = require("..");
const { startChild } = require("./support/child.js");
const { call, dial: connect, id } = require("./support/peer.js");
const { HOST, answering, isAlive, isHungUp } = require("./support/serve.js");
const { eventually, once, within } = require("./support/wait.js");
const { dial, keepCalls, refused, serve: serveWebSocket } = require("./support/websocket.js");

/** Whether a promise has settled by the next turn. */
async function isSettled(promise) {
  const nothing = Symbol("nothing");
  const turn = new Promise((resolve) => setImmediate(resolve, nothing));
  return (await Promise.race([promise, turn])) !== nothing;
}

test("a server that drains takes nobody new, and its calls go on until each has ended", async (t) => {
  const { server, port, place } = answering(t);
  const calls = [await place(), await place()];
  const close = once(server, "close");

  const drained = server.drain();
  assert.equal(server.listening, false);
  assert.throws(() => server.listen(0), { code: "ERR_SERVER_ALREADY_LISTEN" });
  await eventually(async () => (await call(port).closed()) === "ECONNREFUSED");
  for (const { peer, ear, res } of calls) {
    await isAlive({ peer, ear });
    assert.equal(res.write(Buffer.alloc(320)), true);
    await peer.next(0x10);
  }

  calls[0].peer.end();
  await calls[0].ear.ended();
  assert.equal(await isSettled(drained), false);
  await isAlive(calls[1]);
  calls[1].res.hangup();
  await isHungUp(calls[1].peer);
  await within(drained, 5000, "the drain");
  await close;
  assert.equal(server.address(), null);
});

test("who is connected and has not said a UUID yet becomes a call", async (t) => {
  const { server, port } = answering(t);
  const peer = await connect(port).connected();
  t.after(() => peer.destroy());
  await eventually(() => server.connections === 1);
  const connection = once(server, "connection");
  const drained = server.drain();
  await eventually(async () => (await call(port).closed()) === "ECONNREFUSED");
  peer.send(id());
  const [, res] = await connection;
  res.hangup();
  await within(drained, 5000, "the drain");
});

test("after its time a drain hangs up the calls that are left", async (t) => {
  const { server, place } = answering(t);
  const { peer, ear } = await place();
  const drained = server.drain({ timeout: 20 });
  await isHungUp(peer);
  await ear.ended();
  await within(drained, 5000, "the drain");
});

test("close hangs up what drains, and both are fulfilled", async (t) => {
  const { server, place } = answering(t);
  const { peer } = await place();
  const drains = [server.drain({ timeout: 60_000 }), server.drain()];
  const closed = server.close();
  await isHungUp(peer);
  await within(Promise.all([...drains, closed, server.drain()]), 5000, "all of them");
});

test("a server that has drained may listen again, and its time is over", async (t) => {
  const { server } = answering(t);
  await server.drain({ timeout: 30 });
  server.listen(0, HOST);
  const { port } = server.address();
  const connection = once(server, "connection");
  const peer = call(port);
  t.after(() => peer.destroy());
  await connection;
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(server.connections, 1);
});

test("where nothing listens a drain is over at once", async () => {
  await within(new AudioSocket().drain(), 1000, "the drain");
  await within(new WebSocketAudio().drain(), 1000, "the drain");
});

test("wrong options are refused, and nothing drains", async (t) => {
  const { server, place } = answering(t);
  assert.throws(() => server.drain({ timeout: "1" }), { code: "ERR_INVALID_ARG_TYPE" });
  assert.throws(() => server.drain({ timeout: -1 }), { code: "ERR_OUT_OF_RANGE" });
  assert.throws(() => server.drain(null), { code: "ERR_INVALID_ARG_TYPE" });
  await isAlive(await place());
});

test("a process whose server drains ends by itself after the last call", async (t) => {
  const child = startChild(t, () => {
    const { AudioSocket: Server } = require("..");
    const server = new Server();
    server.onConnection((req, res) => {
      res.on("data", () => {});
      server.drain().then(() => console.log("true"));
    });
    server.listen(0, "127.0.0.1", () => console.log(server.address().port));
  });
  const peer = call(await child.line());
  await peer.connected();
  peer.end();
  assert.equal(await child.line(), true);
  assert.equal((await child.exited()).code, 0);
});

test("a server of calls over WebSocket drains as well", async (t) => {
  const { server, url, call: nextCall } = serveWebSocket(t, { dialect: "raw" });
  const sender = await dial(t, url);
  const { res } = await nextCall();
  const drained = server.drain();
  await eventually(async () => (await failure(url)) === "ECONNREFUSED");
  assert.equal(await isSettled(drained), false);
  res.hangup();
  await sender.closed();
  await within(drained, 5000, "the drain");
});

test("attached to another server, it leaves that server's requests to others", async (t) => {
  const web = http.createServer((request, response) => response.end("web")).listen(0, HOST);
  await once(web, "listening");
  t.after(() => web.close());
  const server = new WebSocketAudio({ dialect: "raw" });
  const { call: nextCall } = keepCalls(server);
  server.attach(web);
  const { port } = web.address();
  const sender = await dial(t, `ws://${HOST}:${port}`);
  const { res } = await nextCall();

  const drained = server.drain();
  assert.throws(() => server.attach(web), { code: "ERR_SERVER_NOT_RUNNING" });
  assert.equal(web.listenerCount("upgrade"), 0);
  assert.equal(await isSettled(drained), false);
  res.hangup();
  await sender.closed();
  await within(drained, 5000, "the drain");
  server.attach(web, { path: "/again" });
  t.after(() => server.close());
  assert.equal((await refused(`ws://${HOST}:${port}/other`)).status, 404);
});

/** Why a WebSocket cannot be opened. */
async function failure(url) {
  const { WebSocket } = require("ws");
  const socket = new WebSocket(url);
  return new Promise((resolve) => {
    socket.on("error", ({ code }) => resolve(code));
    socket.on("open", () => {
      socket.terminate();
      resolve(null);
    });
  });
}
