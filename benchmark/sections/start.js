"use strict";

// What it takes to be there: loading the package, and doing nothing.

const { execFile } = require("node:child_process");
const path = require("node:path");
const { promisify } = require("node:util");
const { generate } = require("../generator.js");
const { IN_NODE, LIBRARIES, OURS } = require("../peers.js");
const { compare } = require("../rounds.js");
const { Server } = require("../server.js");

const ROOT = path.join(__dirname, "../..");

async function run({ quick }) {
  return [await loading(quick ? 3 : 15), await idling(quick ? 1 : 3)];
}

function loading(rounds) {
  return compare({
    title: "Start: the package's import in a fresh process",
    cases: [{ name: "import" }],
    columns: { ms: ["ms", 1] },
    rounds,
    peers: LIBRARIES,
    measure: loadOnce
  });
}

async function loadOnce(peer) {
  const name = peer === OURS ? ROOT : peer;
  const script =
    peer === "asterisk-audiosocket"
      ? `const t = performance.now(); import("${name}").then(() => console.log(performance.now() - t))`
      : `const t = performance.now(); require("${name}"); console.log(performance.now() - t)`;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { cwd: __dirname });
  return { ms: Number(stdout) };
}

function idling(rounds) {
  const seconds = rounds > 1 ? 3 : 1;
  return compare({
    title: "Idle: a server without calls, and one with 100 calls on which nobody speaks",
    cases: [
      { name: "no call", calls: 0 },
      { name: "100 silent calls", calls: 100 }
    ],
    columns: { cpu: ["CPU, ms a second", 3], wakeUps: ["wake-ups a second", 1] },
    rounds,
    peers: IN_NODE,
    measure: (peer, { calls }) => Server.with(peer, "echo", {}, (server) => idleOnce(server, { calls, seconds }))
  });
}

async function idleOnce({ port, pid }, { calls, seconds }) {
  const { usage } = await generate("hold", { port, pid, calls, settle: 0.5, seconds });
  return { cpu: usage.cpuMs / seconds, wakeUps: usage.wakeUps / seconds };
}

module.exports = { run };
