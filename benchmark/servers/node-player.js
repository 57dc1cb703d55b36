"use strict";

// The player one writes by hand: one timer for all calls, absolute deadlines.

const fs = require("node:fs");

const FRAME = 320;
const FRAME_MS = 20;
const HEADER = Buffer.from([0x10, FRAME >> 8, FRAME & 0xff]);

/** Who plays, the soonest due first: all have the same period. */
const players = [];

let file = null;
let timer = null;

function play(socket) {
  file ??= fs.readFileSync(process.env.PLAYED);
  send({ socket, offset: 0, due: performance.now() });
  timer ??= setTimeout(tick, FRAME_MS);
}

function tick() {
  while (players.length > 0 && players[0].due <= performance.now()) {
    send(players.shift());
  }
  timer = players.length > 0 ? setTimeout(tick, players[0].due - performance.now()) : null;
}

/** The next frame; then it waits behind all others. */
function send({ socket, offset, due }) {
  socket.write(Buffer.concat([HEADER, file.subarray(offset, offset + FRAME)]));
  const next = { socket, offset: offset + FRAME, due: due + FRAME_MS };
  if (next.offset < file.length && !socket.destroyed) {
    players.push(next);
  }
}

module.exports = { play };
