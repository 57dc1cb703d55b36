"use strict";

const { Readable } = require("node:stream");
const { codedError } = require("./errors.js");

/** Bytes of a sample of both channels. */
const PAIR = 4;

/** Bytes that one side may wait for its reader: two seconds at 16 kHz. Then what comes is left out, and counted. */
const MOST_WAITING = 64 * 1024;

/**
 * The two voices of a call, each a Readable of its own: the caller's, and the one's who is called.
 * They end with the call; at once, if it is over.
 */
function split(stream, isOver) {
  if (stream.channels !== 2) {
    throw codedError("ERR_NOT_SUPPORTED", "The call has one channel; there is nothing to split");
  }
  const [caller, callee] = [new Side(), new Side()];
  const end = () => [caller, callee].forEach((side) => side.push(null));
  if (isOver) {
    end();
    return { caller, callee };
  }
  stream.on("data", (pcm) => {
    caller.give(pcm, 0);
    callee.give(pcm, PAIR / 2);
  });
  stream.once("end", end);
  return { caller, callee };
}

class Side extends Readable {
  /** Frames that were left out because nobody read. */
  droppedFrames = 0;

  _read() {}

  give(pcm, at) {
    if (this.destroyed || this.readableLength >= MOST_WAITING) {
      this.droppedFrames += 1;
      return;
    }
    const side = Buffer.allocUnsafe(pcm.length / 2);
    for (let from = at, to = 0; to < side.length; from += PAIR, to += 2) {
      side[to] = pcm[from];
      side[to + 1] = pcm[from + 1];
    }
    this.push(side);
  }
}

module.exports = { split };
