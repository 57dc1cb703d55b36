"use strict";

/** Peers that break the protocol, that send too much, that vanish or stall: each costs its own call only. */

const assert = require("node:assert/strict");
const net = require("node:net");
const { describe, test } = require("node:test");
const { eventually, once } = require("./support/wait.js");
const { HOST, Opcode, dial, frame, raw, serve, tone } = require("./support/websocket.js");

/** A call from a bare socket beside one from an honest peer, which must not notice anything. */
async function beside(t, options = {}) {
  const served = serve(t, { dialect: "raw", ...options });
  const honest = await dial(t, served.url);
  const bystander = await served.call();
  const peer = await raw(t, served.port);
  const { req, res, ear } = await served.call();
  const unharmed = async () => {
    const before = bystander.ear.pcm().length;
    honest.send(tone(160));
    await bystander.ear.bytes(before + 320);
    assert.deepEqual(bystander.ear.of("error"), []);
  };
  return { ...served, peer, req, res, ear, unharmed };
}

describe("a peer that breaks the protocol ends its own call, with a code", () => {
  const audio = tone(160);
  for (const [what, bytes, code, closeCode] of [
    ["a frame without a mask", frame(Opcode.BINARY, audio, { mask: false }), "ERR_WS_PROTOCOL", 1002],
    ["an opcode that does not exist", frame(3, audio), "ERR_WS_PROTOCOL", 1002],
    ["a reserved bit", frame(Opcode.BINARY, audio, { rsv: 1 }), "ERR_WS_PROTOCOL", 1002],
    ["a continuation of nothing", frame(Opcode.CONTINUATION, audio), "ERR_WS_PROTOCOL", 1002],
    ["a ping in pieces", frame(Opcode.PING, "x", { fin: false }), "ERR_WS_PROTOCOL", 1002],
    ["a ping of 126 bytes", frame(Opcode.PING, Buffer.alloc(126)), "ERR_WS_PROTOCOL", 1002],
    ["a close of one byte", frame(Opcode.CLOSE, "x"), "ERR_WS_PROTOCOL", 1002],
    ["text that is not UTF-8", frame(Opcode.TEXT, Buffer.from([0xc3, 0x28])), "ERR_WS_DATA", 1007],
    ["garbage", Buffer.alloc(4096, 0xee), "ERR_WS_PROTOCOL", 1002],
    ["a message of 100 MB", frame(Opcode.BINARY, audio, { length: 100e6 }), "ERR_WS_TOO_BIG", 1009],
    ["a message of 2^62 bytes", frame(Opcode.BINARY, audio, { length: 2 ** 62 }), "ERR_WS_TOO_BIG", 1009]
  ]) {
    test(what, async (t) => {
      const { peer, ear, unharmed } = await beside(t);
      peer.socket.write(bytes);
      assert.equal((await ear.next("error")).code, code);
      await ear.next("end");
      assert.equal(await peer.closeCode(), closeCode);
      await unharmed();
    });
  }

  test("a message of 100 MB in pieces, of which no more than maxMessage is kept", async (t) => {
    const { peer, ear } = await beside(t, { maxMessage: 65536 });
    peer.socket.write(frame(Opcode.BINARY, Buffer.alloc(30_000), { fin: false }));
    for (let piece = 0; piece < 3; piece += 1) {
      peer.socket.write(frame(Opcode.CONTINUATION, Buffer.alloc(30_000), { fin: false }));
    }
    assert.equal((await ear.next("error")).code, "ERR_WS_TOO_BIG");
  });
});

test("a peer that closes in mid-frame, or resets its connection, ends its call", async (t) => {
  for (const leave of ["end", "destroy", "resetAndDestroy"]) {
    const { peer, ear, unharmed } = await beside(t);
    peer.socket.write(frame(Opcode.BINARY, tone(160)));
    await ear.bytes(320);
    peer.socket.write(frame(Opcode.BINARY, tone(160)).subarray(0, 100));
    peer.socket[leave]();
    await ear.next("end");
    assert.equal(ear.pcm().length, 320);
    assert.deepEqual(ear.of("error").map(({ code }) => code), leave === "resetAndDestroy" ? ["ECONNRESET"] : []);
    await unharmed();
  }
});

test("messages beyond maxMessageRate end the call", async (t) => {
  const { peer, ear, unharmed } = await beside(t, { maxMessageRate: 100 });
  peer.socket.write(Buffer.concat(Array.from({ length: 1300 }, () => frame(Opcode.PING))));
  assert.equal((await ear.next("error")).code, "ERR_MESSAGE_RATE");
  await ear.next("end");
  await unharmed();
});

test("fragments count as messages", async (t) => {
  const { peer, ear, unharmed } = await beside(t, { maxMessageRate: 100 });
  const pieces = Array.from({ length: 1300 }, () => frame(Opcode.CONTINUATION, "", { fin: false }));
  peer.socket.write(Buffer.concat([frame(Opcode.BINARY, "", { fin: false }), ...pieces]));
  assert.equal((await ear.next("error")).code, "ERR_MESSAGE_RATE");
  await ear.next("end");
  await unharmed();
});

test("a text beyond maxText ends the call, also one that is small until it is unpacked", async (t) => {
  for (const isPacked of [false, true]) {
    const { url, call } = serve(t, { dialect: "raw", deflate: true });
    const sender = await dial(t, url, [], { perMessageDeflate: isPacked && { threshold: 0 } });
    const { ear } = await call();
    sender.send("x".repeat(65_536));
    assert.equal((await ear.next("message")).length, 65_536);
    sender.send("x".repeat(65_537));
    assert.equal((await ear.next("error")).code, "ERR_WS_TOO_BIG");
    assert.equal((await sender.closed()).code, 1009);
  }
});

test("text that is more than sixteen times maxText in ten seconds ends the call", async (t) => {
  const { url, call } = serve(t, { dialect: "raw" });
  const sender = await dial(t, url);
  const { ear } = await call();
  for (let index = 0; index < 17; index += 1) {
    sender.send("x".repeat(65_536));
  }
  assert.equal((await ear.next("error")).code, "ERR_MESSAGE_RATE");
  assert.ok(ear.of("message").length <= 17);
});

test("blocks of deflate without content end the call, and deflate is had only where it is asked for", async (t) => {
  const offer = ["Sec-WebSocket-Extensions", "permessage-deflate"];
  const { port, call } = serve(t, { dialect: "raw", deflate: true });
  const peer = await raw(t, port, { headers: [offer] });
  const { ear } = await call();
  const blocks = Buffer.concat([...Array(1600).fill(Buffer.from([0, 0, 0, 255, 255])), Buffer.from([0])]);
  peer.socket.write(frame(Opcode.BINARY, blocks, { rsv: 4 }));
  assert.equal((await ear.next("error")).code, "ERR_WS_DATA");
  assert.equal(await peer.closeCode(), 1007);
  const usual = serve(t, { dialect: "raw" });
  const plain = await raw(t, usual.port, { headers: [offer] });
  assert.doesNotMatch(plain.head, /extensions/i);
});

test("a flood of text that JavaScript does not take in time is bounded", async (t) => {
  const { peer, ear, unharmed } = await beside(t, { maxMessageRate: 1e6 });
  const many = Buffer.concat(Array.from({ length: 5000 }, () => frame(Opcode.TEXT, "flood")));
  const until = performance.now() + 300;
  peer.socket.write(many);
  await new Promise((resolve) => setImmediate(resolve));
  while (performance.now() < until) {
    // JavaScript is busy.
  }
  await eventually(() => ear.of("end").length === 1 || ear.of("message").length === 5000);
  assert.ok(ear.of("error").every(({ code }) => code === "ERR_EVENT_OVERFLOW"));
  await unharmed();
});

test("a peer that reads nothing is no burden: the call keeps what it has, and hangs up in time", async (t) => {
  const { peer, res, ear, unharmed } = await beside(t, { outboundLimit: 2 });
  peer.socket.pause();
  assert.throws(() => {
    for (;;) {
      res.write(tone(1600));
    }
  }, { code: "ERR_OUTBOUND_FULL" });
  const begun = performance.now();
  res.hangup();
  await ear.next("end");
  assert.ok(performance.now() - begun < 1000);
  await unharmed();
});

describe("pings", () => {
  test("are sent where they are answered, and keep a quiet call up", async (t) => {
    const { url, call } = serve(t, { dialect: "raw", ping: 0.1 });
    const sender = await dial(t, url);
    const { ear } = await call();
    await eventually(() => sender.pings >= 5);
    assert.deepEqual(ear.of("end"), []);
  });

  test("that are not answered three times end the call", async (t) => {
    const { ear } = await beside(t, { ping: 0.1 });
    assert.equal((await ear.next("error")).code, "ERR_IDLE_TIMEOUT");
    await ear.next("end");
  });

  test("are not sent where the option says so, and a quiet call stays up", async (t) => {
    const { url, call } = serve(t, { dialect: "raw", ping: 0 });
    const sender = await dial(t, url);
    const { ear } = await call();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.deepEqual([sender.pings, ear.of("end").length], [0, 0]);
  });

  test("of the peer's are answered", async (t) => {
    const { peer } = await beside(t);
    peer.socket.write(frame(Opcode.PING, "are you there"));
    await eventually(() => peer.bytes.includes("are you there"));
    assert.equal(peer.bytes[0], 0x80 | Opcode.PONG);
  });
});

test("idleTimeout ends a call of which nothing comes, whatever its dialect", async (t) => {
  const { url, call } = serve(t, { idleTimeout: 0.3, ping: 0 });
  for (const protocols of [["echo"], ["audio.drachtio.org"]]) {
    const sender = await dial(t, url, protocols);
    if (protocols[0] !== "echo") {
      sender.send("{}");
    }
    const { ear } = await call();
    assert.equal((await ear.next("error")).code, "ERR_IDLE_TIMEOUT");
    await ear.next("end");
    assert.equal((await sender.closed()).code, 1000);
  }
});

test("a message of any length that may be comes whole, and so does what is sent", async (t) => {
  const { url, call } = serve(t, { dialect: "mod_audio_stream", maxText: 2 ** 20 });
  const sender = await dial(t, url);
  const metadata = { said: "ä".repeat(100_000) };
  sender.send(JSON.stringify(metadata));
  const { req, res, ear } = await call();
  assert.deepEqual(req.metadata, metadata);
  const long = "ö".repeat(400_000);
  sender.send(long);
  sender.send("short");
  await eventually(() => ear.of("message").length === 2);
  assert.ok(ear.of("message")[0] === long && ear.of("message")[1] === "short");
  assert.throws(() => res.send("ö".repeat(2 ** 20)), { code: "ERR_OUT_OF_RANGE" });
});

describe("before the call", () => {
  test("a request that does not come in time is dropped", async (t) => {
    const { port, dropped } = serve(t, { handshakeTimeout: 200 });
    const socket = net.connect(port, HOST).on("error", () => {});
    t.after(() => socket.destroy());
    const closed = once(socket, "close");
    socket.resume().write("GET / HTTP/1.1\r\nHost: x\r\n");
    await dropped("ERR_HANDSHAKE_TIMEOUT");
    await closed;
  });

  test("the handshake's time is no bound of the call", async (t) => {
    const { server, url, call } = serve(t, { handshakeTimeout: 200 });
    const sender = await dial(t, url);
    sender.send("{}");
    const { ear } = await call();
    await new Promise((resolve) => setTimeout(resolve, 500));
    sender.send(tone(160));
    await ear.bytes(320);
    assert.deepEqual([server.metrics().calls, ear.of("end").length], [1, 0]);
  });

  for (const [what, text, status] of [
    ["no HTTP", "\x16\x03\x01 hello there\r\n\r\n", 400],
    ["another method", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405],
    ["no upgrade", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 426],
    ["a head of 1 MB", `GET / HTTP/1.1\r\nX: ${"x".repeat(1e6)}\r\n\r\n`, 431]
  ]) {
    test(`${what} is answered ${status}`, async (t) => {
      const { port, dropped } = serve(t, {});
      const socket = net.connect(port, HOST).on("error", () => {});
      t.after(() => socket.destroy());
      let answer = "";
      socket.on("data", (piece) => (answer += piece));
      socket.write(text);
      await dropped("ERR_WS_REQUEST");
      await eventually(() => answer.startsWith(`HTTP/1.1 ${status} `) || (status === 431 && socket.destroyed));
    });
  }

  test("connections beyond maxConnections are turned away", async (t) => {
    const { url, port, call, dropped } = serve(t, { dialect: "raw", maxConnections: 1 });
    await dial(t, url);
    await call();
    const socket = net.connect(port, HOST).on("error", () => {});
    await dropped("ERR_MAX_CONNECTIONS");
    socket.destroy();
  });
});
