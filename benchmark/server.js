"use strict";

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const readline = require("node:readline");
const { SERVER_CORE, pinned } = require("./cores.js");
const { COMMANDS } = require("./peers.js");

/** A peer in a process of its own, which talks to us as `servers/report.js` does. */
class Server {
  #child;
  #answers;

  /** `behaviour` is what it does with calls: `echo`, `play` and so on. */
  static async start(peer, behaviour, { env = {}, pin = true } = {}) {
    const [command, ...args] = pinned([...COMMANDS[peer], behaviour], pin ? SERVER_CORE : null);
    const stdio = ["pipe", "ignore", "inherit", "pipe"];
    const server = new Server(peer, spawn(command, args, { stdio, env: { ...process.env, ...env } }));
    server.port = (await server.#answer()).port;
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

  async stop() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill("SIGKILL");
      await once(this.#child, "exit");
    }
  }

  /** The server's next message; fails if it ends instead. */
  async #answer() {
    const ended = once(this.#answers, "close").then(() => {
      throw new Error(`${this.peer} ended`);
    });
    const [line] = await Promise.race([once(this.#answers, "line"), ended]);
    return JSON.parse(line);
  }
}

module.exports = { Server };
