"use strict";

/** Forks of a process that ends, and of calls that are placed. */

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const path = require("node:path");
const { test } = require("node:test");
const { openServer, soon } = require("./support/call.js");
const { openFarEnd } = require("./support/far-end.js");

const PROGRAM = `
  const { AudioSocket } = require(${JSON.stringify(path.resolve(__dirname, ".."))});
  const [port, url] = process.argv.slice(1);
  AudioSocket.connect({ port: Number(port) }).then((res) => {
    res.fork(url).on("connect", () => process.exit(0));
  });
`;

test("the end of a process is a proper close to its far ends", async (t) => {
  const far = await openFarEnd(t);
  const server = await openServer(t);
  server.onConnection((req, res) => res.on("data", () => {}));
  const child = spawn(process.execPath, ["-e", PROGRAM, String(server.address().port), far.url], { stdio: "inherit" });
  t.after(() => child.kill());
  const [code] = await soon(once(child, "exit"), "the process to end", 10_000);
  assert.equal(code, 0);
  assert.deepEqual(await (await far.next()).close(), { code: 1000, reason: "" });
});
