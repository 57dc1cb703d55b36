"use strict";

/** deploy/app.js in a process of its own, on free ports. */

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const readline = require("node:readline");
const { eventually, within } = require("./wait.js");

const ROOT = path.join(__dirname, "../..");
/** What deploy/Dockerfile takes of deploy/. */
const FILES = ["app.js", "package.json"];
const HOST = "127.0.0.1";
const START_MS = 10_000;

/** Starts it. What it says is in `said`, an object each. */
async function startApp(t, name, env = {}) {
  const child = spawn(process.execPath, ["app.js"], {
    cwd: installed(t),
    env: { ...process.env, HOST, PORT: "0", HEALTH_PORT: "0", NOTICE_MS: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"]
  });
  t.after(() => child.kill("SIGKILL"));
  const said = [];
  let stderr = "";
  readline.createInterface({ input: child.stdout }).on("line", (line) => said.push(JSON.parse(line)));
  child.stderr.on("data", (text) => (stderr += text));
  const exited = new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
  const of = (event) => said.filter((line) => line.event === event);
  await eventually(() => of("listens")[0] ?? child.exitCode !== null, START_MS, "the app to listen");
  if (child.exitCode !== null) {
    throw new Error(`the app ended: ${stderr}`);
  }
  const { port, health } = of("listens")[0];
  return {
    name,
    port,
    health,
    said,
    of,
    /** The calls that it has had, by their UUIDs. */
    refs: () => of("call").map(({ ref }) => ref),
    kill: (signal) => child.kill(signal),
    exited: (ms = 10_000) => within(exited, ms, `${name} to exit`),
    get: (where) => fetch(`http://${HOST}:${health}${where}`, { signal: AbortSignal.timeout(10_000) })
  };
}

/** A folder as deploy/Dockerfile makes it: the app, with callstreams among its packages. */
function installed(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "deployed-"));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  FILES.forEach((file) => fs.copyFileSync(path.join(ROOT, "deploy", file), path.join(folder, file)));
  fs.mkdirSync(path.join(folder, "node_modules"));
  fs.symlinkSync(ROOT, path.join(folder, "node_modules/callstreams"), "junction");
  return folder;
}

module.exports = { startApp };
