"use strict";

const assert = require("node:assert/strict");
const { once } = require("node:events");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");
const { noise, openServer, soon } = require("./support/call.js");
const { callFromThread } = require("./support/timed-peer.js");

const FRAME = 320;

for (const kind of ["file", "stream"]) {
  test(`a thread that stands still for 300 ms does not interrupt a ${kind}`, async (t) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "play-still-"));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    const file = path.join(folder, "sound.sln");
    fs.writeFileSync(file, noise(75 * FRAME));
    const server = await openServer(t);
    const came = new Promise((resolve) => {
      server.onConnection((req, res) => resolve(res));
    });
    const worker = callFromThread(t, server.address().port, 60 * FRAME);
    const report = once(worker, "message");
    const res = await soon(came, "the call");
    const playing = kind === "file" ? res.play(file) : res.playStream(fs.createReadStream(file));
    while (res.stats().framesOut < 10) {
      await new Promise(setImmediate);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);

    const [times] = await soon(report, "the report");
    const gaps = times.slice(1).map((at, index) => at - times[index]);
    assert.ok(Math.max(...gaps) < 150, `a gap of ${Math.max(...gaps)} ms`);
    await soon(playing, "the play");
  });
}
