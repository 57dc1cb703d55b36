"use strict";

// What calls, calls in turn and servers leave and take.

const { execFile } = require("node:child_process");
const path = require("node:path");
const { setTimeout: sleep } = require("node:timers/promises");
const { promisify } = require("node:util");
const { generate } = require("../generator.js");
const { ALL, BY_HAND, FONOSTER, IN_NODE, OURS } = require("../peers.js");
const { compare } = require("../rounds.js");
const { Server } = require("../server.js");

/** After so long all calls are there and quiet. */
const HOLD_MS = 1500;

const MANY = path.join(__dirname, "../servers/many.mjs");

async function run({ quick }) {
  const rounds = quick ? 1 : 3;
  const [open, turns] = quick ? [500, 1000] : [2000, 10000];
  return [await perCall({ title: "Memory", peers: ALL, calls: open, rounds }), await inTurn(rounds, turns), await servers(rounds)];
}

/** A table of what a call takes, over a wire. */
function perCall({ title, peers, calls, rounds, wire }) {
  return compare({
    title: `${title}: ${calls} calls that are open and have said something, beside half as many`,
    cases: [{ name: "a call" }],
    columns: { memory: ["KB a call", 2] },
    rounds,
    peers,
    measure: (peer) => Server.with(peer, "echo", { wire }, (server) => holdOnce(server, calls))
  });
}

/** What each further call takes. Those before it use up what the process had free. */
async function holdOnce(server, calls) {
  const { port, wire } = server;
  const first = generate("hold", { port, wire, calls: calls / 2, settle: 0, seconds: (3 * HOLD_MS) / 1000 });
  await sleep(HOLD_MS);
  const before = await server.memory();
  const more = generate("hold", { port, wire, calls, settle: 0, seconds: (2 * HOLD_MS) / 1000 });
  await sleep(HOLD_MS);
  const during = await server.memory();
  await Promise.all([first, more]);
  return { memory: (during - before) / calls };
}

function inTurn(rounds, calls) {
  return compare({
    title: `Memory: what ${calls} calls in turn leave behind, after twice as many before them`,
    cases: [{ name: "in turn" }],
    columns: { left: ["KB in all", 0] },
    rounds,
    peers: IN_NODE,
    measure: (peer) =>
      Server.with(peer, "hangUp", {}, async (server) => {
        const some = { port: server.port, count: calls, "warm-up": 0, seconds: 60 };
        await generate("setup", some);
        await generate("setup", some);
        const before = await server.memory();
        await generate("setup", some);
        return { left: (await server.memory()) - before };
      })
  });
}

function servers(rounds) {
  return compare({
    title: "A server per call: 1,000 servers made, bound and closed",
    cases: [{ name: "a server" }],
    columns: { microseconds: ["µs a server", 0], kilobytes: ["KB while open", 2] },
    rounds,
    peers: [OURS, FONOSTER, BY_HAND],
    measure: async (peer) => {
      const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", MANY, peer]);
      return JSON.parse(stdout.trim().split("\n").at(-1));
    }
  });
}

module.exports = { perCall, run };
