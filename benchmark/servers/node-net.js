"use strict";

// What one writes by hand: correct framing, nothing else.

const net = require("node:net");
const { fork } = require("./node-fork.js");
const { play } = require("./node-player.js");
const { report } = require("./report.js");

const HEADER = 3;
const HANG_UP = Buffer.from([0, 0, 0]);
const UUID = 0x01;
const AUDIO = 0x10;

const counts = { frames: 0 };

/** What each call's audio is given to, where it is forked. */
const forks = new WeakMap();

/** What each does with a frame, header and all. */
const behaviours = {
  echo: (socket, frame) => frame[0] === AUDIO && socket.write(frame),
  play: (socket, frame) => frame[0] === UUID && play(socket),
  count: (socket, frame) => {
    counts.frames += frame[0] === AUDIO ? 1 : 0;
  },
  flood: (socket, frame) => {
    behaviours.count(socket, frame);
    behaviours.echo(socket, frame);
  },
  fork: (socket, frame) => {
    if (frame[0] === UUID) {
      forks.set(socket, fork(socket));
    } else if (frame[0] === AUDIO) {
      forks.get(socket)(frame.subarray(HEADER));
    }
  },
  hangUp: (socket, frame) => frame[0] === UUID && socket.end(HANG_UP)
};

const take = behaviours[process.argv[2]];

const server = net.createServer({ noDelay: true }, (socket) => {
  let rest = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes) => {
    rest = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
    while (rest.length >= HEADER && rest.length >= HEADER + rest.readUInt16BE(1)) {
      const end = HEADER + rest.readUInt16BE(1);
      take(socket, rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  });
});
server.listen(0, "127.0.0.1", () => report(server.address().port, () => counts));
