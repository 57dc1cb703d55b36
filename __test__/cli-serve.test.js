"use strict";

/** `callstreams serve`: what it does with calls, what it tells of them, and how it ends. */

const assert = require("node:assert/strict");
const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const { describe, test } = require("node:test");
const { AudioSocket, WebSocketAudio } = require("..");
const { ROOT, folder, hasMostOf, run, serve, start } = require("./support/cli.js");
const { noise } = require("./support/call.js");
const { openFarEnd } = require("./support/far-end.js");
const { eventually, once, within } = require("./support/wait.js");

const HOST = "127.0.0.1";
const REF = "40325ec2-5efd-4bd3-805f-53576e581d13";

/** A call to a server on `port`, and what is heard on it. */
async function dial(t, port, options = {}) {
  const res = await within(AudioSocket.connect({ host: HOST, port, ...options }));
  t.after(() => res.hangup());
  const pieces = [];
  res.on("data", (pcm) => pieces.push(pcm));
  const ended = once(res, "end", 10_000);
  return { res, ended, heard: () => Buffer.concat(pieces) };
}

/** Writes a module, and gives its path. */
function moduleOf(t, name, text) {
  const file = path.join(folder(t), name);
  fs.writeFileSync(file, text);
  return file;
}

const get = async (port, page) => {
  const response = await fetch(`http://${HOST}:${port}${page}`, { signal: AbortSignal.timeout(5000) });
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
};

describe("a call", () => {
  test("is echoed, and told of from its beginning to its end", async (t) => {
    const server = await serve(t, ["serve"]);
    const call = await dial(t, server.port, { ref: REF });
    call.res.write(noise(3200));
    call.res.dtmf("5");
    await eventually(() => call.heard().includes(noise(3200)));
    call.res.hangup();
    const began = await server.event("call");
    assert.deepEqual([began.ref, began.transport, began.remoteAddress], [REF, "audiosocket", HOST]);
    assert.equal((await server.event("dtmf")).digit, "5");
    const { ref, stats, durationMs } = await server.event("end");
    assert.deepEqual([ref, stats.framesIn], [REF, 10]);
    assert.ok(durationMs < 5000);
  });

  test("hears a file, and is hung up", async (t) => {
    const server = await serve(t, ["serve", "play", "examples/greeting.sln"]);
    const call = await dial(t, server.port);
    await call.ended;
    assert.ok(hasMostOf(call.heard(), fs.readFileSync(path.join(ROOT, "examples/greeting.sln"))));
    assert.deepEqual((await server.event("played")).completed, true);
  });

  test("is recorded into a file of its own, in a directory that is made", async (t) => {
    const into = path.join(folder(t), "a", "b");
    const server = await serve(t, ["serve", "record", into, "--sides", "caller"]);
    const call = await dial(t, server.port, { ref: REF });
    call.res.write(noise(16_000));
    await eventually(async () => call.res.queuedMs === 0);
    call.res.hangup({ drain: true });
    const { path: file, durationMs } = await server.event("recorded");
    assert.deepEqual(fs.readdirSync(into), [path.basename(file)]);
    assert.match(file, new RegExp(`${REF}\\.wav$`));
    assert.ok(durationMs >= 900, String(durationMs));
  });

  test("is recorded where it belongs, whatever it calls itself", async (t) => {
    const into = path.join(folder(t), "calls");
    const server = start(t, ["serve", "record", into, "--no-audiosocket", "--websocket", "0", "--host", HOST, "--json"]);
    const { port } = await server.event("listening");
    const call = await within(WebSocketAudio.connect(`ws://${HOST}:${port}/`, { dialect: "raw" }));
    call.send("MEDIA_START connection_id:../../../x channel:c channel_id:../../../y format:slin optimal_frame_size:320 ptime:20");
    await eventually(() => fs.readdirSync(into).length === 1, 10_000, "the recording's file");
    call.hangup();
    const { path: file } = await server.event("recorded");
    assert.equal(path.dirname(file), into);
  });

  test("is forked", async (t) => {
    const far = await openFarEnd(t);
    const server = await serve(t, ["serve", "fork", far.url]);
    const call = await dial(t, server.port);
    call.res.write(noise(3200));
    assert.equal((await server.event("fork")).status, "connected");
    call.res.hangup({ drain: true });
    assert.equal((await server.event("fork", 1)).status, "closed");
  });

  test("over WebSocket is echoed beside those over AudioSocket", async (t) => {
    const server = await serve(t, ["serve", "--websocket", "0"]);
    const { port, transport } = await server.event("listening", 1);
    assert.equal(transport, "websocket");
    const { code, stdout } = await run(t, ["call", `ws://${HOST}:${port}/`, "-d", "1", "--dtmf", "7", "--json"]);
    assert.equal(code, 0, stdout);
    assert.ok(JSON.parse(stdout).summary.rttMs.frames > 5);
    assert.equal((await server.event("call")).dialect, "chan_websocket");
    assert.equal((await server.event("dtmf")).digit, "7");
    assert.equal((await run(t, ["call", server.to, "-d", "1"])).code, 0);
  });

  test("has the rate that was asked for", async (t) => {
    const handler = moduleOf(t, "rate.js", "module.exports = (req, res) => res.write(Buffer.alloc(2 * res.sampleRate / 50));");
    const server = await serve(t, ["serve", handler, "--sample-rate", "16000"]);
    const { res } = await dial(t, server.port);
    await eventually(() => res.sampleRate === 16_000);
  });
});

describe("a handler of one's own", () => {
  const modules = {
    "default.mjs": "export default (req, res) => res.hangup();",
    "named.mjs": "export function onConnection(req, res) { res.hangup(); }",
    "function.cjs": "module.exports = (req, res) => res.hangup();",
    "object.cjs": "exports.onConnection = (req, res) => res.hangup();"
  };

  for (const [name, text] of Object.entries(modules)) {
    test(`takes the calls: ${name}`, async (t) => {
      const server = await serve(t, ["serve", moduleOf(t, name, text)]);
      const { ended } = await dial(t, server.port);
      await ended;
    });
  }

  test("that throws ends its call, and not the server", async (t) => {
    const server = await serve(t, ["serve", moduleOf(t, "bad.cjs", 'module.exports = () => { throw new Error("bad day"); };')]);
    for (let times = 0; times < 2; times += 1) {
      await (await dial(t, server.port)).ended;
    }
    await eventually(() => server.said.stderr.split("\n").length === 3);
    assert.match(server.said.stderr, /bad day/);
  });

  test("that is none, or is not there, is an error", async (t) => {
    const none = await run(t, ["serve", moduleOf(t, "none.cjs", "exports.x = 1;")]);
    assert.deepEqual([none.code, none.stdout], [1, ""]);
    assert.match(none.stderr, /^callstreams: ERR_NO_HANDLER: /);
    const gone = await run(t, ["serve", "./nowhere.js"]);
    assert.equal(gone.code, 1);
    assert.match(gone.stderr, /^callstreams: ERR_MODULE_NOT_FOUND: /);
  });
});

describe("it ends", () => {
  for (const signal of ["SIGINT", "SIGTERM"]) {
    test(`with 0 at ${signal}, its calls hung up`, async (t) => {
      const server = await serve(t, ["serve"]);
      const { ended } = await dial(t, server.port);
      await server.event("call");
      server.kill(signal);
      await ended;
      const { code, stderr } = await server.exited();
      assert.deepEqual([code, stderr], [0, ""]);
      const { reason, calls, metrics } = await server.event("closed");
      assert.deepEqual([reason, calls, metrics.audiosocket.calls], [signal, 1, 1]);
    });
  }

  test("after running calls where it may wait, and turns new ones away", async (t) => {
    const server = await serve(t, ["serve", "--drain", "30"]);
    const call = await dial(t, server.port);
    await server.event("call");
    server.kill("SIGTERM");
    assert.equal((await server.event("draining")).calls, 1);
    await assert.rejects(dial(t, server.port), { code: "ECONNREFUSED" });
    call.res.write(noise(320));
    await eventually(() => call.heard().includes(noise(320)));
    call.res.hangup();
    assert.equal((await server.exited()).code, 0);
  });

  test("without waiting longer than it may", async (t) => {
    const server = await serve(t, ["serve", "--drain", "0.2"]);
    const { ended } = await dial(t, server.port);
    await server.event("call");
    server.kill("SIGTERM");
    await ended;
    assert.equal((await server.exited()).code, 0);
  });

  test("at once at the second signal", { skip: process.platform === "win32" }, async (t) => {
    const server = await serve(t, ["serve", "--drain", "60"]);
    await dial(t, server.port);
    await server.event("call");
    server.kill("SIGINT");
    await server.event("draining");
    server.kill("SIGINT");
    assert.equal((await server.exited()).signal, "SIGINT");
  });

  test("after as many calls as were asked for", async (t) => {
    const server = await serve(t, ["serve", "--calls", "2"]);
    for (let times = 0; times < 2; times += 1) {
      (await dial(t, server.port)).res.hangup();
    }
    assert.equal((await server.exited()).code, 0);
    assert.equal((await server.event("closed")).calls, 2);
  });

  test("with 1 and the system's code where the port is taken", async (t) => {
    const other = net.createServer().listen(0, HOST);
    t.after(() => other.close());
    await once(other, "listening");
    const port = String(other.address().port);
    for (const args of [["--port", port], ["--port", "0", "--websocket", port], ["--port", "0", "--metrics", port]]) {
      const { code, stdout, stderr } = await run(t, ["serve", "--host", HOST, ...args]);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, /^callstreams: .*EADDRINUSE/);
    }
  });

  test("with 1 where the file to play is not there", async (t) => {
    const { code, stderr } = await run(t, ["serve", "play", "nowhere.wav"]);
    assert.equal(code, 1);
    assert.match(stderr, /^callstreams: ENOENT: .*nowhere\.wav/);
  });
});

describe("metrics", () => {
  test("are there for Prometheus, and as JSON", async (t) => {
    const server = await serve(t, ["serve", "--websocket", "0", "--metrics", "0"]);
    const { port, address } = await server.event("metrics");
    assert.equal(address, HOST);
    await dial(t, server.port);
    await server.event("call");
    const { status, type, text } = await get(port, "/metrics");
    assert.deepEqual([status, type], [200, "text/plain; version=0.0.4; charset=utf-8"]);
    assert.match(text, /^# TYPE callstreams_connections gauge\ncallstreams_connections\{server="audiosocket"\} 1$/m);
    assert.match(text, /^# TYPE callstreams_calls_total counter$/m);
    assert.match(text, /^callstreams_calls_total\{server="websocket"\} 0$/m);
    assert.match(text, /^callstreams_prompt_cache_hits_total \d/m);
    const json = await get(port, "/metrics.json");
    assert.equal(JSON.parse(json.text).audiosocket.connections, 1);
    assert.equal((await get(port, "/else")).status, 404);
  });

  test("do not keep it from ending", async (t) => {
    const server = await serve(t, ["serve", "--metrics", "0"]);
    const { port } = await server.event("metrics");
    const idle = net.connect(port, HOST).on("error", () => {});
    t.after(() => idle.destroy());
    await once(idle, "connect");
    server.kill("SIGTERM");
    assert.equal((await server.exited()).code, 0);
  });
});

test("tells people in words", async (t) => {
  const server = start(t, ["serve", "--port", "0", "--host", HOST]);
  const port = Number(/:(\d+) /.exec(await server.line(/^listening on 127\.0\.0\.1:\d+ \(AudioSocket\): echo$/))[1]);
  const { res } = await dial(t, port, { ref: REF });
  await server.line(new RegExp(`^${REF}: call from 127\\.0\\.0\\.1:\\d+ \\(AudioSocket, 8000 Hz\\)$`));
  res.hangup();
  await server.line(new RegExp(`^${REF}: over after \\d+\\.\\d s, 0 frames in, \\d+ out$`));
  server.kill("SIGTERM");
  assert.match((await server.exited()).stdout, /\nclosed after 1 calls\n$/);
});

test("ends quietly when nobody reads it any more", { skip: process.platform === "win32" }, async (t) => {
  const server = await serve(t, ["serve"]);
  server.closeOutput();
  await dial(t, server.port);
  const { code, stderr } = await server.exited();
  assert.deepEqual([code, stderr], [0, ""]);
});
