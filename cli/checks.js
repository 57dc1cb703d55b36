"use strict";

// What `doctor` looks at: each check gives `{name, status, message}`, and does not throw.

const { once } = require("node:events");
const net = require("node:net");
const { engines } = require("../package.json");
const { askAri } = require("./ari.js");
const { described, told } = require("./errors.js");
const { library } = require("./library.js");

const HOST = "127.0.0.1";
const FRAME = Buffer.alloc(320, 1);
const CALL_MS = 3000;

/** Runs all checks, in their order. `ari` is null where nobody said where it is. */
async function examine({ host, port, ari }) {
  const checks = [await check("Node", node), await check("native binary", native)];
  checks.push(await check(`port ${port}`, () => portIsFree(host, port)));
  if (checks[1].status === "ok") {
    checks.push(await check("a call to itself", callItself));
  }
  return ari === null ? checks : [...checks, ...(await askAri(ari))];
}

async function check(name, look) {
  try {
    return { name, status: "ok", message: await look() };
  } catch (error) {
    return { name, status: "failed", code: told(error).code, message: described(error) };
  }
}

function node() {
  const least = Number(/\d+/.exec(engines.node)[0]);
  if (Number(process.versions.node.split(".")[0]) < least) {
    const error = new Error(`${process.version} is too old: ${engines.node} is needed`);
    throw Object.assign(error, { code: "ERR_NODE_VERSION" });
  }
  return `${process.version} on ${process.platform}-${process.arch}`;
}

function native() {
  library();
  return "loads";
}

async function portIsFree(host, port) {
  const server = net.createServer();
  server.listen(port, host);
  await once(server, "listening");
  server.close();
  await once(server, "close");
  return `free on ${host}`;
}

/** A frame goes to an echo server of our own, and comes back. */
async function callItself() {
  const { AudioSocket } = library();
  const server = new AudioSocket();
  server.onConnection((req, res) => res.on("data", (pcm) => res.write(pcm)));
  server.on("error", () => {});
  try {
    server.listen(0, HOST);
    const began = performance.now();
    const res = await AudioSocket.connect({ host: HOST, port: server.address().port });
    const heard = once(res, "data", { signal: AbortSignal.timeout(CALL_MS) });
    res.write(FRAME);
    await heard;
    return `audio was back in ${(performance.now() - began).toFixed(1)} ms, dialling included`;
  } finally {
    await server.close();
  }
}

module.exports = { examine };
