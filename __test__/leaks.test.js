"use strict";

/** Servers in turn: thousands that are made, used once and closed leave nothing behind. */

const assert = require("node:assert/strict");
const fs = require("node:fs");
const { test } = require("node:test");
const { startChild } = require("./support/child.js");

const WARM_UP = 2000;
const SERVERS = 5000;

/** Bytes. If each server left a kilobyte behind, that would be 5,000,000. */
const RSS_TOLERANCE = 3_000_000;
const HEAP_TOLERANCE = 500_000;

/** V8's own memory comes and goes by megabytes otherwise. */
const STEADY_MEMORY = ["--expose-gc", "--max-semi-space-size=1", "--single-threaded-gc"];

const noProc = !fs.existsSync("/proc/self/task") && "needs Linux's /proc to count what is open";

test("5,000 servers in turn leave no descriptor, thread or memory behind", { skip: noProc }, async (t) => {
  const child = startChild(t, serveInTurn, [WARM_UP, SERVERS], { nodeOptions: STEADY_MEMORY });
  assert.equal(await child.line(), "begun");
  const before = await child.line(30_000);
  const after = await child.line(50_000);
  const { code, stderr } = await child.exited();
  t.diagnostic(`after ${WARM_UP} servers: ${JSON.stringify(before)}`);
  t.diagnostic(`after ${SERVERS} more: ${JSON.stringify(after)}`);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });

  assert.equal(after.heard - before.heard, SERVERS, "each was called");
  assert.equal(after.descriptors, before.descriptors);
  assert.equal(after.threads, before.threads);
  assert.deepEqual(after.resources, before.resources);
  assert.ok(after.most - before.threads <= 1, `${after.most} threads at most`);
  assert.ok(after.heap - before.heap < HEAP_TOLERANCE, `heap: ${before.heap} to ${after.heap}`);
  assert.ok(after.rss - before.rss < RSS_TOLERANCE, `resident: ${before.rss} to ${after.rss}`);
});

/** Runs in a child. Tells after each batch of servers what the process holds. */
async function serveInTurn(batches) {
  const { readdirSync } = require("node:fs");
  const { AudioSocket } = require("..");
  const { Kind, audio, call, tone } = require("./support/peer.js");
  const { eventually } = require("./support/wait.js");
  const count = (folder) => readdirSync(folder).length;
  let heard = 0;
  let most = 0;

  async function serveOnce() {
    const server = new AudioSocket();
    const ended = new Promise((resolve) => {
      server.onConnection((req, res) => {
        res.on("end", resolve).on("data", () => {
          heard += 1;
          res.hangup();
        });
      });
    });
    server.listen(0, "127.0.0.1");
    const peer = call(server.address().port).send(audio(tone(1)));
    await peer.next(Kind.HANGUP);
    // A connection that is closed in order would keep its port for a minute.
    peer.reset();
    await ended;
    await server.close();
    await peer.closed();
  }

  // What this process's own output needs should be there before anything is counted.
  console.log(JSON.stringify("begun"));
  for (const servers of batches) {
    for (let made = 0; made < servers; made += 1) {
      await serveOnce();
      if (made % 100 === 0) {
        most = Math.max(most, count("/proc/self/task"));
      }
    }
    // The last server's thread waits a while for another.
    const threads = await settled(() => count("/proc/self/task"));
    global.gc();
    await new Promise((resolve) => setImmediate(resolve));
    global.gc();
    const { rss, heapUsed } = process.memoryUsage();
    console.log(
      JSON.stringify({
        heard,
        descriptors: count("/proc/self/fd"),
        threads,
        most,
        rss,
        heap: heapUsed,
        resources: process.getActiveResourcesInfo().sort()
      })
    );
  }

  /** What `probe` gives when it has not changed for a second and a half. */
  async function settled(probe) {
    let value = probe();
    let since = performance.now();
    await eventually(() => {
      const now = probe();
      if (now !== value) {
        value = now;
        since = performance.now();
      }
      return performance.now() - since > 1500;
    }, 10_000);
    return value;
  }
}
