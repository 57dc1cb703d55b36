"use strict";

const { Kind, engine, route, unroute } = require("./engine.js");

/** TCP's own question after a peer that says nothing, as for connections of the core's own. */
const KEEP_ALIVE_MS = 60_000;

/** How long a peer may take to read the last that it is told. */
const CLOSING_MS = 1000;

/** What is answered where the server has no place. */
const UNAVAILABLE = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

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
      // On this link, Node has the interface behind it.
      remoteAddress: socket.remoteAddress?.split("%")[0] ?? "0.0.0.0",
      remotePort: socket.remotePort ?? 0
    });
    if (typeof id === "number") {
      new SocketPipe(id, socket).#run();
    } else {
      refuse(socket, reply?.length > 0 ? reply : UNAVAILABLE);
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
    this.#socket.setKeepAlive?.(true, KEEP_ALIVE_MS);
    this.#socket
      .on("data", (bytes) => engine().pipeWrite(this.#id, bytes) || this.#socket.pause())
      .on("error", () => {})
      // An HTTP server's sockets stay open for writing when the peer has ended.
      .on("end", () => engine().pipeEnd(this.#id))
      .on("close", () => this.#end());
    this.#socket.resume();
    if (this.#socket.destroyed || this.#socket.readableEnded) {
      // It will not say so again.
      engine().pipeEnd(this.#id);
    }
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
      finish(this.#socket);
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

/** Says a last thing over HTTP. */
function refuse(socket, reply) {
  socket.on("error", () => {});
  finish(socket, reply);
  socket.resume?.();
}

/** Ends a socket with its last words. A peer that does not take them, or does not end, is cut off. */
function finish(socket, reply) {
  const late = setTimeout(() => socket.destroy(), CLOSING_MS);
  socket.once("close", () => clearTimeout(late));
  socket.end(reply);
}

module.exports = { SocketPipe, UNAVAILABLE, refuse };
