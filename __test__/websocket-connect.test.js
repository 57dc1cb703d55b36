"use strict";

/** `WebSocketAudio.connect`: Asterisk's chan_websocket is the server, and we come to it. */

const assert = require("node:assert/strict");
const { once: onceEmitted } = require("node:events");
const http = require("node:http");
const net = require("node:net");
const { describe, test } = require("node:test");
const { WebSocketServer } = require("ws");
const { WebSocketAudio } = require("..");
const { eventually, once, within } = require("./support/wait.js");
const { HOST, hear, keep, mediaStart, tone } = require("./support/websocket.js");

/** A far end that says `first` to whoever connects. `client()` gives the next. */
async function farEnd(t, first = mediaStart(), options = {}) {
  const come = [];
  const server = new WebSocketServer({ port: 0, host: HOST, handleProtocols: () => "media", ...options });
  server.on("connection", (socket, request) => {
    come.push({ request, ...keep(t, socket) });
    if (first !== null) {
      socket.send(first);
    }
  });
  await onceEmitted(server, "listening");
  t.after(() => server.close());
  const client = async () => {
    await eventually(() => come.length > 0);
    return come.shift();
  };
  return { server, url: `ws://${HOST}:${server.address().port}/media/c1`, client };
}

/** Connects, and hangs up when the test is over. */
async function connect(t, url, options) {
  const stream = await within(WebSocketAudio.connect(url, options));
  t.after(() => stream.hangup());
  return stream;
}

test("gives the stream when MEDIA_START has come; it is heard and spoken to", async (t) => {
  const { url, client } = await farEnd(t, mediaStart({ format: "slin16", optimal_frame_size: 640 }));
  const stream = await connect(t, new URL(url), { subprotocols: ["media"] });
  const ear = hear(stream);
  const asterisk = await client();
  assert.equal(asterisk.request.url, "/media/c1");
  assert.deepEqual([stream.sampleRate, stream.channels, stream.capabilities.answer], [16000, 1, true]);
  asterisk.send(tone(320));
  assert.deepEqual(await ear.bytes(640), tone(320));
  stream.write(tone(640));
  assert.deepEqual(await asterisk.heard(1280), tone(640));
  stream.answer();
  assert.equal(await asterisk.text(), "ANSWER");
  asterisk.send("DTMF_END digit:5");
  assert.equal(await ear.next("dtmf"), "5");
  stream.hangup();
  assert.equal((await asterisk.closed()).code, 1000);
  assert.equal(asterisk.texts().at(-1), "HANGUP");
  await ear.next("end");
});

test("the app's own rate is kept", async (t) => {
  const { url, client } = await farEnd(t);
  const stream = await connect(t, url, { sampleRate: 16000 });
  assert.equal(stream.sampleRate, 16000);
  const asterisk = await client();
  const ear = hear(stream);
  asterisk.send(tone(1600));
  await ear.bytes(5000);
  await stream.play(tone(3200), { format: { sampleRate: 16000 } });
  await asterisk.heard(3000);
});

test("says who it is", async (t) => {
  const { url, client } = await farEnd(t);
  const seen = [];
  for (const options of [
    { auth: { username: "alice", password: "geheim" } },
    { auth: { bearer: "t1" }, headers: { "X-A": "1" } }
  ]) {
    await connect(t, url, options);
    const { headers } = (await client()).request;
    seen.push([headers.authorization, headers["x-a"], headers["sec-websocket-extensions"]]);
  }
  await connect(t, url.replace("ws://", "ws://bob:pw@"));
  seen.push([(await client()).request.headers.authorization]);
  assert.deepEqual(seen, [
    [`Basic ${btoa("alice:geheim")}`, undefined, undefined],
    ["Bearer t1", "1", undefined],
    [`Basic ${btoa("bob:pw")}`]
  ]);
});

describe("rejects", () => {
  test("where nobody listens, with the system's error", async () => {
    const server = net.createServer().listen(0, HOST);
    await once(server, "listening");
    const { port } = server.address();
    server.close();
    const fault = { code: "ECONNREFUSED", syscall: "connect", port };
    await assert.rejects(within(WebSocketAudio.connect(`ws://${HOST}:${port}/`)), fault);
  });

  test("where it is refused, with the status", async (t) => {
    const web = http.createServer().listen(0, HOST);
    web.on("upgrade", (request, socket) => socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"));
    await once(web, "listening");
    t.after(() => web.close());
    const dialled = WebSocketAudio.connect(`ws://${HOST}:${web.address().port}/`);
    await assert.rejects(within(dialled), { code: "ERR_WS_HANDSHAKE", statusCode: 403 });
  });

  test("where the far end speaks no WebSocket, closes, or says nothing", async (t) => {
    const answers = [["hello\r\n\r\n", "ERR_WS_HANDSHAKE"], [null, "ERR_WS_TIMEOUT"]];
    for (const [answer, code] of answers) {
      const server = net.createServer((socket) => socket.on("error", () => {}) && answer !== null && socket.end(answer));
      server.listen(0, HOST);
      await once(server, "listening");
      t.after(() => server.close());
      const dialled = WebSocketAudio.connect(`ws://${HOST}:${server.address().port}/`, { timeout: 200 });
      await assert.rejects(within(dialled), { code });
    }
  });

  test("where the call's format is none of ours, or the far end closes first", async (t) => {
    const opus = await farEnd(t, mediaStart({ format: "opus" }));
    await assert.rejects(within(WebSocketAudio.connect(opus.url, { subprotocols: ["media"] })), { code: "ERR_UNSUPPORTED_FORMAT" });
    const closing = await farEnd(t, null);
    closing.server.on("connection", (socket) => socket.close());
    await assert.rejects(within(WebSocketAudio.connect(closing.url, { dialect: "chan_websocket" })), { code: "ERR_CLOSED_EARLY" });
  });

  test("a name that nobody has", async () => {
    await assert.rejects(within(WebSocketAudio.connect("ws://no-such-host.invalid/"), 20_000), { code: "ERR_WS_DNS" });
  });

  test("when it is aborted: before, during the connection, and while the call has not begun", async (t) => {
    const { url, client } = await farEnd(t, null);
    const reason = new Error("no longer wanted");
    await assert.rejects(WebSocketAudio.connect(url, { signal: AbortSignal.abort(reason) }), reason);
    const controller = new AbortController();
    const dialled = WebSocketAudio.connect(url, { signal: controller.signal, dialect: "chan_websocket" });
    const rejected = assert.rejects(within(dialled), reason);
    const asterisk = await client();
    controller.abort(reason);
    await rejected;
    await asterisk.closed();
  });

  test("wrong arguments, with a code", async () => {
    const rejects = (url, options, code) => assert.rejects(WebSocketAudio.connect(url, options), { code });
    for (const url of [undefined, 5, null, {}]) {
      await rejects(url, {}, "ERR_INVALID_ARG_TYPE");
    }
    for (const url of ["", "nonsense", "http://x/", "ws://", "ws://x/#y"]) {
      await rejects(url, {}, "ERR_INVALID_URL");
    }
    for (const options of [
      null,
      { format: () => ({}) },
      { auth: "x" }, { auth: {} }, { auth: { username: 5 } }, { auth: { bearer: 5 } },
      { tls: true }, { tls: { ca: 5 } }, { tls: { checkHostname: "no" } }, { tls: { cert: "a.pem" } },
      { subprotocols: [5] }, { headers: "x" }, { signal: {} }, { timeout: "1" }, { dialect: 5 }
    ]) {
      await rejects("ws://localhost/", options, "ERR_INVALID_ARG_TYPE");
    }
    for (const options of [
      { auth: { bearer: "a\r\nb: c" } }, { subprotocols: ["a b"] }, { headers: { "a b": "c" } }, { headers: { Upgrade: "x" } },
      { headers: { a: "\x07" } }, { headers: { a: "\x7f" } },
      { timeout: 0 }, { dialect: "sip" }, { ping: -1 }, { maxMessage: 1 }
    ]) {
      await rejects("ws://localhost/", options, "ERR_OUT_OF_RANGE");
    }
  });

  test("secrets in their wrong place, without repeating them", async () => {
    const isSilent = (error) => error.code !== undefined && !/secret/i.test(error.message);
    for (const [url, options] of [
      ["user:secret@host", {}],
      ["ws://host/", { headers: { Authorization: "Bearer secret\n" } }],
      ["ws://host/", { headers: { Authorization: ["Bearer", { token: "secret" }] } }],
      ["ws://host/", { headers: "Authorization: secret" }],
      ["ws://host/", { auth: { username: "user:secret" } }],
      ["ws://host/", { tls: { cert: "a.pem", key: "-----BEGIN PRIVATE KEY-----\nsecret" } }],
      ["ws://host/", { tls: { key: "-----BEGIN PRIVATE KEY-----\nsecret" } }]
    ]) {
      await assert.rejects(WebSocketAudio.connect(url, options), isSilent);
    }
  });
});
