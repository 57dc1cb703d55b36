// A server per call: how long each takes to make, to bind and to close, and what it takes while open.

import fs from "node:fs";
import { once } from "node:events";
import net from "node:net";
import { createRequire } from "node:module";

const SERVERS = 1000;
const WARM_UP = 50;

const require = createRequire(import.meta.url);
const [peer] = process.argv.slice(2);

const makers = {
  callstreams: () => listening(new (require("../..").AudioSocket)()),
  "@fonoster/streams": () => {
    const made = new (require("@fonoster/streams").AudioSocket)();
    made.onConnection(() => {});
    made.listen(0, "127.0.0.1");
    return { ready: once(made.server, "listening"), close: () => closed(made.server) };
  },
  "Node net by hand": () => listening(net.createServer(() => {}))
};

function listening(server) {
  const ready = once(server, "listening");
  server.onConnection?.(() => {});
  server.listen(0, "127.0.0.1");
  return { ready, close: () => closed(server) };
}

function closed(server) {
  const gone = once(server, "close");
  server.close();
  return gone;
}

async function measure(count) {
  globalThis.gc();
  const before = resident();
  const begin = performance.now();
  const servers = Array.from({ length: count }, makers[peer]);
  await Promise.all(servers.map(({ ready }) => ready));
  const opened = performance.now();
  globalThis.gc();
  const kilobytes = (resident() - before) / count;
  const closing = performance.now();
  await Promise.all(servers.map(({ close }) => close()));
  const microseconds = (1000 * (opened - begin + performance.now() - closing)) / count;
  return { microseconds, kilobytes };
}

function resident() {
  return Number(/^Rss:\s+(\d+)/m.exec(fs.readFileSync("/proc/self/smaps_rollup", "utf8"))[1]);
}

await measure(WARM_UP);
console.log(JSON.stringify(await measure(SERVERS)));
