"use strict";

/** A program of examples/ as it stands, in a process of its own, on free ports. */

const { spawn } = require("node:child_process");
const path = require("node:path");
const { Ear, soon } = require("./call.js");
const { id } = require("./peer.js");
const { eventually, within } = require("./wait.js");

const ROOT = path.join(__dirname, "../..");
const HOST = "127.0.0.1";
/** What a machine that stalls needs. */
const PRINT_MS = 20_000;

/**
 * Runs `examples/<name>.js`, which is killed when the test is over: `{ child, port, printed(pattern), ended() }`.
 * `port` is what it says that it listens on, if it is one that listens (`listens`).
 */
async function runExample(t, name, { args = [], env = {}, listens = true, nodeOptions = [] } = {}) {
  const child = spawn(process.execPath, [...nodeOptions, path.join("examples", `${name}.js`), ...args], {
    cwd: ROOT,
    env: { ...process.env, PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"]
  });
  t.after(() => child.kill("SIGKILL"));
  const closed = new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  }
  const printed = (pattern) => eventually(() => output.match(pattern), PRINT_MS, `${pattern} of ${name}: ${output}`);
  const port = listens ? Number((await printed(/listening on port (\d+)/))[1]) : null;
  return {
    child,
    port,
    url: `ws://${HOST}:${port}/`,
    printed,
    output: () => output,
    ended: () => within(closed, PRINT_MS, `the end of ${name}`)
  };
}

/** Calls a program: `{ peer, ref }`. */
async function call(t, { port }, ref = crypto.randomUUID()) {
  const peer = await Ear.dial(port);
  t.after(() => peer.destroy());
  peer.send(id(ref));
  return { peer, ref };
}

/** The peer has heard at least `bytes` that are not silent. */
function hears(peer, bytes, what = `${bytes} bytes of sound`) {
  const sound = () => peer.heard().filter((byte) => byte !== 0).length >= bytes;
  return soon(peer.until(sound, what, PRINT_MS), what, PRINT_MS);
}

module.exports = { PRINT_MS, ROOT, call, hears, runExample };
