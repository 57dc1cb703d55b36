"use strict";

/** Who gets a WebSocket and who does not, and what a request tells. */

const assert = require("node:assert/strict");
const http = require("node:http");
const { describe, test } = require("node:test");
const { WebSocketAudio } = require("..");
const { eventually, once } = require("./support/wait.js");
const { HOST, dial, raw, refused, serve } = require("./support/websocket.js");

describe("authorize", () => {
  test("is asked before the upgrade, with all that the request tells", async (t) => {
    let asked;
    const { url, call } = serve(t, { authorize: (req) => (asked = req) && true });
    const sender = await dial(t, `${url}/a/b?c=d`, [], { headers: { "X-Tenant": "7" } });
    assert.deepEqual([asked.transport, asked.url, asked.headers["x-tenant"]], ["websocket", "/a/b?c=d", "7"]);
    assert.equal(asked.remoteAddress, HOST);
    assert.equal(typeof asked.remotePort, "number");
    sender.send("{}");
    const { req } = await call();
    assert.equal(req.headers["x-tenant"], "7");
    assert.equal(req.remotePort, asked.remotePort);
  });

  for (const [what, answer, status] of [
    ["false", false, 401],
    ["nothing", undefined, 401],
    ["a status", 403, 403],
    ["a promise of false", Promise.resolve(false), 401],
    ["an answer", { status: 302, headers: { Location: "/elsewhere" }, body: "over there" }, 302]
  ]) {
    test(`that gives ${what} is answered ${status}`, async (t) => {
      const { server, url, dropped } = serve(t, { authorize: () => answer });
      const reply = await refused(url);
      assert.equal(reply.status, status);
      if (status === 302) {
        assert.deepEqual([reply.headers.location, reply.body], ["/elsewhere", "over there"]);
      }
      await dropped("ERR_REFUSED");
      assert.deepEqual([server.metrics().calls, server.metrics().dropped], [0, 1]);
    });
  }

  for (const [what, authorize] of [
    ["throws", () => { throw new Error("out of order"); }],
    ["rejects", async () => { throw new Error("out of order"); }],
    ["gives what is no answer", () => "yes"],
    ["gives a status that is none", () => 200],
    ["gives headers that cannot be sent", () => ({ headers: { "a b": "c" } })],
    ["gives a header in a header", () => ({ headers: { a: "b\r\nc: d" } })],
    ["gives a header that rings a bell", () => ({ headers: { a: "\x07" } })],
    ["gives a body that is none", () => ({ body: 7 })]
  ]) {
    test(`that ${what} is answered 500, and the server hears of it and goes on`, async (t) => {
      let fault = true;
      const { server, url, call } = serve(t, { authorize: () => (fault ? authorize() : true) });
      const error = once(server, "error");
      assert.equal((await refused(url)).status, 500);
      assert.ok((await error)[0] instanceof Error);
      fault = false;
      (await dial(t, url)).send("{}");
      await call();
    });
  }

  test("that takes too long is answered 503", async (t) => {
    const { url, dropped } = serve(t, { handshakeTimeout: 200, authorize: () => new Promise(() => {}) });
    assert.equal((await refused(url)).status, 503);
    await dropped("ERR_HANDSHAKE_TIMEOUT");
  });

  test("may take its time, and a peer that is gone meanwhile is no call", async (t) => {
    const asked = [];
    const { server, url, port, call, dropped } = serve(t, { authorize: () => new Promise((resolve) => asked.push(resolve)) });
    const sender = dial(t, url);
    await eventually(() => asked.length === 1);
    asked[0](true);
    (await sender).send("{}");
    await call();
    const gone = http.get({ host: HOST, port, headers: { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": 13, "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==" } });
    gone.on("error", () => {});
    await eventually(() => asked.length === 2);
    gone.destroy();
    asked[1](true);
    await dropped("ERR_CLOSED_EARLY");
    assert.equal(server.metrics().calls, 1);
  });
});

describe("basic", () => {
  const users = { alice: "secret:with:colons", ünal: "pässword" };

  test("takes those who are known, by name and password", async (t) => {
    const { url, call } = serve(t, { authorize: WebSocketAudio.basic(users, "calls") });
    for (const [user, password] of Object.entries(users)) {
      const Authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
      (await dial(t, url, [], { headers: { Authorization } })).send("{}");
      await call();
    }
    for (const Authorization of ["Basic", "Basic !!", "Bearer x", `Basic ${btoa("alice:x")}`, `Basic ${btoa("__proto__:x")}`, `Basic ${btoa("bob:")}`]) {
      const { status, headers } = await refused(url, { headers: { Authorization } });
      assert.deepEqual([status, headers["www-authenticate"]], [401, 'Basic realm="calls", charset="UTF-8"']);
    }
    assert.equal((await refused(url)).status, 401);
  });

  test("may ask a function", async (t) => {
    const authorize = WebSocketAudio.basic(async (user, password) => user === password);
    const { url } = serve(t, { authorize });
    await dial(t, url, [], { auth: "same:same" });
    assert.equal((await refused(url, { auth: "one:other" })).status, 401);
  });

  test("takes no other arguments", () => {
    const wrong = { code: "ERR_INVALID_ARG_TYPE" };
    assert.throws(() => WebSocketAudio.basic(null), wrong);
    assert.throws(() => WebSocketAudio.basic("alice"), wrong);
    assert.throws(() => WebSocketAudio.basic({}, 'a"b'), { code: "ERR_OUT_OF_RANGE" });
    assert.throws(() => WebSocketAudio.bearer(undefined), wrong);
    assert.throws(() => WebSocketAudio.bearer([1]), wrong);
  });

  test("takes nothing for a secret that a variable which is not set would be", () => {
    const wrong = { code: "ERR_INVALID_ARG_TYPE" };
    for (const unset of [undefined, null, "", 1, [], {}]) {
      assert.throws(() => WebSocketAudio.basic({ alice: "secret", pbx: unset }), wrong);
      assert.throws(() => WebSocketAudio.bearer(["token", unset]), wrong);
      assert.throws(() => WebSocketAudio.bearer(unset), wrong);
    }
    assert.throws(() => WebSocketAudio.basic(["secret"]), wrong);
  });
});

test("bearer takes one token, one of a list, or what a function knows", async (t) => {
  for (const tokens of ["t1", ["t0", "t1"], async (token) => token === "t1"]) {
    const { url } = serve(t, { authorize: WebSocketAudio.bearer(tokens) });
    await dial(t, url, [], { headers: { Authorization: "Bearer t1" } });
    const { status, headers } = await refused(url, { headers: { Authorization: "Bearer t2" } });
    assert.deepEqual([status, headers["www-authenticate"]], [401, "Bearer"]);
  }
});

test("origins that are not listed are refused, and who has none is not a browser", async (t) => {
  const { url } = serve(t, { origins: ["https://good.example"] });
  await dial(t, url, [], { origin: "https://good.example" });
  await dial(t, url);
  assert.equal((await refused(url, { origin: "https://evil.example" })).status, 403);
});

test("paths that are not listed are refused, and each has its own options", async (t) => {
  const paths = { "/raw": { dialect: "raw", subprotocol: "mine", headers: { "X-Hello": "1" } }, "/calls/*": {} };
  const { url, call } = serve(t, { paths, dialect: "mod_audio_stream" });
  const sender = await dial(t, `${url}/raw?x=1`, ["yours", "mine"]);
  assert.equal(sender.socket.protocol, "mine");
  assert.equal((await call()).req.dialect, "raw");
  (await dial(t, `${url}/calls/1`, ["media"])).send("{}");
  assert.equal((await call()).req.dialect, "mod_audio_stream");
  for (const path of ["/", "/rawer", "/calls", "/RAW", "//raw"]) {
    assert.equal((await refused(url + path)).status, 404, path);
  }
});

test("a path may have its own authorize and origins, in place of the server's", async (t) => {
  const { url, call } = serve(t, {
    dialect: "raw",
    authorize: () => 403,
    origins: ["https://good.example"],
    paths: {
      "/open": { authorize: () => true, origins: ["https://other.example"], dialect: undefined },
      "/closed": {},
      "/token/*": { authorize: WebSocketAudio.bearer("t1") }
    }
  });
  await dial(t, `${url}/open`, [], { origin: "https://other.example" });
  assert.equal((await call()).req.dialect, "raw");
  assert.equal((await refused(`${url}/open`, { origin: "https://good.example" })).status, 403);
  assert.equal((await refused(`${url}/closed`)).status, 403);
  assert.equal((await refused(`${url}/token/1`)).status, 401);
  await dial(t, `${url}/token/1`, [], { headers: { Authorization: "Bearer t1" } });
});

test("what every object has is no path of the server's", async (t) => {
  const { port } = serve(t, { paths: { "/calls": {} } });
  for (const path of ["constructor", "__proto__", "toString?x=1"]) {
    const { head } = await raw(t, port, { path });
    assert.match(head, /^HTTP\/1\.1 404 /, path);
  }
});

test("a subprotocol that is set is no reason to refuse who does not offer it", async (t) => {
  const { url, call } = serve(t, { dialect: "raw", subprotocol: "mine" });
  for (const [offered, chosen] of [[["yours", "mine"], "mine"], [["yours"], "yours"], [[], ""]]) {
    const sender = await dial(t, url, offered);
    assert.equal(sender.socket.protocol, chosen);
    await call();
  }
});

test("headers have the shape that Node gives them", async (t) => {
  const seen = [];
  const { port } = serve(t, { authorize: ({ headers }) => seen.push(headers) && true });
  const node = http.createServer().on("upgrade", ({ headers }, socket) => seen.push(headers) && socket.end("HTTP/1.1 400 \r\n\r\n"));
  t.after(() => node.close());
  node.listen(0, HOST);
  await once(node, "listening");
  const headers = [["X-A", "1"], ["x-a", "2"], ["Cookie", "a=1"], ["Cookie", "b=2"], ["User-Agent", "one"], ["User-Agent", "two"], ["Set-Cookie", "s"], ["__proto__", "p"]];
  await raw(t, port, { headers });
  await raw(t, node.address().port, { headers });
  const plain = (of) => Object.fromEntries(Object.entries(of).filter(([name]) => !["sec-websocket-key"].includes(name)));
  assert.deepEqual(plain(seen[0]), plain(seen[1]));
  assert.deepEqual([seen[0]["x-a"], seen[0].cookie, seen[0]["user-agent"]], ["1, 2", "a=1; b=2", "one"]);
});

test("a target that is no path is a call or a refusal, and never a fault", async (t) => {
  const { server, port, call } = serve(t, { dialect: "raw" });
  const errors = [];
  server.on("error", (error) => errors.push(error));
  for (const path of ["//", "//?ref=x", "/%zz", "/?%zz", "/a?b?c", "http://[/"]) {
    const peer = await raw(t, port, { path });
    if (peer.head.startsWith("HTTP/1.1 101")) {
      assert.equal((await call()).req.url, path);
    }
  }
  assert.deepEqual(errors, []);
});

test("what authorize throws that is no Error is told as one", async (t) => {
  const { server, url } = serve(t, { authorize: () => Promise.reject(null) });
  const errors = [];
  server.on("error", (error) => errors.push(error.code));
  assert.equal((await refused(url)).status, 500);
  assert.deepEqual(errors, ["ERR_UNHANDLED_ERROR"]);
});

test("a module's Origin, which is the server's own address, is no browser's", async (t) => {
  const { url, port } = serve(t, { origins: ["https://good.example"] });
  for (const origin of [`http://${HOST}:${port}`, `ws://${HOST}`, HOST]) {
    await dial(t, url, [], { origin });
    await dial(t, url, [], { origin, headers: { "User-Agent": "ixwebsocket/11.4" } });
    const headers = { "User-Agent": "Mozilla/5.0 (X11)" };
    assert.equal((await refused(url, { origin, headers })).status, 403);
  }
  for (const origin of ["null", "http://127.0.0.2", `http://evil.example/${HOST}`]) {
    assert.equal((await refused(url, { origin })).status, 403);
  }
});
