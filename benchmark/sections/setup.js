"use strict";

// Connections: dialled, given to the handler, hung up by it.

const { generate } = require("../generator.js");
const { IN_NODE } = require("../peers.js");
const { compare } = require("../rounds.js");
const { Server } = require("../server.js");

const TOGETHER = 32;

async function run({ quick }) {
  const seconds = quick ? 1 : 2;
  const table = await compare({
    title: `Set-up: calls that are hung up at once, ${TOGETHER} at a time`,
    cases: [{ name: "set up" }],
    columns: {
      rate: ["calls a second", 0],
      cpu: ["CPU, µs a call", 1],
      p99: ["from dialling to hang-up p99, ms", 2]
    },
    rounds: quick ? 1 : 3,
    peers: IN_NODE,
    measure: (peer) => Server.with(peer, "hangUp", {}, (server) => measure(server, seconds))
  });
  return [table];
}

async function measure({ port, pid }, seconds) {
  const { calls, ms, time, usage } = await generate("setup", { port, pid, together: TOGETHER, "warm-up": seconds / 2, seconds });
  return { rate: (1000 * calls) / ms, cpu: (1000 * usage.cpuMs) / calls, p99: time.p99 };
}

module.exports = { run };
