"use strict";

// Calls over WebSocket, and calls over AudioSocket that are forked to one.

const { once } = require("node:events");
const net = require("node:net");
const { BY_NET_AND_WS, BY_WS, OURS } = require("../peers.js");
const { Server } = require("../server.js");
const { compareEchoes, echoOnce, echoes } = require("./echo.js");
const { perCall } = require("./memory.js");

const FORKED = 100;

async function run({ quick }) {
  const over = { peers: [OURS, BY_WS], wire: "websocket" };
  const [calls, open] = quick ? [[100], 500] : [[100, 500, 1000], 1000];
  return [
    await echoes({ title: "Echo over WebSocket", calls, quick, ...over }),
    await perCall({ title: "Memory over WebSocket", calls: open, rounds: quick ? 1 : 3, ...over }),
    await forks(quick)
  ];
}

/** What is said comes back on the fork, so that the load times the way there. */
function forks(quick) {
  const seconds = quick ? 1 : 2;
  return compareEchoes({
    title: `Forks: ${FORKED} calls over AudioSocket, each to a WebSocket, 50 frames a second, ${seconds} s`,
    cases: [{ name: `${FORKED}` }],
    trip: "way there",
    peers: [OURS, BY_NET_AND_WS],
    quick,
    measure: async (peer) => {
      const port = await freePort();
      const env = { FORKED_TO: `ws://127.0.0.1:${port}` };
      return Server.with(peer, "fork", { env }, (server) => echoOnce(server, { calls: FORKED, seconds, forks: port }));
    }
  });
}

/** One that nobody has: the load takes the forks there, and its server is told before the load begins. */
async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

module.exports = { run };
