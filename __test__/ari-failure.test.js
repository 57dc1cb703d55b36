"use strict";

/** The ARI client where something is wrong: everything settles, with a code and without the password. */

const assert = require("node:assert/strict");
const net = require("node:net");
const { test } = require("node:test");
const { inspect } = require("node:util");
const { connectAri } = require("../mrf.js");
const { AriServer, PASSWORD, USER } = require("./support/ari-server");
const { eventually, once, within } = require("./support/wait");

test("a wrong password is refused as such, and is not told", async (t) => {
  const server = await AriServer.start(t);
  const error = await refusal(connectAri(server.url, USER, "wrong pass"));
  assert.equal(error.code, "ERR_ARI_UNAUTHORIZED");
  assert.equal(error.status, 401);
  assertSecret(error, "wrong pass");
});

test("a closed port is refused at once, by Node's own code", async (t) => {
  const server = await AriServer.start(t);
  server.close();
  const error = await refusal(connectAri(server.url, USER, PASSWORD));
  assert.equal(error.code, "ECONNREFUSED");
  assertSecret(error, PASSWORD);
});

test("a port that says nothing is given up in time", async (t) => {
  const error = await refusal(connectAri(await silentPort(t), USER, PASSWORD, { timeout: 50 }));
  assert.equal(error.code, "ERR_ARI_TIMEOUT");
});

test("a port that speaks something else is told apart", async (t) => {
  const url = await portThat(t, (socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n"));
  const error = await refusal(connectAri(url, USER, PASSWORD));
  assert.match(error.code, /^HPE_/);
});

test("a web server that is no Asterisk is told apart", async (t) => {
  const page = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>";
  const error = await refusal(connectAri(await portThat(t, (socket) => socket.end(page)), USER, PASSWORD));
  assert.equal(error.code, "ERR_ARI_RESPONSE");
});

for (const [url, username, password, code] of [
  ["127.0.0.1:8088", "a", "b", "ERR_INVALID_URL"],
  ["ws://127.0.0.1:8088", "a", "b", "ERR_INVALID_URL"],
  ["http://me:secret@127.0.0.1:8088", "a", "b", "ERR_INVALID_URL"],
  [undefined, "a", "b", "ERR_INVALID_ARG_TYPE"],
  ["http://127.0.0.1:8088", undefined, "b", "ERR_INVALID_ARG_TYPE"],
  ["http://127.0.0.1:8088", "a", { secret: 1 }, "ERR_INVALID_ARG_TYPE"]
]) {
  test(`connect(${inspect([url, username, password])}) is refused with ${code}`, async () => {
    const error = await refusal(connectAri(url, username, password));
    assert.equal(error.code, code);
    assert.doesNotMatch(inspect(error), /secret/);
  });
}

test("a refused operation says what was asked and what Asterisk said", async (t) => {
  const { server, ari } = await pair(t);
  server.answer = () => [409, { message: "Channel not in Stasis application" }];
  const error = await refusal(ari.Channel("c1").answer());
  assert.equal(error.code, "ERR_ARI_STATUS");
  assert.equal(error.status, 409);
  assert.equal(error.message, "POST /channels/c1/answer: 409 Channel not in Stasis application");
  assert.deepEqual(error.body, { message: "Channel not in Stasis application" });
});

test("an operation that is never answered is given up, and leaves room for the next", async (t) => {
  const { server, ari } = await pair(t, { timeout: 200 });
  server.answer = () => ["never"];
  const errors = await Promise.all(Array.from({ length: 40 }, () => refusal(ari.channels.list())));
  assert.deepEqual([...new Set(errors.map(({ code }) => code))], ["ERR_ARI_TIMEOUT"]);
  server.answer = () => [200, []];
  assert.deepEqual(await ari.channels.list(), []);
});

test("an operation that fails and that nobody awaits is a warning, and the process lives", async (t) => {
  const { server, ari } = await pair(t);
  server.answer = () => [404, { message: "Playback not found" }];
  const warned = once(process, "warning");
  ari.Playback("p1").stop();
  const [warning] = await within(warned);
  assert.equal(warning.code, "ERR_ARI_NOT_FOUND");
  const again = once(process, "warning");
  ari.channels.hangup({ channelId: "c1" });
  await within(again);
});

test("events without what they are about are left out, and the next ones come", async (t) => {
  const { server, ari } = await pair(t);
  await ari.start("mine");
  const told = [];
  ari.on("StasisEnd", (event, channel) => told.push(channel.id));
  for (const channel of [undefined, null, "c1", [], {}, { id: 7 }]) {
    server.say({ type: "StasisEnd", channel });
  }
  ari.on("StasisStart", () => assert.fail("one of its channels is none"));
  for (const other of ["c2", [], {}, { id: 7 }, { id: { toString: 1, valueOf: 1 } }]) {
    server.say({ type: "StasisStart", channel: { id: "c1" }, replace_channel: other });
  }
  server.say({ type: "StasisEnd", channel: { id: "c2" } });
  await eventually(() => told.length > 0);
  assert.deepEqual(told, ["c2"]);
});

test("an answer is read up to a bound: 16 MB of JSON, 64 KB of an error, 64 MB of a file", async (t) => {
  const { server, ari } = await pair(t);
  const ask = { json: () => ari.channels.list(), file: () => ari.recordings.getStoredFile({ recordingName: "r" }) };
  for (const [kind, status, length] of [
    ["json", 200, 16 * 2 ** 20],
    ["json", 500, 64 * 2 ** 10],
    ["file", 200, 64 * 2 ** 20]
  ]) {
    server.answer = () => [status, Buffer.alloc(length + 1, 0x20)];
    const error = await refusal(ask[kind]());
    assert.equal(error.code, "ERR_ARI_RESPONSE");
    assert.match(error.message, new RegExp(`the answer is longer than ${length} bytes`));
  }
});

test("a WebSocket that is refused makes start reject, and is not tried again", async (t) => {
  const { server, ari } = await pair(t);
  let attempts = 0;
  ari.on("WebSocketReconnecting", () => (attempts += 1));
  server.takesSockets = false;
  assert.equal((await refusal(ari.start("mine"))).code, "ECONNRESET");
  server.takesSockets = true;
  server.password = "changed";
  const error = await refusal(ari.start("mine"));
  assert.equal(error.code, "ERR_ARI_UNAUTHORIZED");
  assertSecret(error, PASSWORD);
  assert.equal(attempts, 0);
  assert.equal(ari.isConnected, false);
});

test("the password goes in a header, not in the WebSocket's URL", async (t) => {
  const { server, ari } = await pair(t);
  await ari.start("mine");
  assert.equal(server.lastSocketRequest.url, "/ari/events?app=mine");
});

test("a lost WebSocket is opened anew, more slowly each time, until it is back", async (t) => {
  const { server, ari } = await pair(t);
  await ari.start("mine");
  const told = [];
  for (const name of ["WebSocketLost", "WebSocketReconnecting", "WebSocketConnected"]) {
    ari.on(name, (error) => told.push([name, error?.code]));
  }
  server.takesSockets = false;
  server.drop();
  await eventually(() => told.length >= 4);
  assert.equal(ari.isConnected, false);
  server.takesSockets = true;
  await once(ari, "WebSocketConnected");
  assert.equal(ari.isConnected, true);
  assert.deepEqual(told[0], ["WebSocketLost", "ERR_ARI_RESPONSE"]);
  assert.deepEqual(told[2], ["WebSocketReconnecting", "ECONNRESET"]);
  server.say({ type: "ApplicationReplaced" });
  await once(ari, "ApplicationReplaced");
});

test("a WebSocket that answers no ping is given up and opened anew", async (t) => {
  const { server, ari } = await pair(t, { heartbeat: 100 });
  server.once("socket", (socket) => (socket.pong = () => {}));
  await ari.start("mine");
  const [error] = await once(ari, "WebSocketLost");
  assert.equal(error.code, "ERR_ARI_TIMEOUT");
  await once(ari, "WebSocketConnected");
});

test("stop ends whatever goes on: an open socket, an attempt, and the wait for one", async (t) => {
  const { server, ari } = await pair(t);
  await ari.start("mine");
  await ari.stop();
  await eventually(() => server.apps.length === 0);

  await ari.start("mine");
  server.takesSockets = false;
  server.drop();
  await once(ari, "WebSocketReconnecting");
  await ari.stop();
  server.takesSockets = true;
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.deepEqual(server.apps, []);
});

test("stop makes a start that goes on reject", async (t) => {
  const { server, ari } = await pair(t);
  server.holdsSockets = true;
  const started = refusal(ari.start("mine"));
  await once(server, "held");
  await ari.stop();
  assert.equal((await started).code, "ERR_ARI_STOPPED");
});

test("stop is over in time though the other side does not close", async (t) => {
  const { server, ari } = await pair(t);
  server.once("socket", (socket) => (socket.close = () => socket._socket.pause()));
  await ari.start("mine");
  server.sockets[0]._socket.pause();
  await within(ari.stop(), 4000);
});

async function pair(t, options = {}) {
  const server = await AriServer.start(t);
  const ari = await connectAri(server.url, USER, PASSWORD, options);
  t.after(() => ari.stop());
  return { server, ari };
}

/** What a promise rejects with, within the usual time. */
async function refusal(promise) {
  return within(
    promise.then(
      () => assert.fail("it was to be refused"),
      (error) => error
    )
  );
}

function assertSecret(error, password) {
  const encoded = Buffer.from(`${USER}:${password}`).toString("base64");
  const text = inspect(error, { depth: 10, showHidden: true });
  assert.ok(!text.includes(password) && !text.includes(encoded), text);
}

function silentPort(t) {
  return portThat(t, () => {});
}

async function portThat(t, speaks) {
  const sockets = new Set();
  const server = net.createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.once("data", () => speaks(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}
