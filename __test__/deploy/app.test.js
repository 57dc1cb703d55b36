"use strict";

/** deploy/app.js by itself: its health, and its end. */

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { startApp } = require("../support/deployed-app.js");
const { EchoCaller } = require("../support/echo-caller.js");
const { eventually } = require("../support/wait.js");

async function statusOf(app, where) {
  return (await app.get(where)).status;
}

test("it says that it is alive and ready, and tells its metrics; other paths are not there", async (t) => {
  const app = await startApp(t, "app");
  const caller = await new EchoCaller(t, app.port).answered();
  assert.equal(await statusOf(app, "/live"), 200);
  assert.equal(await statusOf(app, "/ready"), 200);
  assert.equal(await statusOf(app, "/other"), 404);
  assert.equal(await statusOf(app, "/toString"), 404);
  const metrics = await app.get("/metrics");
  assert.match(metrics.headers.get("content-type"), /^text\/plain; version=0\.0\.4/);
  assert.match(await metrics.text(), /^callstreams_calls_active\{server="audiosocket"\} 1$/m);
  await caller.isUnharmed();
});

for (const signal of ["SIGTERM", "SIGINT"]) {
  test(`at ${signal} it is not ready, takes what comes still, and ends with its last call`, async (t) => {
    const app = await startApp(t, "app", { NOTICE_MS: "1000" });
    const first = await new EchoCaller(t, app.port).answered();
    app.kill(signal);
    await eventually(async () => (await statusOf(app, "/ready")) === 503, 5000);
    assert.equal(await statusOf(app, "/live"), 200);
    const late = await new EchoCaller(t, app.port).answered();
    await Promise.all([first.isUnharmed(), late.isUnharmed()]);
    first.end();
    late.end();
    assert.deepEqual(await app.exited(), { code: 0, signal: null });
    assert.equal(app.of("stopped").length, 1);
  });
}

test("a preStop hook is answered when the notice is over, and SIGTERM then waits no second time", async (t) => {
  const app = await startApp(t, "app", { NOTICE_MS: "700" });
  const caller = await new EchoCaller(t, app.port).answered();
  const asked = performance.now();
  assert.equal(await statusOf(app, "/drain"), 200);
  assert.ok(performance.now() - asked > 600);
  assert.equal(await statusOf(app, "/ready"), 503);
  await caller.isUnharmed();
  app.kill("SIGTERM");
  caller.end();
  assert.deepEqual(await app.exited(), { code: 0, signal: null });
  assert.equal(app.of("leaves").length, 1);
});

test("calls that do not end are hung up after their time", async (t) => {
  const app = await startApp(t, "app", { DRAIN_MS: "100" });
  const caller = await new EchoCaller(t, app.port).answered();
  app.kill("SIGTERM");
  await caller.closed();
  assert.deepEqual(await app.exited(), { code: 0, signal: null });
});
