"use strict";

/** The command line in a process of its own, which is killed if the test ends before it. */

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { eventually, within } = require("./wait.js");

const ROOT = path.join(__dirname, "../..");
const BIN = path.join(ROOT, "bin/callstreams.js");
const RUN_MS = 20_000;
const LINE_MS = 10_000;
/** Bytes that are looked for in one piece, and the share of them that is most. */
const PIECE = 160;
const MOST = 0.7;

/** Starts `callstreams …args`. */
function start(t, args, { env, cwd = ROOT } = {}) {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"]
  });
  t.after(() => child.kill("SIGKILL"));
  const said = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (said.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (said.stderr += text));
  const closed = once(child, "close");
  const lines = () => said.stdout.split("\n").slice(0, -1);
  return {
    said,
    kill: (signal) => child.kill(signal),
    /** Whoever read its output goes away. */
    closeOutput: () => child.stdout.destroy(),
    /** The first line of stdout that matches, as text. */
    line: (pattern) => eventually(() => lines().find((line) => pattern.test(line)), LINE_MS, `a line ${pattern}`),
    /** The event of that name, of those printed with `--json`; `index` of several. */
    event: (name, index = 0) => {
      const found = () => lines().map(JSON.parse).filter(({ event }) => event === name)[index];
      return eventually(found, LINE_MS, `the event ${name}`);
    },
    /** How it ended: `{code, signal, stdout, stderr}`. */
    async exited(ms = RUN_MS) {
      const [code, signal] = await within(closed, ms, `the end of callstreams ${args.join(" ")}`);
      return { code, signal, ...said };
    }
  };
}

/** Runs `callstreams …args` to its end. */
function run(t, args, options) {
  return start(t, args, options).exited();
}

/** Runs it with `--json`, and gives what it printed as an object. */
async function measure(t, args) {
  const { code, stdout, stderr } = await run(t, [...args, "--json"]);
  return { code, stderr, ...(stdout === "" ? {} : JSON.parse(stdout)) };
}

/** A server of the command line's own on a free port, and what it says. */
async function serve(t, args) {
  const server = start(t, [...args, "--port", "0", "--host", "127.0.0.1", "--json"]);
  const { port } = await server.event("listening");
  return { ...server, port, to: `127.0.0.1:${port}` };
}

/** A directory for the test alone. */
function folder(t) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), "callstreams-cli-"));
  t.after(() => fs.rmSync(made, { recursive: true, force: true }));
  return made;
}

/**
 * Whether most of `pcm` is in what was heard. On a busy machine a play leaves out frames that are late, and a
 * recording has frames that come late where they came.
 */
function hasMostOf(heard, pcm) {
  const pieces = Array.from({ length: Math.floor(pcm.length / PIECE) }, (_, index) =>
    pcm.subarray(index * PIECE, (index + 1) * PIECE)
  );
  return pieces.filter((piece) => heard.includes(piece)).length >= pieces.length * MOST;
}

module.exports = { ROOT, folder, hasMostOf, measure, run, serve, start };
