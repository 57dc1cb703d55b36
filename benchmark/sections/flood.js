"use strict";

// Ten callers who send as fast as they can.

const { setTimeout: sleep } = require("node:timers/promises");
const { generate } = require("../generator.js");
const { ALL, BY_HAND, OURS } = require("../peers.js");
const { compare } = require("../rounds.js");
const { Server } = require("../server.js");

const SENDERS = 10;
const OTHERS = 20;

async function run({ quick }) {
  const rounds = quick ? 1 : 3;
  const ms = quick ? 1000 : 2000;
  return [await counted(rounds, ms), await writtenBack(rounds, ms)];
}

function counted(rounds, ms) {
  return compare({
    title: `Flood: frames that reach handlers, ${SENDERS} callers as fast as they can`,
    cases: [{ name: "counted" }],
    columns: { rate: ["million frames a second", 3], dropped: ["million dropped and counted", 3] },
    rounds,
    peers: ALL,
    measure: (peer) => Server.with(peer, "count", {}, (server) => countOnce(server, ms))
  });
}

async function countOnce(server, ms) {
  const flood = generate("flood", { port: server.port, calls: SENDERS, "warm-up": 0, seconds: (1.5 * ms) / 1000 });
  await sleep(ms / 2);
  const before = await server.ask();
  await sleep(ms / 2);
  const after = await server.ask();
  await flood;
  const perSecond = (count) => (count(after) - count(before)) / (after.at - before.at) / 1000;
  return { rate: perSecond(({ frames }) => frames), dropped: perSecond((counts) => counts.dropped ?? 0) };
}

/** The handler writes everything back, beside calls of the usual kind that must not notice. */
function writtenBack(rounds, ms) {
  return compare({
    title: `Flood written back: ${SENDERS} such callers beside ${OTHERS} quiet ones`,
    cases: [{ name: "written back" }],
    columns: {
      rate: ["million frames handled a second", 3],
      grown: ["memory grown, MB a second", 1],
      p99: ["the others' round trip p99, ms", 2],
      lost: ["the others' loss, %", 2]
    },
    rounds,
    peers: [OURS, BY_HAND],
    measure: (peer) => Server.with(peer, "flood", { pin: false }, (server) => writeBackOnce(server, ms)),
    fault: ({ vanished, corrupt }) => (vanished + corrupt > 0 ? `${vanished + corrupt} frames vanished` : null)
  });
}

async function writeBackOnce(server, ms) {
  const { port, pid } = server;
  const unbound = { pin: false };
  const flood = generate("flood", { port, pid, calls: SENDERS, "warm-up": 0.5, seconds: ms / 500 }, unbound);
  const others = generate("echo", { port, calls: OTHERS, "warm-up": 0.7, seconds: ms / 1000 }, unbound);
  const before = await server.ask();
  const { trip, lost, sent } = await others;
  const after = await server.ask();
  const { usage, corrupt } = await flood;
  return {
    rate: (after.frames - before.frames) / (after.at - before.at) / 1000,
    grown: (usage.resident - usage.residentBefore) / 1000 / (2 * ms),
    p99: trip.p99,
    lost: (100 * lost) / sent,
    vanished: after.vanished ?? 0,
    corrupt
  };
}

module.exports = { run };
