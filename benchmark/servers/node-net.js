"use strict";

// What one writes by hand: correct framing, nothing else.

const net = require("node:net");
const { report } = require("./report.js");

const HEADER = 3;
const AUDIO = 0x10;

const server = net.createServer({ noDelay: true }, (socket) => {
  let rest = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes) => {
    rest = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
    while (rest.length >= HEADER && rest.length >= HEADER + rest.readUInt16BE(1)) {
      const end = HEADER + rest.readUInt16BE(1);
      if (rest[0] === AUDIO) {
        socket.write(rest.subarray(0, end));
      }
      rest = rest.subarray(end);
    }
  });
});
server.listen(0, "127.0.0.1", () => report(server.address().port));
