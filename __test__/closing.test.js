"use strict";

/** The end of a server and of its process. */

const assert = require("node:assert/strict");
const net = require("node:net");
const { describe, test } = require("node:test");
const { AudioSocket } = require("..");
const { startChild } = require("./support/child.js");
const { Kind, audio, call, dial, id, tone } = require("./support/peer.js");
const { HOST, answering, busyCall, caughtUp, serve } = require("./support/serve.js");
const { eventually, once, within } = require("./support/wait.js");

describe("close()", () => {
  test("hangs up every call, and resolves when all are gone", async (t) => {
    const { server, port, place } = answering(t);
    const calls = await Promise.all(Array.from({ length: 30 }, place));
    let closed = 0;
    server.on("close", () => (closed += 1));
    assert.equal(server.connections, 30);

    await within(server.close(), 5000, "close()");
    assert.equal(closed, 1);
    assert.equal(server.connections, 0);
    assert.equal(server.listening, false);
    assert.equal(server.address(), null);
    for (const { peer, ear } of calls) {
      assert.deepEqual(ear.names(), ["end"]);
      await peer.next(Kind.HANGUP);
      assert.equal(await peer.closed(), null);
    }
    assert.equal(await dial(port).closed(), "ECONNREFUSED");
    await isFree(port);
  });

  test("may be called twice, at once and later", async (t) => {
    const { server, place } = answering(t);
    const { ear } = await place();
    let closed = 0;
    server.on("close", () => (closed += 1));
    await within(Promise.all([server.close(), server.close()]), 5000, "both");
    await within(server.close(), 5000, "the third");
    assert.equal(closed, 1);
    assert.deepEqual(ear.names(), ["end"]);
  });

  test("resolves for a server that never listened", async () => {
    const server = new AudioSocket();
    server.on("close", () => assert.fail("there was nothing to close"));
    await within(server.close(), 5000, "close()");
    await within(server.close(), 5000, "close() again");
  });

  test("resolves for a server whose port was taken", async (t) => {
    const { port } = serve(t).address();
    const server = new AudioSocket().listen(port, HOST);
    await once(server, "error");
    await within(server.close(), 5000, "close()");
  });

  test("right after listen frees the port", async () => {
    const server = new AudioSocket().listen(0, HOST);
    const { port } = server.address();
    await within(server.close(), 5000, "close()");
    await isFree(port);
  });

  test("turns away who has not said its UUID yet", async (t) => {
    const { server, port } = answering(t);
    server.on("connection", () => assert.fail("it became a call"));
    const silent = dial(port);
    const halfway = dial(port).send(id().subarray(0, 10));
    t.after(() => [silent, halfway].forEach((peer) => peer.destroy()));
    await eventually(() => server.connections === 2);
    await within(server.close(), 5000, "close()");
    await silent.closed();
    await halfway.closed();
  });

  test("turns away who was waiting to be accepted", async (t) => {
    const { server, port } = answering(t);
    const peers = Array.from({ length: 50 }, () => call(port));
    t.after(() => peers.forEach((peer) => peer.destroy()));
    await within(server.close(), 5000, "close()");
    await Promise.all(peers.map((peer) => peer.closed()));
  });

  test("is not kept waiting for long by a peer that keeps the connection open", async (t) => {
    const { server, port } = answering(t);
    const socket = net.connect({ port, host: HOST, allowHalfOpen: true }).on("error", () => {});
    t.after(() => socket.destroy());
    socket.write(id());
    socket.resume();
    await once(server, "connection");
    const ended = once(socket, "end");
    await within(server.close(), 3000, "close()");
    await ended;
    assert.equal(server.connections, 0);
  });

  test("is not kept waiting for long by a peer that does not read", async (t) => {
    const { server, port } = answering(t);
    const socket = net.connect({ port, host: HOST }).on("error", () => {});
    t.after(() => socket.destroy());
    socket.write(id());
    socket.pause();
    const [, res] = await once(server, "connection");
    for (let written = 0; written < 100; written += 1) {
      res.write(tone(1, 1000));
    }
    await within(server.close(), 3000, "close()");
  });

  test("resolves after the end of a call whose handler is still at work", async (t) => {
    const { server, peer, res } = await busyCall(t);
    let ends = 0;
    res.on("end", () => (ends += 1));
    peer.send(audio(tone(1)));
    await eventually(() => res.stats().framesIn === 1);
    await within(server.close(), 5000, "close()");
    assert.equal(ends, 1);
  });

  test("resolves after the end of a call that its peer ended while the handler is at work", async (t) => {
    const { server, peer, res } = await busyCall(t);
    let ends = 0;
    res.on("end", () => (ends += 1));
    peer.send(audio(tone(1))).end();
    await eventually(() => server.connections === 0);
    await caughtUp(t, server);
    await within(server.close(), 5000, "close()");
    assert.equal(ends, 1);
  });

  test("leaves the process's other servers alone", async (t) => {
    const first = answering(t);
    const second = answering(t);
    await first.place();
    const { peer, ear } = await second.place();
    await within(first.server.close(), 5000, "close()");
    peer.send(audio(tone(1)));
    await eventually(() => ear.events.length > 0);
    assert.deepEqual(ear.names(), ["data"]);
  });

  async function isFree(port) {
    const taker = net.createServer().listen(port, HOST);
    await once(taker, "listening");
    await new Promise((resolve) => taker.close(resolve));
  }
});

describe("a process", () => {
  /** A child that serves, with a call up on it. */
  async function serving(t, task, argument) {
    const child = startChild(t, task, argument);
    const { port, pid } = await child.line();
    const peer = call(port);
    t.after(() => peer.destroy());
    await peer.connected();
    assert.equal(await child.line(), "call");
    return { child, peer, port, pid };
  }

  test("goes on while a server listens, and exits by itself after close()", async (t) => {
    const { child, peer } = await serving(t, () => {
      const { AudioSocket: Server } = require("..");
      const server = new Server();
      server.onConnection((req, res) => {
        res.on("data", () => server.close().then(() => console.log(JSON.stringify("closed"))));
        console.log(JSON.stringify("call"));
      });
      server.listen(0, "127.0.0.1");
      console.log(JSON.stringify(server.address()));
    });
    peer.send(audio(tone(1)));
    await peer.next(Kind.HANGUP);
    assert.equal(await child.line(), "closed");
    assert.deepEqual(await child.exited(3000), { code: 0, signal: null, stderr: "" });
  });

  test("exits by itself after close() while its handlers are at work", async (t) => {
    const { child } = await serving(t, () => {
      const { AudioSocket: Server } = require("..");
      const server = new Server();
      server.onConnection(async () => {
        console.log(JSON.stringify("call"));
        setImmediate(() => server.close());
        await new Promise(() => {});
      });
      server.listen(0, "127.0.0.1");
      console.log(JSON.stringify(server.address()));
    });
    assert.deepEqual(await child.exited(5000), { code: 0, signal: null, stderr: "" });
  });

  test("that only loads the package exits by itself", async (t) => {
    const child = startChild(t, () => {
      const { AudioSocket: Server } = require("..");
      new Server();
    });
    assert.deepEqual(await child.exited(), { code: 0, signal: null, stderr: "" });
  });

  for (const what of ["in its handler", "while it plays", "with much to deliver", "right after close()"]) {
    test(`exits with its code at process.exit() in mid-call, ${what}`, async (t) => {
      const { child, peer } = await serving(
        t,
        (when) => {
          const { AudioSocket: Server } = require("..");
          const server = new Server();
          server.onConnection((req, res) => {
            console.log(JSON.stringify("call"));
            if (when === "in its handler") {
              process.exit(7);
            }
            res.write(Buffer.alloc(320_000, 1));
            res.playStream(require("node:stream").Readable.from([Buffer.alloc(320_000, 1)]));
            res.on("data", () => {
              if (when === "right after close()") {
                server.close();
              }
              process.exit(7);
            });
          });
          server.listen(0, "127.0.0.1");
          console.log(JSON.stringify(server.address()));
        },
        what
      );
      const many = what === "with much to deliver" ? 2000 : 1;
      peer.send(...Array.from({ length: many }, () => audio(tone(1))));
      assert.deepEqual(await child.exited(3000), { code: 7, signal: null, stderr: "" });
      await peer.closed();
    });
  }

  test("ends at SIGTERM in mid-call", async (t) => {
    const { child, peer } = await serving(t, answerInChild, { handle: false });
    child.kill("SIGTERM");
    const { code, signal } = await child.exited(3000);
    assert.deepEqual({ code, signal }, { code: null, signal: "SIGTERM" });
    await peer.closed();
  });

  test("exits by itself at SIGTERM in mid-call where its handler closes the server", async (t) => {
    const { child, peer } = await serving(t, answerInChild, { handle: true });
    child.kill("SIGTERM");
    assert.deepEqual(await child.exited(3000), { code: 0, signal: null, stderr: "" });
    await peer.next(Kind.HANGUP);
    assert.equal(await peer.closed(), null);
  });

  test("ends with an uncaught exception in mid-call", async (t) => {
    const { child, peer } = await serving(t, () => {
      const { AudioSocket: Server } = require("..");
      const server = new Server();
      server.onConnection((req, res) => {
        res.on("data", () => {
          setImmediate(() => {
            throw new Error("the user's");
          });
        });
        console.log(JSON.stringify("call"));
      });
      server.listen(0, "127.0.0.1");
      console.log(JSON.stringify(server.address()));
    });
    peer.send(audio(tone(1)));
    const { code, stderr } = await child.exited(3000);
    assert.equal(code, 1);
    assert.match(stderr, /Error: the user's/);
    await peer.closed();
  });
});

/** Runs in a child: answers calls and plays to them. */
function answerInChild({ handle }) {
  const { AudioSocket: Server } = require("..");
  const server = new Server();
  if (handle) {
    process.once("SIGTERM", () => server.close());
  }
  server.onConnection((req, res) => {
    res.write(Buffer.alloc(320_000, 1));
    console.log(JSON.stringify("call"));
  });
  server.listen(0, "127.0.0.1");
  console.log(JSON.stringify(server.address()));
}
