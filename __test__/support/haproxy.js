"use strict";

/** HAProxy with the configuration of deploy/haproxy, on a free port, before servers of a test's. */

const { spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");
const { eventually, once, within } = require("./wait.js");

const HOST = "127.0.0.1";
const CONFIG = path.join(__dirname, "../../deploy/haproxy/haproxy.cfg");
/** The descriptor that the child has of the socket that calls come to. */
const LISTENING_FD = 3;

/** Why there is no HAProxy here, or false. */
function whyNoHaproxy() {
  const { error, status } = spawnSync("haproxy", ["-v"]);
  return error || status !== 0 ? "needs haproxy, as Debian's package has it" : false;
}

/**
 * Starts it before `apps`, each `{ name, port, health }`. Gives the port for calls, and `states()`:
 * what HAProxy holds of each app, by name.
 */
async function startHaproxy(t, apps) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "haproxy-"));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, "haproxy.cfg");
  const socket = path.join(folder, "admin.sock");
  fs.writeFileSync(file, configuration(apps, socket, path.join(folder, "metrics.sock")));

  // The child has the socket itself, so that no other can take the port in between.
  const listener = net.createServer().listen(0, HOST);
  await once(listener, "listening");
  const { port } = listener.address();
  t.after(() => listener.close());
  const { fd } = listener._handle;
  const child = spawn("haproxy", ["-db", "-f", file], { stdio: ["ignore", "pipe", "pipe", fd] });
  listener.close();
  let said = "";
  child.stdout.on("data", (text) => (said += text));
  child.stderr.on("data", (text) => (said += text));
  const exited = new Promise((resolve) => child.once("exit", resolve));
  t.after(async () => {
    child.kill("SIGKILL");
    await within(exited, 5000, "HAProxy to end");
  });
  const states = () => statesOf(socket);
  const isUp = async () => {
    if (child.exitCode !== null) {
      throw new Error(`HAProxy ended: ${said}`);
    }
    const found = await states().catch(() => ({}));
    return apps.every(({ name }) => found[name] === "UP");
  };
  await eventually(isUp, 20_000, "HAProxy to find its servers");
  return { port, states };
}

/** The file of deploy/haproxy, with other addresses and servers: all else is as shipped. */
function configuration(apps, socket, metrics) {
  const servers = apps.map(({ name, port, health }) => `  server ${name} ${HOST}:${port} port ${health}`);
  const shipped = fs.readFileSync(CONFIG, "utf8");
  const lines = shipped.split("\n");
  const first = lines.findIndex((line) => /^ {2}server /.test(line));
  const others = lines.filter((line) => !/^ {2}server /.test(line));
  return [...others.slice(0, first), ...servers, ...others.slice(first)]
    .join("\n")
    .replace("bind :9092", `bind fd@${LISTENING_FD}`)
    .replace("bind 127.0.0.1:8404", `bind unix@${metrics}`)
    .replace("/run/haproxy/admin.sock", socket);
}

/** What the statistics say of each server: `UP`, `DOWN` and so on. */
async function statesOf(socket) {
  const text = await asked(socket, "show stat");
  const rows = text.split("\n").map((line) => line.split(","));
  const status = rows[0].indexOf("status");
  const servers = rows.filter(([proxy, name]) => proxy === "callstreams" && name !== "BACKEND");
  return Object.fromEntries(servers.map((row) => [row[1], row[status].split(" ")[0]]));
}

function asked(socket, command) {
  const answer = new Promise((resolve, reject) => {
    let text = "";
    net
      .connect(socket)
      .on("data", (bytes) => (text += bytes))
      .on("error", reject)
      .on("end", () => resolve(text))
      .end(`${command}\n`);
  });
  return within(answer, 5000, "HAProxy's statistics");
}

module.exports = { startHaproxy, whyNoHaproxy };
