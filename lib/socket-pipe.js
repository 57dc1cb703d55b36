"use strict";

const { Kind, engine, route, unroute } = require("./engine.js");

/** A peer that leaves so many bytes lying is cut off. */
const MOST_UNSENT = 1024 * 1024;

/** A socket of Node's that a call is on: its bytes go to the core and come from there. */
class SocketPipe {
  #id;
  #socket;
  #isOver = false;

  /** Hands `socket`, which asks for a WebSocket with `request`, over to a server of the core's. */
  static take(server, request, socket, head) {
    const { id, reply } = engine().attach(server, {
      method: request.method,
      target: request.url,
      headers: request.rawHeaders,
      head,
      remoteAddress: socket.remoteAddress ?? "0.0.0.0",
      remotePort: socket.remotePort ?? 0
    });
    if (typeof id === "number") {
      new SocketPipe(id, socket).#run();
    } else {
      socket.on("error", () => {});
      socket.end(reply);
    }
  }

  constructor(id, socket) {
    this.#id = id;
    this.#socket = socket;
  }

  #run() {
    route(this.#id, this);
    this.#socket.setTimeout?.(0);
    this.#socket.setNoDelay?.(true);
    this.#socket
      .on("data", (bytes) => engine().pipeWrite(this.#id, bytes) || this.#socket.pause())
      .on("error", () => {})
      .on("close", () => this.#end());
    this.#socket.resume();
  }

  /** Bytes for the peer. */
  handleAudio(bytes) {
    this.#socket.write(bytes);
    if (this.#socket.writableLength > MOST_UNSENT) {
      this.#socket.destroy();
    }
  }

  handleEvent(kind) {
    if (kind === Kind.DRAIN) {
      this.#socket.resume();
    } else if (kind === Kind.END) {
      this.#socket.end();
      this.#socket.destroySoon?.();
      this.#end();
    }
  }

  #end() {
    if (!this.#isOver) {
      this.#isOver = true;
      engine().pipeEnd(this.#id);
      unroute(this.#id);
    }
  }
}

module.exports = { SocketPipe };
