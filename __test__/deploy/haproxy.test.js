"use strict";

/** HAProxy, as deploy/ sets it up, in front of four processes of deploy/app.js. */

const assert = require("node:assert/strict");
const { describe, test } = require("node:test");
const { startApp } = require("../support/deployed-app.js");
const { EchoCaller } = require("../support/echo-caller.js");
const { startHaproxy, whyNoHaproxy } = require("../support/haproxy.js");
const { eventually } = require("../support/wait.js");

const HOST = "127.0.0.1";
const CALLS_EACH = 3;
const NAMES = ["app1", "app2", "app3", "app4"];

describe("behind HAProxy", { skip: whyNoHaproxy() }, () => {
  /** Four processes, and as many calls as give each of them three. */
  async function four(t) {
    const apps = await Promise.all(
      NAMES.map((name) => startApp(t, name, { PROXY_PROTOCOL: "1", NOTICE_MS: "2500" }))
    );
    const haproxy = await startHaproxy(t, apps);
    const calls = await callTimes(t, haproxy.port, apps.length * CALLS_EACH);
    return { apps, haproxy, calls };
  }

  /** Calls so often, one after the other. */
  async function callTimes(t, port, times) {
    const callers = [];
    for (let made = 0; made < times; made += 1) {
      callers.push(await new EchoCaller(t, port).answered());
    }
    return callers;
  }

  const callsOf = ({ calls }, app) => calls.filter(({ ref }) => app.refs().includes(ref));
  const areUnharmed = (calls) => Promise.all(calls.map((caller) => caller.isUnharmed()));

  test("calls spread over the processes, and each knows where its caller is", async (t) => {
    const all = await four(t);
    for (const app of all.apps) {
      assert.equal(callsOf(all, app).length, CALLS_EACH, app.name);
    }
    await areUnharmed(all.calls);
    const addresses = all.apps.flatMap((app) => app.of("call").map(({ remoteAddress }) => remoteAddress));
    assert.deepEqual(new Set(addresses), new Set([HOST]));
    const ports = all.apps.flatMap((app) => app.of("call").map(({ remotePort }) => remotePort));
    const own = all.calls.map(({ localPort }) => localPort);
    assert.deepEqual(ports.sort(), own.sort(), "it is the caller's port, not HAProxy's");
  });

  test("health checks are no connections of calls", async (t) => {
    const { apps, haproxy } = await four(t);
    await eventually(async () => (await haproxy.states()).app1 === "UP");
    for (const app of apps) {
      assert.deepEqual(app.of("drop"), []);
      const text = await (await app.get("/metrics")).text();
      assert.match(text, /^callstreams_connections_total\{server="audiosocket"\} 3$/m);
    }
  });

  test("a process drains: no new calls, and its calls go on until they end, when it does", async (t) => {
    const all = await four(t);
    const [leaving, ...staying] = all.apps;
    const its = callsOf(all, leaving);
    leaving.kill("SIGTERM");
    await eventually(async () => (await all.haproxy.states())[leaving.name] !== "UP", 10_000);
    assert.equal(leaving.of("stopped").length, 0);

    const later = await callTimes(t, all.haproxy.port, 6);
    assert.equal(leaving.refs().length, CALLS_EACH, "none of the new calls");
    assert.equal(staying.flatMap((app) => app.refs()).length, staying.length * CALLS_EACH + later.length);
    await areUnharmed([...all.calls, ...later]);

    its.forEach((caller) => caller.end());
    assert.deepEqual(await leaving.exited(), { code: 0, signal: null });
    await areUnharmed([...all.calls.filter((caller) => !its.includes(caller)), ...later]);
  });

  test("a process is killed: its calls end, new ones go elsewhere at once, the others' go on", async (t) => {
    const all = await four(t);
    const [killed, ...others] = all.apps;
    const its = callsOf(all, killed);
    const rest = all.calls.filter((caller) => !its.includes(caller));
    killed.kill("SIGKILL");
    // What the system has accepted for a process that dies goes with it.
    await killed.exited();
    // Before any health check can have failed.
    const later = await callTimes(t, all.haproxy.port, 8);
    await Promise.all(its.map((caller) => caller.closed()));
    assert.equal(others.flatMap((app) => app.refs()).length, others.length * CALLS_EACH + later.length);
    await eventually(async () => (await all.haproxy.states())[killed.name] !== "UP", 10_000);
    later.push(...(await callTimes(t, all.haproxy.port, 3)));
    await areUnharmed([...rest, ...later]);
  });
});
