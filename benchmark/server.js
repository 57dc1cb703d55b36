"use strict";

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const fs = require("node:fs");
const readline = require("node:readline");
const { SERVER_CORE, pinned } = require("./cores.js");
const { COMMANDS } = require("./peers.js");

/** A peer in a process of its own, which talks to us as `servers/report.js` does. */
class Server {
  #child;
  #answers;

  /** Starts a peer, gives it to `use`, and ends it whatever happens. See `start`. */
  static async with(peer, behaviour, options, use) {
    const server = await Server.start(peer, behaviour, options);
    try {
      return await use(server);
    } finally {
      await server.stop();
    }
  }

  /** `behaviour` is what it does with calls: `echo`, `play` and so on; `wire`, what they speak. */
  static async start(peer, behaviour, { env = {}, pin = true, wire = "audiosocket" } = {}) {
    const [command, ...args] = pinned([...COMMANDS[peer], behaviour, wire], pin ? SERVER_CORE : null);
    const stdio = ["pipe", "ignore", "inherit", "pipe"];
    const server = new Server(peer, spawn(command, args, { stdio, env: { ...process.env, ...env } }));
    server.port = (await server.#answer()).port;
    server.wire = wire;
    return server;
  }

  constructor(peer, child) {
    this.peer = peer;
    this.#child = child;
    this.#answers = readline.createInterface({ input: child.stdio[3] });
  }

  get pid() {
    return this.#child.pid;
  }

  /** Its counters now; "gc" first collects garbage. */
  async ask(question = "?") {
    this.#child.stdin.write(`${question}\n`);
    return this.#answer();
  }

  /** Kilobytes of memory that are in use, after garbage was collected. */
  async memory() {
    // Twice: what is finalized the first time is free the second time.
    await this.ask("gc");
    await this.ask("gc");
    const text = fs.readFileSync(`/proc/${this.pid}/smaps_rollup`, "utf8");
    return Number(/^Rss:\s+(\d+)/m.exec(text)[1]);
  }

  async stop() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill("SIGKILL");
      await once(this.#child, "exit");
    }
  }

  /** The server's next message; fails if it ends instead. */
  async #answer() {
    const over = new AbortController();
    const { signal } = over;
    const line = once(this.#answers, "line", { signal });
    const ended = once(this.#answers, "close", { signal });
    const first = await Promise.race([line, ended]);
    over.abort();
    await Promise.allSettled([line, ended]);
    if (first.length === 0) {
      throw new Error(`${this.peer} ended`);
    }
    return JSON.parse(first[0]);
  }
}

module.exports = { Server };
