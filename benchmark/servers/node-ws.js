"use strict";

// What one writes by hand for calls over WebSocket: each message is sent back.

const { WebSocketServer } = require("ws");
const { report } = require("./report.js");

const options = { port: 0, host: "127.0.0.1", perMessageDeflate: false };
const server = new WebSocketServer(options, () => report(server.address().port));
server.on("connection", (socket) => {
  socket.on("error", () => socket.terminate());
  socket.on("message", (message) => socket.send(message));
});
