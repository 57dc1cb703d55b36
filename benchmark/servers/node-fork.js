"use strict";

// The fork one writes by hand: a WebSocket that is sent what comes once it is open.

const { WebSocket } = require("ws");

/** Sends what it is given to whom calls are forked, until `socket` is closed. */
function fork(socket) {
  const out = new WebSocket(process.env.FORKED_TO, { perMessageDeflate: false });
  out.on("error", () => out.terminate());
  socket.on("close", () => out.close());
  return (audio) => out.readyState === WebSocket.OPEN && out.send(audio);
}

module.exports = { fork };
