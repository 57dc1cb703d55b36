"use strict";

const { AudioSocket, WebSocketAudio } = require("../..");
const { report } = require("./report.js");

const FRAME = 320;

const [behaviour, wire] = process.argv.slice(2);

const counts = { frames: 0, refused: 0 };

/** The calls of a flood, and how many frames of each were taken to be written back. */
const taken = new Map();

const behaviours = {
  echo: (res) => res.on("data", (pcm) => res.write(pcm)),
  play: (res) => res.play(process.env.PLAYED),
  count: (res) => {
    taken.set(res, 0);
    res.on("data", () => (counts.frames += 1));
  },
  flood: (res) => {
    taken.set(res, 0);
    res.on("data", (pcm) => writeBack(res, pcm)).on("end", () => taken.delete(res));
  },
  fork: (res) => res.fork(process.env.FORKED_TO),
  hangUp: (res) => res.hangup()
};

/** What is written faster than it can be heard is queued up to a bound, then refused. */
function writeBack(res, pcm) {
  counts.frames += 1;
  try {
    res.write(pcm);
    taken.set(res, taken.get(res) + 1);
  } catch {
    counts.refused += 1;
  }
}

/** Frames that were taken and neither left nor wait. Silence that left is none of them. */
function vanished() {
  const missing = [...taken].map(([res, frames]) => {
    const { bytesOut, queuedBytesOut } = res.stats();
    return Math.max(0, frames - (bytesOut + queuedBytesOut) / FRAME);
  });
  return missing.reduce((sum, frames) => sum + frames, 0);
}

/** Frames that came faster than the handler took them. */
function dropped() {
  return [...taken.keys()].reduce((sum, res) => sum + res.stats().droppedFramesIn, 0);
}

/** A server that forks a call says nothing on it. */
const silence = behaviour === "fork" ? "never" : undefined;
const server = wire === "websocket" ? new WebSocketAudio({ dialect: "raw" }) : new AudioSocket({ silence });
server.onConnection((req, res) => behaviours[behaviour](res));
server.listen(0, "127.0.0.1", () => report(server.address().port, () => ({ ...counts, vanished: vanished(), dropped: dropped() })));
