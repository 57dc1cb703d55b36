"use strict";

// An archive for those who have none: takes calls over WebSocket, and says how much it got of each.
//
//   node examples/stand-ins/archive.js          waits on port 8082, or on PORT

const { WebSocketServer } = require("ws");

const server = new WebSocketServer({ port: Number(process.env.PORT ?? 8082), host: "127.0.0.1" });

server.on("connection", (socket) => {
  let metadata = {};
  let bytes = 0;
  socket.on("message", (data, isBinary) => {
    if (isBinary) {
      bytes += data.length;
    } else {
      metadata = JSON.parse(data);
    }
  });
  socket.on("error", (error) => console.error(error.message));
  socket.on("close", (code) => console.log("call", metadata.call, "has", bytes, "bytes, closed with", code));
});

server.on("listening", () => console.log("listening on port", server.address().port));
