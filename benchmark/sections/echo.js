"use strict";

// What callers hear of themselves: processor time a call, round trip, and what is lost.

const { generate } = require("../generator.js");
const { ALL } = require("../peers.js");
const { compare } = require("../rounds.js");
const { Server } = require("../server.js");

/** From here on server and load are not bound to a core each: together they need both. */
const UNBOUND = 2000;

/** A generator that is later than this, in milliseconds, has measured itself. */
const LATE = 10;

async function run({ quick }) {
  const calls = quick ? [100] : [1, 20, 100, 500, 1000, 2000];
  return [await echoes({ title: "Echo", peers: ALL, calls, quick })];
}

/** A table of echoes over a wire, of so many calls each. */
function echoes({ title, peers, calls, wire, quick }) {
  const seconds = quick ? 1 : 2;
  return compareEchoes({
    title: `${title}: so many calls, 50 frames a second each way, ${seconds} s`,
    cases: calls.map((count) => ({ name: `${count}`, calls: count })),
    peers,
    quick,
    measure: (peer, what) => {
      const pin = what.calls < UNBOUND;
      return Server.with(peer, "echo", { pin, wire }, (server) => echoOnce(server, { ...what, seconds }, { pin }));
    }
  });
}

/** A table of figures of `echoOnce`. */
function compareEchoes({ trip = "round trip", quick, ...table }) {
  return compare({
    columns: {
      cpu: ["CPU, ms per call and second", 3],
      p50: [`${trip} p50, ms`, 2],
      p99: ["p99, ms", 2],
      lost: ["lost, %", 2]
    },
    rounds: quick ? 1 : 3,
    fault: ({ wrong }) => (wrong > 0 ? `${wrong} frames were lost or changed` : null),
    ...table
  });
}

async function echoOnce({ peer, port, pid, wire }, options, { pin = true } = {}) {
  const { calls, seconds } = options;
  const result = await generate("echo", { port, pid, wire, ...options }, { pin });
  const { trip, late, usage, sent, lost, corrupt } = result;
  if (late.p99 > LATE) {
    const busy = (usage.loadCpuMs / seconds / 10).toFixed(0);
    console.error(`${peer}, ${calls} calls: the load was ${late.p99.toFixed(0)} ms late (p99), ${busy} % busy`);
  }
  return {
    cpu: usage.cpuMs / (calls * seconds),
    p50: trip.p50,
    p90: trip.p90,
    p99: trip.p99,
    max: trip.max,
    lost: (100 * lost) / sent,
    wrong: lost + corrupt
  };
}

module.exports = { compareEchoes, echoOnce, echoes, run };
