"use strict";

/** `callstreams doctor` and `callstreams bench`. */

const assert = require("node:assert/strict");
const http = require("node:http");
const net = require("node:net");
const { describe, test } = require("node:test");
const { measure, run } = require("./support/cli.js");
const { once } = require("./support/wait.js");

const HOST = "127.0.0.1";
const PASSWORD = "geheim:%/7";

/** A port that nobody listens on. */
async function freePort() {
  const server = net.createServer().listen(0, HOST);
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** As much of ARI as is asked, with the modules that are told. */
async function ari(t, modules) {
  const expected = `Basic ${Buffer.from(`alice:${PASSWORD}`).toString("base64")}`;
  const server = http.createServer(({ url, headers }, response) => {
    const name = /^\/ari\/asterisk\/modules\/(.+)$/.exec(url)?.[1];
    const body = url === "/ari/asterisk/info" ? { system: { version: "22.6.0" } } : modules[name] && { status: modules[name] };
    const status = headers.authorization !== expected ? 401 : body ? 200 : 404;
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body ?? {}));
  });
  server.listen(0, HOST);
  await once(server, "listening");
  t.after(() => server.close());
  return server.address().port;
}

const url = (port, password = PASSWORD) => `http://alice:${encodeURIComponent(password)}@${HOST}:${port}`;
const named = (checks, name) => checks.find((check) => check.name === name);

/** `doctor` about a free port. */
async function examine(t, ...args) {
  return measure(t, ["doctor", "--host", HOST, "--port", String(await freePort()), ...args]);
}

describe("doctor", () => {
  test("finds that all is well, and says what to write into the dialplan", async (t) => {
    const { code, checks, dialplan } = await examine(t, "--address", "192.0.2.10", "--websocket", "9999");
    assert.equal(code, 0);
    assert.deepEqual(checks.map(({ status }) => status), ["ok", "ok", "ok", "ok"]);
    assert.match(dialplan, /AudioSocket\(\$\{UUID\(\)\},192\.0\.2\.10:\d+\)/);
    assert.match(dialplan, /Dial\(AudioSocket\/192\.0\.2\.10:\d+\/\$\{UUID\(\)\}\/c\(slin16\)\)/);
    assert.match(dialplan, /uri = ws:\/\/192\.0\.2\.10:9999\//);
  });

  test("finds a port that is taken", async (t) => {
    const server = net.createServer().listen(0, HOST);
    t.after(() => server.close());
    await once(server, "listening");
    const port = String(server.address().port);
    const { code, checks } = await measure(t, ["doctor", "--host", HOST, "--port", port]);
    assert.equal(code, 1);
    assert.equal(named(checks, `port ${port}`).code, "EADDRINUSE");
  });

  test("finds a binary that does not load, and says why", async (t) => {
    const env = { NAPI_RS_NATIVE_LIBRARY_PATH: "/nowhere.node" };
    const { code, stdout } = await run(t, ["doctor", "--host", HOST, "--port", String(await freePort())], { env });
    assert.equal(code, 1);
    assert.match(stdout, /^NO {2}native binary {2}.+/m);
  });

  test("looks at Asterisk, and at its modules", async (t) => {
    const port = await ari(t, { "app_audiosocket.so": "Running", "chan_audiosocket.so": "Not Running" });
    const { code, checks } = await examine(t, "--ari", url(port));
    assert.equal(code, 0);
    assert.equal(named(checks, "Asterisk's ARI").message, `Asterisk 22.6.0 at http://${HOST}:${port}/ari`);
    const modules = ["app_audiosocket.so", "chan_audiosocket.so", "chan_websocket.so"];
    assert.deepEqual(modules.map((name) => named(checks, name).status), ["ok", "warning", "warning"]);
  });

  test("takes where Asterisk is from the environment", async (t) => {
    const env = { CALLSTREAMS_ARI: url(await ari(t, {})) };
    const { stdout } = await run(t, ["doctor", "--host", HOST, "--port", String(await freePort())], { env });
    assert.match(stdout, /^ok {2}Asterisk's ARI +Asterisk 22\.6\.0/m);
  });

  test("never prints the password", async (t) => {
    const refused = { code: "ERR_ARI_REFUSED", at: url(await ari(t, {}), `${PASSWORD}!`) };
    const away = { code: "ECONNREFUSED", at: url(await freePort()) };
    for (const { code, at } of [refused, away]) {
      for (const json of [[], ["--json"]]) {
        const told = await run(t, ["doctor", "--host", HOST, "--port", String(await freePort()), "--ari", at, ...json]);
        assert.equal(told.code, 1);
        assert.match(told.stdout, new RegExp(code));
        assert.doesNotMatch(told.stdout + told.stderr, /geheim|alice/);
      }
    }
  });
});

describe("bench", () => {
  test("tells what a call costs, and how long audio takes", async (t) => {
    const told = await measure(t, ["bench", "--calls", "5", "--duration", "1"]);
    assert.deepEqual([told.code, told.stderr], [0, ""]);
    assert.deepEqual([told.calls, told.up, told.failed, told.loss.lost], [5, 5, 0, 0]);
    assert.ok(told.cpuPercentPerCall > 0 && told.cpuPercentPerCall < 20, String(told.cpuPercentPerCall));
    assert.ok(told.rttMs.p50 > 0 && told.rttMs.p50 <= told.rttMs.p99);
  });
});
