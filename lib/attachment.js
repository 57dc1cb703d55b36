"use strict";

const { refuse } = require("./socket-pipe.js");

const NOT_FOUND = "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/** Our listeners of `upgrade`, and whether they take a path. */
const takers = new WeakMap();

/**
 * Has `take(request, socket, head)` get the upgrades of an HTTP server, of one path or of all. Gives
 * what undoes that.
 *
 * Other paths are left to others who listen; where nobody else does, they are answered 404, for
 * Node leaves such sockets open.
 */
function attach(server, path, take) {
  const takes = (pathname) => path === undefined || path === pathname;
  const upgrade = (request, socket, head) => {
    const [pathname] = request.url.split("?");
    if (takes(pathname)) {
      take(request, socket, head);
    } else if (isNobodys(server.listeners("upgrade"), upgrade, pathname)) {
      refuse(socket, NOT_FOUND);
    }
  };
  takers.set(upgrade, takes);
  server.on("upgrade", upgrade);
  return () => server.off("upgrade", upgrade);
}

/** All listeners are ours and none takes it; the first of them says so. */
function isNobodys(listeners, own, pathname) {
  return listeners[0] === own && listeners.every((listener) => takers.get(listener)?.(pathname) === false);
}

module.exports = { attach };
