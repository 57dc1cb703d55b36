"use strict";

/** A way to a port of the loopback that can be cut, without either end's knowing beforehand. */

const { once } = require("node:events");
const net = require("node:net");

class Proxy {
  #server;
  #sockets = new Set();
  isOpen = true;

  static async to(t, port) {
    const proxy = new Proxy(port);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    proxy.port = proxy.#server.address().port;
    t.after(() => {
      proxy.cut();
      proxy.#server.close();
    });
    return proxy;
  }

  constructor(port) {
    this.#server = net.createServer((near) => {
      if (!this.isOpen) {
        near.destroy();
        return;
      }
      const far = net.connect(port, "127.0.0.1");
      for (const [from, to] of [
        [near, far],
        [far, near]
      ]) {
        this.#sockets.add(from);
        from.on("error", () => to.destroy());
        from.on("close", () => this.#sockets.delete(from));
        from.pipe(to);
      }
    });
  }

  /** All connections break off; new ones get through, unless it is closed. */
  cut() {
    this.#sockets.forEach((socket) => socket.resetAndDestroy());
  }
}

module.exports = { Proxy };
