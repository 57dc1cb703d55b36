"use strict";

/** A system that starts no more threads. */

const assert = require("node:assert/strict");
const { execFileSync, spawn } = require("node:child_process");
const { once } = require("node:events");
const { test } = require("node:test");
const { within } = require("./support/wait.js");

const NOBODY = 65534;
const isPossible = process.platform === "linux" && process.getuid() === 0 && hasPrlimit();

function hasPrlimit() {
  try {
    execFileSync("prlimit", ["--version"]);
    return true;
  } catch {
    return false;
  }
}

/** Runs in a process of its own, as a user whom the limit binds: says "up", and plays once it is told to. */
async function child(library) {
  const { AudioSocket } = require(library);
  const server = new AudioSocket({ logger: null });
  const arrival = new Promise((resolve) => server.onConnection((req, res) => resolve(res)));
  await server.listen(0, "127.0.0.1");
  const caller = await AudioSocket.connect({ port: server.address().port, host: "127.0.0.1" });
  const res = await arrival;
  process.stdout.write("up\n");
  await new Promise((go) => process.stdin.once("data", go));
  const outcomes = [];
  for (let turn = 0; turn < 3; turn += 1) {
    outcomes.push(await res.play(Buffer.alloc(3200), { format: { sampleRate: 8000 } }).then(() => "played", (error) => error.code));
  }
  res.write(Buffer.alloc(320));
  const [pcm] = await new Promise((heard) => caller.once("data", (...args) => heard(args)));
  process.stdout.write(`${JSON.stringify({ outcomes, heard: pcm.length })}\n`, () => process.exit());
}

test("a play for which there is no thread rejects, and the call goes on", { skip: !isPossible }, async (t) => {
  const program = `(${child})(${JSON.stringify(require.resolve(".."))})`;
  const node = spawn(process.execPath, ["-e", program], { uid: NOBODY, stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => node.kill("SIGKILL"));
  const [up] = await within(once(node.stdout, "data"), 10000, "the call");
  assert.equal(up.toString(), "up\n");
  execFileSync("prlimit", [`--pid=${node.pid}`, "--nproc=1:1"], { uid: NOBODY });
  node.stdin.write("go\n");
  const [said] = await within(once(node.stdout, "data"), 20000, "the outcomes");
  const { outcomes, heard } = JSON.parse(said);
  assert.deepEqual(outcomes, ["ERR_NO_THREAD", "ERR_NO_THREAD", "ERR_NO_THREAD"]);
  assert.ok(heard > 0);
});
