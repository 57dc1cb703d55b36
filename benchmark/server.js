"use strict";

const { fork } = require("node:child_process");
const { once } = require("node:events");
const path = require("node:path");

/** A server of `servers/`, in a process of its own. */
class Server {
  #child;

  static async start(name) {
    const stdio = ["ignore", "ignore", "inherit", "ipc"];
    const server = new Server(fork(path.join(__dirname, "servers", name), { stdio }));
    server.port = (await server.#answer()).port;
    return server;
  }

  constructor(child) {
    this.#child = child;
  }

  /** Milliseconds of processor time that the server has used. */
  async cpu() {
    this.#child.send("cpu");
    const { user, system } = await this.#answer();
    return (user + system) / 1000;
  }

  stop() {
    this.#child.kill();
  }

  /** The server's next message; fails if it ends instead. */
  async #answer() {
    const ended = once(this.#child, "exit").then(([code]) => {
      throw new Error(`${this.#child.spawnargs[1]} ended with ${code}`);
    });
    const [message] = await Promise.race([once(this.#child, "message"), ended]);
    return message;
  }
}

module.exports = { Server };
