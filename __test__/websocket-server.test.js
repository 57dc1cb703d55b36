"use strict";

/* eslint no-shadow: "off" -- what runs in a child process names its modules anew */

/** A server of calls over WebSocket: its options, recognition, faults of handlers, its end. */

const assert = require("node:assert/strict");
const fs = require("node:fs");
const { describe, test } = require("node:test");
const { AudioSocket, CallServer, WebSocketAudio } = require("..");
const { startChild } = require("./support/child.js");
const { once } = require("./support/wait.js");
const { HOST, dial, mediaStart, serve, tone } = require("./support/websocket.js");

describe("the sender is recognised", () => {
  for (const [dialect, protocols, first] of [
    ["audiofork", ["echo"], null],
    ["mod_audio_fork", ["audio.drachtio.org"], "{}"],
    ["mod_audio_fork", ["audio.jambonz.org"], "{}"],
    ["chan_websocket", ["media"], mediaStart()],
    ["chan_websocket", [], mediaStart()],
    ["mod_audio_stream", [], "{}"],
    ["mod_audio_stream", [], tone(160)]
  ]) {
    const says = first === null ? "nothing" : Buffer.isBuffer(first) ? "audio" : first.slice(0, 11);
    test(`as ${dialect} by [${protocols}] and ${says}`, async (t) => {
      const { url, call } = serve(t, {});
      const sender = await dial(t, url, protocols);
      if (first !== null) {
        sender.send(first);
      }
      assert.equal((await call()).req.dialect, dialect);
    });
  }

  test("or set, for all or by path", async (t) => {
    const { url, call } = serve(t, { dialect: "raw", paths: { "/a": {}, "/b": { dialect: "audiofork" } } });
    for (const [path, dialect] of [["/a", "raw"], ["/b", "audiofork"]]) {
      await dial(t, url + path);
      assert.equal((await call()).req.dialect, dialect);
    }
  });
});

describe("a call's reference is", () => {
  const uuid = "40325ec2-5efd-4bd3-805f-53576e581d13";
  for (const [what, path, first, ref] of [
    ["named in the URL", `/?callId=abc&x=${uuid}`, '{"uuid":"m"}', "abc"],
    ["a UUID there", `/calls/${uuid}/in`, '{"uuid":"m"}', uuid],
    ["named in the metadata", "/", '{"call_id":"m-1"}', "m-1"],
    ["Asterisk's connection id", "/?ref=x", mediaStart({ connection_id: "conn-1" }), "conn-1"],
    ["a new UUID, where nothing tells", "/", "text", /^[0-9a-f-]{36}$/]
  ]) {
    test(what, async (t) => {
      const { url, call } = serve(t, {});
      (await dial(t, url + path)).send(first);
      const { req } = await call();
      assert.ok(ref instanceof RegExp ? ref.test(req.ref) : req.ref === ref, req.ref);
    });
  }
});

test("both kinds of server are call servers", () => {
  assert.ok(new WebSocketAudio() instanceof CallServer);
  assert.ok(new AudioSocket() instanceof CallServer);
});

test("options that cannot be throw", () => {
  for (const options of [
    null, 5, { dialect: 5 }, { format: 5 }, { format: { sampleRate: "8k" } }, { deflate: 1 }, { headers: "x" },
    { origins: "x" }, { authorize: true }, { paths: 5 }, { paths: { "/a": null } }, { subprotocol: 5 }, { ping: "1" }
  ]) {
    assert.throws(() => new WebSocketAudio(options), { code: "ERR_INVALID_ARG_TYPE" }, JSON.stringify(options));
  }
  for (const options of [
    { dialect: "sip" }, { format: { sampleRate: 11025 } }, { format: { channels: 3 } }, { playback: "mp3" }, { chunkMs: 1 }, { metadataWait: 2 },
    { headers: { Connection: "x" } }, { headers: { a: "b\nc" } }, { subprotocol: "a b" }, { paths: { a: {} } },
    { paths: { "/a": { ping: -1 } } }, { stitch: -1 }, { idleTimeout: -1 }, { maxMessage: 0 }, { maxMessageRate: 0 }, { maxConnections: 0 }
  ]) {
    assert.throws(() => new WebSocketAudio(options), { code: "ERR_OUT_OF_RANGE" }, JSON.stringify(options));
  }
});

test("a handler that throws or rejects ends its own call, and the server hears of it", async (t) => {
  const faults = [() => { throw new Error("sync"); }, async () => { throw new Error("async"); }];
  const { server, url, call } = serve(t, { dialect: "raw" }, () => faults.shift()?.());
  const errors = [];
  server.on("error", (error, stream) => errors.push([error.message, stream]));
  const ended = [];
  for (let index = 0; index < 2; index += 1) {
    const sender = await dial(t, url);
    const { res, ear } = await call();
    await ear.next("end");
    assert.equal((await sender.closed()).code, 1000);
    ended.push(res);
  }
  assert.deepEqual(errors, [["sync", ended[0]], ["async", ended[1]]]);
  const sender = await dial(t, url);
  const { res, ear } = await call();
  res.on("message", () => { throw new Error("listener"); });
  sender.send("x");
  await ear.next("end");
  assert.equal(errors[2][0], "listener");
  assert.equal(server.metrics().handlerErrors, 3);
});

test("close() hangs up every call, each as its dialect says, and turns away who is not one yet", async (t) => {
  const { server, url, call, dropped } = serve(t, {});
  const asterisk = await dial(t, url, ["media"]);
  asterisk.send(mediaStart());
  const fork = await dial(t, url, ["echo"]);
  const ears = [(await call()).ear, (await call()).ear];
  const early = await dial(t, url, ["media"]);
  const closed = server.close();
  assert.equal(server.close(), closed);
  await closed;
  for (const ear of ears) {
    assert.equal(ear.of("end").length, 1);
  }
  await dropped("ERR_SERVER_CLOSED");
  await Promise.all([asterisk, fork, early].map((sender) => sender.closed()));
  assert.equal(asterisk.texts().at(-1), "HANGUP");
  assert.equal(server.address(), null);
  server.listen(0, HOST);
  await once(server, "listening");
  await dial(t, `ws://${HOST}:${server.address().port}`, ["echo"]);
  await call();
});

test("200 calls at once hear and are heard, each its own", async (t) => {
  const { url } = serve(t, { dialect: "raw", handshakeTimeout: 30_000 }, (req, res) => {
    res.on("data", (pcm) => res.write(pcm));
  });
  const senders = await Promise.all(Array.from({ length: 200 }, () => dial(t, url)));
  senders.forEach((sender, index) => sender.send(Buffer.alloc(640, index)));
  await Promise.all(senders.map((sender) => sender.heard(640)));
  senders.forEach((sender, index) => assert.deepEqual(sender.audio(), Buffer.alloc(640, index)));
});

const noProc = !fs.existsSync("/proc/self/fd") && "needs Linux's /proc to count what is open";

test("connections in turn leave no descriptor and no memory behind", { skip: noProc }, async (t) => {
  const child = startChild(t, async () => {
    const { readdirSync } = require("node:fs");
    const http = require("node:http");
    const { WebSocket } = require("ws");
    const { WebSocketAudio } = require("..");
    const web = http.createServer().listen(0, "127.0.0.1");
    const server = new WebSocketAudio({ dialect: "raw" }).listen(0, "127.0.0.1");
    server.attach(web);
    server.onConnection((req, res) => res.on("data", () => res.hangup()));
    const once = (url) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url, { perMessageDeflate: false });
        socket.on("open", () => socket.send(Buffer.alloc(320))).on("close", resolve).on("error", resolve);
      });
    console.log(JSON.stringify("begun"));
    for (const rounds of [500, 500, 500]) {
      for (let index = 0; index < rounds; index += 1) {
        await once(`ws://127.0.0.1:${(index % 2 ? web : server).address().port}`);
      }
      while (server.connections > 0) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
      global.gc();
      const { heapUsed } = process.memoryUsage();
      console.log(JSON.stringify({ calls: server.metrics().calls, fds: readdirSync("/proc/self/fd").length, heapUsed }));
    }
    web.close();
    await server.close();
  }, undefined, { nodeOptions: ["--expose-gc"] });
  await child.line();
  await child.line(30_000);
  const before = await child.line(30_000);
  const after = await child.line(30_000);
  assert.deepEqual(await child.exited(), { code: 0, signal: null, stderr: "" });
  assert.equal(after.calls - before.calls, 500);
  assert.equal(after.fds, before.fds);
  assert.ok(after.heapUsed - before.heapUsed < 300_000, `${before.heapUsed} to ${after.heapUsed}`);
});

test("the process lives as long as the server listens or a call is up", async (t) => {
  const child = startChild(t, async () => {
    const { WebSocketAudio } = require("..");
    const server = new WebSocketAudio({ dialect: "raw" }).onConnection(() => {});
    server.listen(0, "127.0.0.1");
    const stream = await WebSocketAudio.connect(`ws://127.0.0.1:${server.address().port}`, { dialect: "raw" });
    console.log(JSON.stringify("up"));
    stream.on("end", () => console.log(JSON.stringify("end")));
    await server.close();
  });
  assert.equal(await child.line(), "up");
  assert.equal(await child.line(), "end");
  assert.deepEqual(await child.exited(), { code: 0, signal: null, stderr: "" });
});

test("without an address both families are listened on, and each peer has its own address", { skip: noIpv6() }, async (t) => {
  const server = new WebSocketAudio({ dialect: "raw" });
  t.after(() => server.close());
  const peers = [];
  server.onConnection(({ remoteAddress }, res) => {
    peers.push(remoteAddress);
    res.hangup();
  });
  server.listen(0);
  await once(server, "listening");
  assert.equal(server.address().family, "IPv6");
  for (const host of ["[::1]", "127.0.0.1"]) {
    const sender = await dial(t, `ws://${host}:${server.address().port}/`);
    await once(sender.socket, "close");
  }
  assert.deepEqual(peers, ["::1", "127.0.0.1"]);
});

function noIpv6() {
  const addresses = Object.values(require("node:os").networkInterfaces()).flat();
  return addresses.some(({ address }) => address === "::1") ? false : "no IPv6 here";
}
