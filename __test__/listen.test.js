"use strict";

/** Binding a port: the forms of `listen`, when the port is there, and what may be wrong with it. */

const assert = require("node:assert/strict");
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const { describe, test } = require("node:test");
const { inspect } = require("node:util");
const { AudioSocket } = require("..");
const { startChild } = require("./support/child.js");
const { call } = require("./support/peer.js");
const { HOST, serve } = require("./support/serve.js");
const { once, within } = require("./support/wait.js");

const HAS_IPV6 = Object.values(os.networkInterfaces())
  .flat()
  .some(({ address }) => address === "::1");

/** Elsewhere 127.0.0.1 is the only address of its kind. */
const noSecondAddress = process.platform !== "linux" && "needs 127.0.0.2, as Linux has it";

/** The first port that everyone may bind; 1024 where the system does not say. */
function firstUnprivilegedPort() {
  try {
    return Number(fs.readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
  } catch {
    return 1024;
  }
}

/** A server that the test has yet to make listen. */
function idleServer(t) {
  const server = new AudioSocket();
  t.after(() => server.close());
  return server;
}

/** A port that nobody listens on. */
async function freePort() {
  const holder = net.createServer().listen(0, HOST);
  await once(holder, "listening");
  const { port } = holder.address();
  await new Promise((resolve) => holder.close(resolve));
  return port;
}

/** Dials the server, and resolves to the request that its handler is given. */
async function answered(t, server, host = HOST) {
  const handled = new Promise((resolve) => server.onConnection(resolve));
  const peer = call(server.address().port, undefined, host);
  t.after(() => peer.destroy());
  return within(handled, 5000, "the handler to be called");
}

describe("listen takes", () => {
  const forms = {
    "a port": ({ port }) => [port],
    "a port as text": ({ port }) => [String(port)],
    "a port and an address": ({ port }) => [port, HOST],
    "a port and a callback": ({ port, callback }) => [port, callback],
    "a port, an address and a callback": ({ port, callback }) => [port, HOST, callback],
    "an object with a port": ({ port }) => [{ port }],
    "an object with port, host and backlog": ({ port }) => [{ port, host: HOST, backlog: 8 }],
    "an object and a callback": ({ port, callback }) => [{ port, host: HOST }, callback]
  };
  for (const [name, form] of Object.entries(forms)) {
    test(`${name}, and the port is bound when it returns`, async (t) => {
      const server = idleServer(t);
      const handled = new Promise((resolve) => server.onConnection(resolve));
      const port = await freePort();
      let calledBack = 0;
      const args = form({ port, callback: () => (calledBack += 1) });

      assert.equal(server.listen(...args), server);
      const peer = call(port);
      t.after(() => peer.destroy());
      assert.equal(server.listening, true);
      assert.equal(server.address().port, port);
      assert.equal(calledBack, 0, "the callback is not called before listen returns");

      await once(server, "listening");
      assert.equal(calledBack, typeof args.at(-1) === "function" ? 1 : 0);
      await within(handled, 5000, "the handler to be called");
    });
  }
});

test("without an address, every IPv4 address is listened on", { skip: noSecondAddress }, async (t) => {
  const server = idleServer(t).listen(0);
  assert.equal(server.address().address, "0.0.0.0");
  assert.equal(server.address().family, "IPv4");
  await answered(t, server, "127.0.0.2");
});

test("with an address, no other is listened on", { skip: noSecondAddress }, async (t) => {
  const server = idleServer(t).listen(0, "127.0.0.1");
  const stranger = call(server.address().port, undefined, "127.0.0.2");
  t.after(() => stranger.destroy());
  assert.equal(await stranger.closed(), "ECONNREFUSED");
  await answered(t, server);
});

test("localhost is an address that is bound at once", async (t) => {
  const server = idleServer(t).listen(0, "localhost");
  assert.equal(server.address().address, "127.0.0.1");
  await answered(t, server);
});

test("port 0 takes a free port, which address() tells while the server listens", async (t) => {
  const server = idleServer(t);
  assert.equal(server.address(), null);
  assert.equal(server.listening, false);

  server.listen(0, HOST);
  const { port, ...rest } = server.address();
  assert.ok(port > 0 && port <= 65535, `port ${port}`);
  assert.deepEqual(rest, { address: HOST, family: "IPv4" });
  assert.equal((await answered(t, server)).remoteAddress, HOST);

  await server.close();
  assert.equal(server.address(), null);
  assert.equal(server.listening, false);
});

test("an IPv6 address is listened on", { skip: !HAS_IPV6 && "this machine has no ::1" }, async (t) => {
  const server = idleServer(t).listen(0, "::1");
  assert.deepEqual({ ...server.address(), port: 0 }, { address: "::1", family: "IPv6", port: 0 });
  assert.equal((await answered(t, server, "::1")).remoteAddress, "::1");
});

describe("what is wrong with an address is told by an error event:", () => {
  async function failure(t, ...args) {
    const server = idleServer(t);
    server.listen(...args);
    // There is time to listen for the error after listen has returned.
    const [error] = await once(server, "error");
    assert.ok(error instanceof Error);
    assert.equal(server.listening, false);
    assert.equal(server.address(), null);
    return error;
  }

  test("EADDRINUSE for a port that is in use", async (t) => {
    const { port } = serve(t).address();
    const error = await failure(t, port, HOST);
    assert.equal(error.code, "EADDRINUSE");
    assert.equal(error.errno, -os.constants.errno.EADDRINUSE);
    assert.equal(error.syscall, "listen");
    assert.equal(error.address, HOST);
    assert.equal(error.port, port);
    assert.match(error.message, new RegExp(`EADDRINUSE.*${HOST}:${port}`));
  });

  test("EADDRNOTAVAIL for an address of another machine", async (t) => {
    assert.equal((await failure(t, 0, "192.0.2.1")).code, "EADDRNOTAVAIL");
  });

  test("ENOTFOUND for what is no address and no name", async (t) => {
    assert.equal((await failure(t, 0, "not an address")).code, "ENOTFOUND");
  });

  const privileged = firstUnprivilegedPort() - 1;
  const noPrivileges = (privileged < 1 || !process.getuid) && "every port may be bound here";
  test("EACCES for a port that the user may not bind", { skip: noPrivileges }, async (t) => {
    const child = startChild(
      t,
      (port) => {
        const { AudioSocket: Server } = require("..");
        if (process.getuid() === 0) {
          process.setgid(65534);
          process.setuid(65534);
        }
        const server = new Server();
        server.on("error", ({ code, syscall }) => console.log(JSON.stringify({ code, syscall })));
        server.listen(port, "127.0.0.1");
      },
      privileged
    );
    assert.deepEqual(await child.line(), { code: "EACCES", syscall: "listen" });
    assert.equal((await child.exited()).code, 0);
  });

  for (const port of [-1, 65536, 80.5, NaN, "http", ""]) {
    test(`ERR_SOCKET_BAD_PORT for the port ${inspect(port)}`, async (t) => {
      assert.equal((await failure(t, port, HOST)).code, "ERR_SOCKET_BAD_PORT");
      assert.equal((await failure(t, { port, host: HOST })).code, "ERR_SOCKET_BAD_PORT");
    });
  }

  test("and the callback is not called", async (t) => {
    const { port } = serve(t).address();
    const server = idleServer(t);
    server.listen(port, HOST, () => assert.fail("the callback was called"));
    await once(server, "error");
  });

  test("and the server may listen elsewhere", async (t) => {
    const { port } = serve(t).address();
    const server = idleServer(t);
    server.listen(port, HOST);
    await once(server, "error");
    server.listen(0, HOST);
    await once(server, "listening");
    await answered(t, server);
  });
});

test("an error that nobody listens to is an uncaught exception", async (t) => {
  const { port } = serve(t).address();
  const child = startChild(
    t,
    (taken) => {
      const { AudioSocket: Server } = require("..");
      new Server().listen(taken, "127.0.0.1");
    },
    port
  );
  const { code, stderr } = await child.exited();
  assert.equal(code, 1);
  assert.match(stderr, /EADDRINUSE/);
});

test("an uncaught listening error can be caught as any other", async (t) => {
  const { port } = serve(t).address();
  const child = startChild(
    t,
    (taken) => {
      const { AudioSocket: Server } = require("..");
      process.on("uncaughtException", ({ code }) => console.log(JSON.stringify(code)));
      new Server().listen(taken, "127.0.0.1");
    },
    port
  );
  assert.equal(await child.line(), "EADDRINUSE");
  assert.equal((await child.exited()).code, 0);
});

test("a server that listens throws at a second listen, and goes on", async (t) => {
  const server = serve(t);
  const { port } = server.address();
  assert.throws(() => server.listen(0, HOST), { code: "ERR_SERVER_ALREADY_LISTEN" });
  assert.equal(server.address().port, port);
  await answered(t, server);
});

test("a server may listen again after it was closed, on the same port too", async (t) => {
  const server = serve(t);
  const { port } = server.address();
  for (let round = 0; round < 3; round += 1) {
    await answered(t, server);
    await server.close();
    const late = call(port);
    assert.equal(await late.closed(), "ECONNREFUSED");
    server.listen(port, HOST);
  }
  await answered(t, server);
  assert.equal(server.metrics().calls, 4, "what it has seen is counted on");
});

const noReusePort = process.platform === "win32" && "the system has no SO_REUSEPORT";
test("with reusePort several servers listen on one port", { skip: noReusePort }, async (t) => {
  const first = idleServer(t).listen({ port: 0, host: HOST, reusePort: true });
  const { port } = first.address();
  const second = idleServer(t).listen({ port, host: HOST, reusePort: true });
  assert.equal(second.address()?.port, port);

  const third = idleServer(t).listen({ port, host: HOST });
  const [error] = await once(third, "error");
  assert.equal(error.code, "EADDRINUSE");

  await first.close();
  await answered(t, second);
});

test("every server of a process gets the calls to its own port", async (t) => {
  const heard = [];
  const servers = Array.from({ length: 20 }, (_, index) =>
    serve(t, ({ ref }) => heard.push([index, ref]))
  );
  const peers = servers.map((server, index) => {
    const peer = call(server.address().port, `00000000-0000-4000-8000-0000000000${index + 10}`);
    t.after(() => peer.destroy());
    return peer;
  });
  await Promise.all(servers.map((server) => once(server, "connection")));

  heard.sort(([a], [b]) => a - b);
  const expected = servers.map((_, index) => [index, `00000000-0000-4000-8000-0000000000${index + 10}`]);
  assert.deepEqual(heard, expected);
  await servers[0].close();
  assert.equal(await peers[0].closed(), null);
  await answered(t, servers[1]);
});
