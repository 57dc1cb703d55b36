"use strict";

/* eslint no-shadow: "off" -- what runs in a child process names its modules anew */

/** Calls on a port that is another server's: Node's own, with `ws` and a web app beside them. */

const assert = require("node:assert/strict");
const http = require("node:http");
const net = require("node:net");
const { describe, test } = require("node:test");
const { WebSocketServer } = require("ws");
const { WebSocketAudio } = require("..");
const { noise } = require("./support/call.js");
const { startChild } = require("./support/child.js");
const { eventually, once, within } = require("./support/wait.js");
const { HOST, Opcode, dial, frame, keepCalls, raw, refused, tone } = require("./support/websocket.js");

/** An HTTP server that answers "web", and calls attached to it. */
async function attached(t, options, where) {
  const web = http.createServer((request, response) => response.end("web"));
  const server = new WebSocketAudio({ dialect: "raw", ...options });
  const detach = server.attach(web, where);
  web.listen(0, HOST);
  await once(web, "listening");
  const { port } = web.address();
  t.after(async () => {
    await server.close();
    web.closeAllConnections();
    web.close();
  });
  return { web, server, detach, port, url: `ws://${HOST}:${port}`, ...keepCalls(server) };
}

test("a call comes over another server's port, both ways, whatever its size", async (t) => {
  const { server, url, port, call } = await attached(t, { maxMessageRate: 1e6, inboundLimit: 60 });
  const sender = await dial(t, `${url}/calls?ref=a1`);
  const { req, res, ear } = await call();
  assert.deepEqual([req.url, req.ref, req.remoteAddress], ["/calls?ref=a1", "a1", HOST]);
  assert.deepEqual([server.listening, server.address(), server.connections], [false, null, 1]);
  const pcm = noise(600_000);
  for (let at = 0; at < pcm.length; at += 1000) {
    sender.send(pcm.subarray(at, at + 1000));
  }
  const heard = await ear.bytes(pcm.length);
  assert.ok(heard.equals(pcm));
  await res.play(tone(1600), { format: { sampleRate: 8000 } });
  assert.deepEqual(await sender.heard(3200), tone(1600));
  assert.equal(await (await fetch(`http://${HOST}:${port}/`)).text(), "web");
  res.hangup();
  assert.equal((await sender.closed()).code, 1000);
});

test("only the path is taken that is asked for; with nobody else the others are answered 404", async (t) => {
  const { url, call } = await attached(t, {}, { path: "/calls" });
  await dial(t, `${url}/calls?x=1`);
  await call();
  assert.equal((await refused(`${url}/other`)).status, 404);
  assert.equal((await refused(`${url}/calls/1`)).status, 404);
});

test("a ws server and another of ours live beside it, each with its path", async (t) => {
  const { web, url, call } = await attached(t, {}, { path: "/calls" });
  const other = new WebSocketAudio({ dialect: "raw" });
  const calls = keepCalls(other);
  other.attach(web, { path: "/others" });
  t.after(() => other.close());
  assert.equal((await refused(`${url}/nowhere`)).status, 404);
  const chat = new WebSocketServer({ noServer: true });
  web.on("upgrade", (request, socket, head) => {
    if (request.url === "/chat") {
      chat.handleUpgrade(request, socket, head, (client) => client.send("chat"));
    }
  });
  const talker = await dial(t, `${url}/chat`);
  assert.equal(await talker.text(), "chat");
  await dial(t, `${url}/calls`);
  await call();
  await dial(t, `${url}/others`);
  await calls.call();
});

for (const order of ["before", "after"]) {
  test(`who answers every path but its own, and listens ${order} us, does not see ours`, async (t) => {
    const web = http.createServer();
    const beside = () => new WebSocketServer({ server: web, path: "/chat" }).on("connection", (client) => client.send("chat"));
    const server = new WebSocketAudio({ dialect: "raw" });
    const { call } = keepCalls(server);
    t.after(async () => {
      await server.close();
      web.closeAllConnections();
      web.close();
    });
    if (order === "before") {
      beside();
    }
    const detach = server.attach(web, { path: "/calls" });
    if (order === "after") {
      beside();
    }
    web.listen(0, HOST);
    await once(web, "listening");
    const url = `ws://${HOST}:${web.address().port}`;
    await dial(t, `${url}/calls?ref=1`);
    await call();
    const talker = await dial(t, `${url}/chat`);
    assert.equal(await talker.text(), "chat");
    assert.equal((await refused(`${url}/nowhere`)).status, 400);
    detach();
    assert.equal((await refused(`${url}/calls`)).status, 400);
    assert.equal(web.emit, http.Server.prototype.emit);
  });
}

test("who else stands in for the server's emit is left in place, and attaching again works", async (t) => {
  const { web, server, url, detach, call } = await attached(t, {}, { path: "/calls" });
  const { emit } = web;
  const seen = [];
  web.emit = (event, ...args) => {
    seen.push(event);
    return emit.call(web, event, ...args);
  };
  detach();
  server.attach(web, { path: "/again" });
  await dial(t, `${url}/again`);
  await call();
  assert.equal((await refused(`${url}/calls`)).status, 404);
  assert.ok(seen.includes("upgrade"));
});

test("sockets are taken one by one with handleUpgrade", async (t) => {
  const web = http.createServer();
  const server = new WebSocketAudio({ dialect: "raw" });
  const { call } = keepCalls(server);
  web.on("upgrade", (...args) => server.handleUpgrade(...args));
  web.listen(0, HOST);
  await once(web, "listening");
  t.after(() => web.close());
  const url = `ws://${HOST}:${web.address().port}`;
  const sender = await dial(t, url);
  const { ear } = await call();
  await server.close();
  await ear.next("end");
  await sender.closed();
  // The web server is still there, and the calls are not.
  assert.equal((await refused(url)).status, 503);
  server.attach(http.createServer());
  await dial(t, url);
  await call();
  await server.close();
});

test("what ws sends with the request is heard", async (t) => {
  const { port, call } = await attached(t);
  const key = "dGhlIHNhbXBsZSBub25jZQ==";
  const socket = net.connect(port, HOST).on("error", () => {});
  t.after(() => socket.destroy());
  const head = `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`;
  socket.write(Buffer.concat([Buffer.from(head), frame(Opcode.BINARY, tone(160))]));
  const { ear } = await call();
  assert.deepEqual(await ear.bytes(320), tone(160));
});

test("a peer that ends, vanishes or breaks the protocol ends its call alone", async (t) => {
  const { url, port, call, server } = await attached(t);
  const honest = await dial(t, url);
  const bystander = await call();
  for (const leave of [
    ({ socket }) => socket.end(),
    ({ socket }) => socket.destroy(),
    ({ socket }) => socket.resetAndDestroy(),
    ({ socket }) => socket.write(Buffer.alloc(100, 0xee))
  ]) {
    const peer = await raw(t, port);
    const { ear } = await call();
    leave(peer);
    await ear.next("end");
    await peer.closed();
  }
  honest.send(tone(160));
  await bystander.ear.bytes(320);
  await eventually(() => server.connections === 1);
});

test("a request that is none is answered, and one too many is", async (t) => {
  const { server, url, port, call, dropped } = await attached(t, { maxConnections: 1 });
  const peer = net.connect(port, HOST).on("error", () => {});
  t.after(() => peer.destroy());
  let answer = "";
  peer.on("data", (piece) => (answer += piece));
  peer.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
  await eventually(() => answer.startsWith("HTTP/1.1 426 "));
  await dropped("ERR_WS_REQUEST");
  await dial(t, url);
  await call();
  assert.equal((await refused(url)).status, 503);
  await dropped("ERR_MAX_CONNECTIONS");
  const { accepted, calls, dropped: turnedAway } = server.metrics();
  assert.deepEqual([accepted, calls, turnedAway], [3, 1, 2]);
});

test("a peer that reads nothing while JavaScript goes on sending is cut off", async (t) => {
  const { port, call } = await attached(t);
  const peer = await raw(t, port);
  peer.socket.pause();
  const { res, ear } = await call();
  const text = "x".repeat(200_000);
  const timer = setInterval(() => {
    try {
      res.send(text);
    } catch {
      // There is no room now.
    }
  }, 5);
  t.after(() => clearInterval(timer));
  await ear.next("end");
});

describe("attach", () => {
  test("can be undone; calls that are up go on", async (t) => {
    const { url, call, detach } = await attached(t, {}, { path: "/calls" });
    const sender = await dial(t, `${url}/calls`);
    const { ear } = await call();
    detach();
    detach();
    sender.send(tone(160));
    await ear.bytes(320);
    await assert.rejects(within(dial(t, `${url}/calls`)));
  });

  test("takes a server and a path", (t) => {
    const server = new WebSocketAudio();
    t.after(() => server.close());
    assert.throws(() => server.attach({}), { code: "ERR_INVALID_ARG_TYPE" });
    assert.throws(() => server.attach(http.createServer(), { path: 5 }), { code: "ERR_INVALID_ARG_TYPE" });
    assert.throws(() => server.attach(http.createServer(), null), { code: "ERR_INVALID_ARG_TYPE" });
  });

  test("throws while the server closes, and works when it has", async (t) => {
    const { server, url, call } = await attached(t);
    await dial(t, url);
    await call();
    const closed = server.close();
    assert.throws(() => server.attach(http.createServer()), { code: "ERR_SERVER_NOT_RUNNING" });
    await closed;
    server.attach(http.createServer())();
  });

  test("goes with listen: the same server has both", async (t) => {
    const web = http.createServer().listen(0, HOST);
    await once(web, "listening");
    t.after(() => web.close());
    const server = new WebSocketAudio({ dialect: "raw" }).listen(0, HOST);
    t.after(() => server.close());
    server.attach(web);
    const { call } = keepCalls(server);
    for (const { port } of [server.address(), web.address()]) {
      await dial(t, `ws://${HOST}:${port}`);
      await call();
    }
    assert.equal(server.connections, 2);
  });

  test("whoever waits for its end hears of it, though nothing else is going on", async (t) => {
    for (const end of ["close", "drain"]) {
      const child = startChild(t, async (name) => {
        const { WebSocketAudio } = require("..");
        const server = new WebSocketAudio();
        server.attach(require("node:http").createServer());
        await server[name]();
        console.log(JSON.stringify("over"));
      }, end);
      assert.equal(await child.line(), "over");
      assert.deepEqual(await child.exited(), { code: 0, signal: null, stderr: "" });
    }
  });

  test("does not keep the process alive, and a server that was closed does not either", async (t) => {
    const idle = startChild(t, () => {
      const { WebSocketAudio } = require("..");
      const server = new WebSocketAudio();
      server.attach(require("node:http").createServer());
    });
    assert.deepEqual(await idle.exited(), { code: 0, signal: null, stderr: "" });
    const used = startChild(t, async () => {
      const { WebSocketAudio } = require("..");
      const { WebSocket } = require("ws");
      const web = require("node:http").createServer();
      const server = new WebSocketAudio({ dialect: "raw" }).onConnection((req, res) => res.hangup());
      server.attach(web);
      web.listen(0, "127.0.0.1", () => {
        new WebSocket(`ws://127.0.0.1:${web.address().port}`).on("close", () => {
          web.close();
          web.closeAllConnections();
        });
      });
    });
    assert.deepEqual(await used.exited(), { code: 0, signal: null, stderr: "" });
  });
});
