"use strict";

/** What Prometheus is told: as text, and through prom-client. */

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { describe, test } = require("node:test");
const client = require("prom-client");
const { AudioSocket, WebSocketAudio } = require("callstreams");
const { prometheusText, register } = require("callstreams/prom");
const { METRICS } = require("../lib/prom-metrics.js");
const { startChild } = require("./support/child.js");
const { audio, dial, tone } = require("./support/peer.js");
const { answering } = require("./support/serve.js");
const { eventually, once } = require("./support/wait.js");

const UNITS = ["seconds", "bytes"];
/** What the parts of a name may not be: the type or a unit that is none of Prometheus' own. */
const NO_PARTS = ["counter", "gauge", "ms", "milliseconds", "kb", "percent"];

/** The samples of a text, by name and labels. */
function samplesOf(text) {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}

test("every metric has a name by Prometheus' conventions, a help and a type", () => {
  for (const { name, help, type, labels } of METRICS) {
    const parts = name.split("_");
    assert.match(name, /^callstreams(_[a-z]+)+$/);
    assert.equal(parts.at(-1) === "total", type === "counter", name);
    assert.match(help, /^[A-Z1][^\n\\]+\.$/, name);
    assert.ok(labels.every((label) => /^[a-z]+$/.test(label)), name);
    assert.ok(parts.every((part) => !NO_PARTS.includes(part)), name);
    const unit = parts.find((part) => UNITS.includes(part));
    const place = type === "counter" ? -2 : -1;
    assert.ok(unit === undefined || parts.at(place) === unit, `${name}: its unit stands last`);
  }
  assert.equal(new Set(METRICS.map(({ name }) => name)).size, METRICS.length);
});

test("the text has every metric, with its help and type before its samples", async (t) => {
  const { server, port, place } = answering(t, { silence: "never" });
  const { peer, res } = await place();
  peer.send(audio(tone(1)), audio(tone(2)));
  await eventually(() => res.stats().framesIn === 2);
  const drop = once(server, "drop");
  dial(port).send(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
  await drop;

  const text = prometheusText(server);
  for (const { name, help, type } of METRICS) {
    assert.match(text, new RegExp(`# HELP ${name} .*\n# TYPE ${name} ${type}\n${name}[ {]`));
    assert.ok(text.includes(`# HELP ${name} ${help}\n`));
  }
  assert.ok(text.endsWith("\n") && !text.includes("NaN") && !text.includes("undefined"));
  const samples = samplesOf(text);
  assert.equal(samples['callstreams_calls_active{server="audiosocket"}'], 1);
  assert.equal(samples['callstreams_calls_total{server="audiosocket"}'], 1);
  assert.equal(samples['callstreams_connections_total{server="audiosocket"}'], 2);
  assert.equal(samples['callstreams_audio_frames_total{server="audiosocket",direction="in"}'], 2);
  assert.equal(samples['callstreams_audio_bytes_total{server="audiosocket",direction="in"}'], 640);
  const dropped = 'callstreams_dropped_connections_total{server="audiosocket",code="ERR_FIRST_FRAME"}';
  assert.equal(samples[dropped], 1);
  assert.equal(samples[`callstreams_info{version="${require("../package.json").version}"}`], 1);
  assert.match(prometheusText.contentType, /^text\/plain; version=0\.0\.4/);
});

test("several servers are told apart by the names that they are given, whatever is in those", () => {
  const text = prometheusText({ 'a "quoted"\\\nname': new AudioSocket(), web: new WebSocketAudio() });
  assert.ok(text.includes('callstreams_calls_active{server="a \\"quoted\\"\\\\\\nname"} 0\n'));
  assert.ok(text.includes('callstreams_calls_active{server="web"} 0\n'));
  assert.ok(prometheusText(new WebSocketAudio()).includes('callstreams_calls_active{server="websocket"} 0\n'));
});

test("prom-client tells the same as the text, and always what is now", async (t) => {
  const { server, place } = answering(t, { silence: "never" });
  const registry = new client.Registry();
  register({ one: server, other: new AudioSocket() }, { registry });
  const told = async () => {
    const text = await registry.metrics();
    assert.deepEqual(samplesOf(text), samplesOf(prometheusText({ one: server, other: new AudioSocket() })));
    return samplesOf(text);
  };
  assert.equal((await told())['callstreams_calls_active{server="one"}'], 0);
  const { res, ear } = await place();
  assert.equal((await told())['callstreams_calls_active{server="one"}'], 1);
  res.hangup();
  await ear.ended();
  await eventually(() => server.connections === 0);
  const after = await told();
  assert.equal(after['callstreams_calls_active{server="one"}'], 0);
  assert.equal(after['callstreams_calls_total{server="one"}'], 1);
  assert.equal(after['callstreams_calls_total{server="other"}'], 0);
});

test("a server is asked once for all metrics of a scrape", async () => {
  const server = new AudioSocket();
  const whole = server.metrics();
  let asked = 0;
  const source = {
    metrics() {
      asked += 1;
      return whole;
    }
  };
  const registry = new client.Registry();
  register({ source }, { registry });
  assert.equal(asked, 0);
  await registry.metrics();
  assert.equal(asked, 1);
  await new Promise((resolve) => setImmediate(resolve));
  await registry.metrics();
  assert.equal(asked, 2);
});

test("without a registry it is prom-client's own, and what undoes it leaves nothing", async () => {
  const unregister = register(new AudioSocket());
  assert.ok((await client.register.metrics()).includes("callstreams_calls_total"));
  unregister();
  unregister();
  assert.equal((await client.register.metrics()).includes("callstreams_"), false);
});

test("where the registry has one of the names, none is registered", () => {
  const registry = new client.Registry();
  const { name } = METRICS.at(-2);
  new client.Gauge({ name, help: "another's", registers: [registry] });
  assert.throws(() => register(new AudioSocket(), { registry }), /already been registered/);
  assert.deepEqual(
    registry.getMetricsAsArray().map((metric) => metric.name),
    [name]
  );
});

describe("what is no server is refused:", () => {
  const cases = { nothing: undefined, null: null, "a text": "server", "an object of others": { a: 1 } };
  for (const [name, wrong] of Object.entries(cases)) {
    test(name, () => {
      assert.throws(() => prometheusText(wrong), { code: "ERR_INVALID_ARG_TYPE" });
      assert.throws(() => register(wrong), { code: "ERR_INVALID_ARG_TYPE" });
    });
  }
  test("a name that the calls have that were placed", () => {
    assert.throws(() => prometheusText({ placed: new AudioSocket() }), { code: "ERR_OUT_OF_RANGE" });
  });
  test("a registry that is none", () => {
    assert.throws(() => register(new AudioSocket(), { registry: {} }), { code: "ERR_INVALID_ARG_TYPE" });
  });
});

test("calls that are placed are told by that name, once there is one", async (t) => {
  const child = startChild(t, () => {
    const { AudioSocket: Server } = require("..");
    const prom = require("../prom.js");
    const server = new Server();
    const placed = () => /^callstreams_calls_active.*"placed".*$/m.exec(prom.prometheusText(server))?.[0] ?? null;
    server.listen(0, "127.0.0.1", async () => {
      const before = placed();
      await Server.connect({ port: server.address().port });
      console.log(JSON.stringify([before, placed()]));
      await server.close();
    });
    server.onConnection(() => {});
  });
  assert.deepEqual(await child.line(), [null, 'callstreams_calls_active{server="placed"} 1']);
});

test("without prom-client the text is there, and register says what is missing", async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prom-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const root = path.join(__dirname, "..");
  for (const file of ["index.js", "prom.js", "package.json", "lib", "native"]) {
    fs.cpSync(path.join(root, file), path.join(folder, file), { recursive: true });
  }
  const child = startChild(
    t,
    (place) => {
      const { AudioSocket: Server } = require(place);
      const prom = require(`${place}/prom.js`);
      const server = new Server();
      const length = prom.prometheusText(server).length;
      try {
        prom.register(server);
      } catch ({ code, message }) {
        console.log(JSON.stringify([length > 0, code, message]));
      }
    },
    folder
  );
  const message = "register needs the package prom-client: npm install prom-client";
  assert.deepEqual(await child.line(), [true, "ERR_NO_PROM_CLIENT", message]);
});

test("both are there for an import, too", async () => {
  const named = await import("callstreams/prom");
  assert.equal(named.register, register);
  assert.equal(named.prometheusText, prometheusText);
});

describe("docs/metrics.md", () => {
  const page = fs.readFileSync(path.join(__dirname, "../docs/metrics.md"), "utf8");
  const rows = page
    .split("\n")
    .filter((line) => line.startsWith("| `callstreams_"))
    .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")).slice(1, -1));

  test("has every metric and no other, as it is told", () => {
    const told = METRICS.map(({ name, type, labels, help }) => [name, type, labels.join(", "), help]);
    assert.deepEqual(rows.map((row) => row.slice(0, 4)), told);
  });

  test("has a name of its own for each in OpenTelemetry", () => {
    const names = rows.map((row) => row[4].split(",")[0]).filter((name) => !name.startsWith("resource"));
    assert.equal(new Set(names).size, METRICS.length - 1);
    names.forEach((name) => assert.match(name, /^callstreams(\.[a-z_]+)+$/));
  });
});
