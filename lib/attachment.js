"use strict";

const { refuse } = require("./socket-pipe.js");

const NOT_FOUND = "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/** The attachments of each HTTP server that has had any. */
const attachments = new WeakMap();

/**
 * Has `take(request, socket, head)` get the upgrades of an HTTP server, of one path or of all. Gives
 * what undoes that.
 *
 * Other paths are left to others who listen; where nobody else does, they are answered 404, for
 * Node leaves such sockets open.
 */
function attach(server, path, take) {
  if (!attachments.has(server)) {
    attachments.set(server, new Attachments(server));
  }
  return attachments.get(server).add({ path, take });
}

/**
 * Those who take upgrades of one HTTP server.
 *
 * Others who listen must not see what is taken: many of them, `ws` with `{server}` among these, answer
 * every path that is not theirs. An emitter gives an event to all its listeners, so the server's `emit`
 * is stood in for.
 */
class Attachments {
  #server;
  #takers = new Set();
  /** What the server emits with; null while nothing stands in for it. */
  #emitted = null;

  constructor(server) {
    this.#server = server;
  }

  add(taker) {
    if (this.#takers.size === 0) {
      this.#begin();
    }
    this.#takers.add(taker);
    return () => {
      if (this.#takers.delete(taker) && this.#takers.size === 0) {
        this.#end();
      }
    };
  }

  #begin() {
    this.#server.on("upgrade", this.#leftOver);
    if (this.#emitted === null) {
      this.#emitted = this.#server.emit;
      this.#server.emit = this.#emit;
    }
  }

  #end() {
    this.#server.off("upgrade", this.#leftOver);
    // Whoever stands in for ours calls it, and finds nobody who takes anything.
    if (this.#server.emit === this.#emit) {
      this.#server.emit = this.#emitted;
      this.#emitted = null;
    }
  }

  #emit = (event, ...args) => {
    const taker = event === "upgrade" && this.#takerOf(args[0]);
    if (taker) {
      taker.take(...args);
      return true;
    }
    return this.#emitted.call(this.#server, event, ...args);
  };

  #takerOf({ url }) {
    const [pathname] = url.split("?");
    return [...this.#takers].find(({ path }) => path === undefined || path === pathname);
  }

  /** Nobody of ours takes it. Node asks for a listener before it emits. */
  #leftOver = (request, socket) => {
    if (this.#server.listenerCount("upgrade") === 1) {
      refuse(socket, NOT_FOUND);
    }
  };
}

module.exports = { attach };
