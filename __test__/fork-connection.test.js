"use strict";

/** Forks: how their connections come about, are lost and come again. */

const assert = require("node:assert/strict");
const { once } = require("node:events");
const net = require("node:net");
const { test } = require("node:test");
const sound = require("../examples/sound.js");
const { openCall, soon } = require("./support/call.js");
const { openFarEnd } = require("./support/far-end.js");
const { speak, speakOn } = require("./support/speak.js");
const { eventually } = require("./support/wait.js");

const RATE = 8000;
const HOST = "127.0.0.1";
const SOON = { timeout: 0.1, attempts: 5 };

/** Everything that a fork tells, as it comes. */
function record(fork) {
  const events = [];
  for (const name of ["connect", "disconnect", "error", "warning", "close"]) {
    fork.on(name, (...args) => events.push([name, ...args]));
  }
  events.of = (name) => events.filter(([one]) => one === name).map(([, ...args]) => args);
  return events;
}

/** How often the sound swings in each 100 ms. */
function pitches(pcm) {
  const found = [];
  for (let at = 0; at + 1600 <= pcm.length; at += 1600) {
    found.push(Math.round(sound.frequency(pcm.subarray(at, at + 1600), RATE)));
  }
  return found;
}

/** A bare TCP server: `handle` has each socket. */
async function openRaw(t, handle) {
  const sockets = new Set();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    handle(socket);
  });
  server.listen(0, HOST);
  await once(server, "listening");
  t.after(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return `ws://${HOST}:${server.address().port}/`;
}

test("headers, subprotocols and credentials are sent, and the far end's choice is known", async (t) => {
  const far = await openFarEnd(t, { handleProtocols: () => "b" });
  const { res } = await openCall(t);
  const basic = res.fork(`${far.url}path?x=1`, {
    headers: { "X-Call": "7", "X-Many": ["a", "b"] },
    subprotocols: ["a", "b"],
    auth: { username: "me", password: "p:w" }
  });
  await soon(once(basic, "connect"), "the fork to connect");
  assert.equal(basic.subprotocol, "b");
  const { request } = await far.next();
  assert.equal(request.url, "/path?x=1");
  assert.equal(request.headers["x-call"], "7");
  assert.equal(request.headers["x-many"], "a, b");
  assert.equal(request.headers["sec-websocket-protocol"], "a, b");
  assert.equal(request.headers.authorization, `Basic ${btoa("me:p:w")}`);
  assert.equal(request.headers["sec-websocket-extensions"], undefined);
  res.fork(far.url, { auth: { bearer: "token" } });
  assert.equal((await far.next()).request.headers.authorization, "Bearer token");
});

test("deflate is offered and used where it is wanted", async (t) => {
  const far = await openFarEnd(t, { perMessageDeflate: { threshold: 0 } });
  const { peer, res } = await openCall(t);
  const packed = res.fork(far.url, { deflate: true });
  const heard = await far.next();
  const plain = res.fork(far.url);
  const other = await far.next();
  await soon(Promise.all([packed, plain].map((fork) => fork.isConnected || once(fork, "connect"))), "both");
  assert.match(heard.request.headers["sec-websocket-extensions"], /permessage-deflate/);
  assert.equal(heard.socket.extensions, "permessage-deflate");
  assert.equal(other.socket.extensions, "");
  await speak(peer, sound.tone(300, 300, RATE));
  await Promise.all([packed.stop(), plain.stop()]);
  for (const one of [heard, other]) {
    assert.ok(Math.abs(sound.frequency(one.pcm(), RATE) - 300) < 5);
  }
  assert.ok(heard.socket._socket.bytesRead < other.socket._socket.bytesRead);
});

test("a refusal is told with its status, and tried again as often as asked for", async (t) => {
  const far = await openFarEnd(t, { verifyClient: (info, done) => done(false, 403) });
  const { peer, res } = await openCall(t);
  const fork = res.fork(far.url, { reconnect: { timeout: 0.05, attempts: 2 } });
  const events = record(fork);
  await speak(peer, sound.tone(300, 300, RATE));
  await eventually(() => events.of("close").length > 0);
  const bodies = events.of("error").map(([body]) => body);
  const told = (retries, waits) => ({
    status: "error",
    message: { retries, error: "the server answered 403", wait_time: waits, http_status: 403 }
  });
  assert.deepEqual(bodies, [told(1, 50), told(2, 50), told(3, 0)]);
  const [[error]] = events.of("close");
  assert.equal(error.code, "ERR_WS_HANDSHAKE");
  assert.equal((await soon(fork.stop(), "the end")).framesSent, 0);
  res.write(Buffer.alloc(320));
  await peer.hear(320);
});

test("a far end that does not listen is told of, and the fork of its end", async (t) => {
  const far = await openFarEnd(t);
  await far.close();
  const { res } = await openCall(t);
  const fork = res.fork(far.url, { reconnect: false });
  const [body, error] = await soon(once(fork, "error"), "the error");
  assert.deepEqual(Object.keys(body.message), ["retries", "error", "wait_time", "http_status"]);
  assert.equal(body.message.http_status, 0);
  assert.equal(error.code, "ERR_WS_CONNECT");
});

test("nobody need listen to the errors of a fork", async (t) => {
  const far = await openFarEnd(t);
  await far.close();
  const { res } = await openCall(t);
  const warned = once(process, "warning");
  const fork = res.fork(far.url, { reconnect: false });
  const [warning] = await soon(warned, "the warning");
  assert.equal(warning.code, "ERR_WS_CONNECT");
  await fork.stop();
});

test("a far end that comes back is connected to again, and hears what is said then", async (t) => {
  const far = await openFarEnd(t);
  const { peer, res } = await openCall(t);
  const fork = res.fork(far.url, { metadata: "again", reconnect: SOON });
  const events = record(fork);
  const first = await far.next();
  await eventually(() => fork.isConnected);
  const stop = speakOn(peer, sound.tone(300, 1000, RATE));
  t.after(stop);
  await first.hear(1600);
  first.socket.terminate();
  const second = await far.next();
  await second.hear(1600);
  assert.deepEqual(second.texts, ["again"]);
  assert.deepEqual(events.map(([name]) => name), ["connect", "disconnect", "connect"]);
  const [[{ message }]] = events.of("disconnect");
  assert.equal(message.code, 1006);
  const stats = await fork.stop();
  assert.equal(stats.reconnects, 1);
  assert.ok(stats.droppedFrames > 0);
});

test("what was said while the far end was away is kept in order where that is asked for", async (t) => {
  const far = await openFarEnd(t);
  const { peer, res } = await openCall(t);
  const fork = res.fork(far.url, { resume: "buffered", reconnect: { timeout: 0.3, attempts: 9 } });
  const first = await far.next();
  // No two stretches are alike.
  const said = sound.sweep(300, 2000, 1000, RATE);
  await speak(peer, said.subarray(0, 6400));
  await first.hear(4800);
  first.socket.terminate();
  await eventually(() => !fork.isConnected);
  const before = first.pcm();
  await speak(peer, said.subarray(6400));
  const second = await far.next();
  const stats = await soon(fork.stop(), "the fork to stop");
  const all = Buffer.concat([before, second.pcm()]);
  const { startMs, ms } = sound.speechSpan(all, RATE);
  assert.equal(stats.droppedFrames, 0);
  // A frame or two may have been on its way to who was gone.
  assert.ok(Math.abs(ms - 1000) <= 80, `${ms} ms from ${startMs} ms`);
  const heights = pitches(all.subarray((startMs + 20) * 16, (startMs + ms - 20) * 16));
  assert.deepEqual(heights, heights.toSorted((a, b) => a - b));
});

test("what is kept has a bound, and the newest is kept", async (t) => {
  const far = await openFarEnd(t);
  const { peer, res } = await openCall(t);
  await far.close();
  const options = { resume: "buffered", bufferMs: 200, reconnect: { timeout: 0.1, attempts: 99 } };
  const fork = res.fork(far.url, options);
  await speak(peer, sound.tone(300, 800, RATE));
  const again = await openFarEnd(t, { port: far.port });
  const heard = await again.next();
  const stats = await soon(fork.stop(), "the fork to stop");
  assert.ok(stats.droppedFrames >= 25, `${stats.droppedFrames} frames were dropped`);
  assert.ok(heard.pcm().length <= 16 * 500, `${heard.pcm().length} bytes`);
});

test("waits grow where that is asked for", async (t) => {
  const far = await openFarEnd(t);
  await far.close();
  const { res } = await openCall(t);
  const fork = res.fork(far.url, { reconnect: { timeout: 0.04, attempts: 4, backoff: "exponential" } });
  const events = record(fork);
  await eventually(() => events.of("close").length > 0);
  const waits = events.of("error").map(([{ message }]) => message.wait_time);
  [40, 80, 160, 320].forEach((most, index) => {
    assert.ok(waits[index] <= most && waits[index] >= most / 2, `${waits}`);
  });
  assert.equal(waits[4], 0);
});

test("a close with 1000 is the fork's end, any other is a loss", async (t) => {
  const far = await openFarEnd(t);
  const { res } = await openCall(t);
  const fork = res.fork(far.url, { reconnect: SOON });
  const events = record(fork);
  (await far.next()).socket.close(1012, "restart");
  (await far.next()).socket.close(1000);
  await eventually(() => events.of("close").length > 0);
  assert.deepEqual(events.of("disconnect").map(([{ message }]) => message.code), [1012, 1000]);
  assert.deepEqual(events.of("close"), [[undefined]]);
});

test("a heartbeat pings, and a far end that answers nothing is taken for gone", async (t) => {
  const far = await openFarEnd(t, { autoPong: false });
  const { res } = await openCall(t);
  const fork = res.fork(far.url, { heartbeat: 0.1, reconnect: false });
  const events = record(fork);
  const heard = await far.next();
  await eventually(() => heard.pings === 1);
  heard.socket.pong();
  await eventually(() => heard.pings === 2);
  await eventually(() => events.of("close").length > 0);
  assert.equal(events.of("close")[0][0].code, "ERR_FORK_LOST");
  assert.equal(events.of("disconnect")[0][0].message.code, 1006);
});

test("a fork that is stopped ends in bounded time, whatever its far end does", async (t) => {
  const { res } = await openCall(t);
  const silent = await openRaw(t, () => {});
  const handshaking = res.fork(silent);
  const gone = await openFarEnd(t);
  await gone.close();
  const waiting = res.fork(gone.url);
  await soon(once(waiting, "error"), "the error");
  const begin = performance.now();
  await soon(Promise.all([handshaking.stop("x"), waiting.stop("x")]), "both to stop");
  assert.ok(performance.now() - begin < 1000);
});

test("a handshake that does not come to its end is given up", async (t) => {
  const { res } = await openCall(t);
  const fork = res.fork(await openRaw(t, () => {}), { handshakeTimeout: 100, reconnect: false });
  const [, error] = await soon(once(fork, "error"), "the error");
  assert.equal(error.code, "ERR_WS_TIMEOUT");
});

for (const [what, bytes] of [
  ["garbage", Buffer.from("SSH-2.0-OpenSSH_9.9\r\n\r\n")],
  ["a head without end", Buffer.alloc(1 << 20, "HTTP/1.1 101 x\r\nA: b\r\n")],
  ["nothing", null]
]) {
  test(`a far end that answers the handshake with ${what} fails the fork alone`, async (t) => {
    const { peer, res } = await openCall(t);
    const url = await openRaw(t, (socket) => socket.end(bytes));
    const fork = res.fork(url, { reconnect: false });
    const [, error] = await soon(once(fork, "error"), "the error");
    assert.equal(error.code, "ERR_WS_HANDSHAKE");
    res.write(Buffer.alloc(320));
    await peer.hear(320);
  });
}

for (const [what, code, close, misbehave] of [
  ["sends garbage", "ERR_WS_PROTOCOL", 1002, (socket) => socket._socket.write(Buffer.alloc(999, 0xff))],
  ["sends text that is none", "ERR_WS_DATA", 1007, (socket) => socket._socket.write(Buffer.from([0x81, 1, 0xff]))],
  ["sends a message of 100 MB", "ERR_WS_TOO_BIG", 1009, (socket) => socket.send(Buffer.alloc(100e6))]
]) {
  test(`a far end that ${what} fails its fork alone, and is told`, async (t) => {
    const far = await openFarEnd(t);
    const { peer, res } = await openCall(t);
    const other = res.fork(far.url);
    const good = await far.next();
    const fork = res.fork(far.url, { reconnect: SOON });
    const events = record(fork);
    const bad = await far.next();
    misbehave(bad.socket);
    const pcm = sound.tone(300, 300, RATE);
    await speak(peer, pcm);
    await eventually(() => events.of("close").length > 0);
    assert.equal(events.of("close")[0][0].code, code);
    assert.equal(events.of("disconnect")[0][0].message.code, close);
    // Who is still sending may be cut off before it reads why.
    const told = close === 1009 ? [1009, 1006] : [close];
    assert.ok(told.includes((await bad.close()).code));
    await other.stop();
    assert.ok(Math.abs(sound.speechSpan(good.pcm(), RATE).ms - 300) <= 60);
  });
}

test("a far end that stalls costs its own fork only, which drops the oldest and counts it", async (t) => {
  const far = await openFarEnd(t);
  const { peer, res } = await openCall(t);
  const options = { mix: "stereo", sampleRate: 192000, bufferMs: 100 };
  const slow = res.fork(far.url, options);
  const stalled = await far.next();
  stalled.socket.pause();
  const quick = res.fork(far.url);
  const heard = await far.next();
  await eventually(() => quick.isConnected && slow.isConnected);
  const stop = speakOn(peer, sound.tone(300, 1000, RATE));
  t.after(stop);
  await eventually(() => slow.stats().droppedFrames > 10, 30_000, "frames to be dropped");
  assert.ok(slow.stats().queuedMs <= 120, `${slow.stats().queuedMs} ms wait`);
  const so = heard.pcm().length;
  await heard.hear(so + 3200);
  assert.equal(quick.stats().droppedFrames, 0);
  // It is not waited for.
  await soon(slow.stop(), "the fork to stop");
  await quick.stop();
});
