"use strict";

const { engine } = require("./engine.js");

/** Numbers that the core gives of a call; `src/binding/results.rs` has them in the same order. */
const COUNTS = 14;

const counts = new Float64Array(COUNTS);
const bytes = Buffer.from(counts.buffer);

/** What the call of number `id` has carried, and how far its audio is; null where it is forgotten. */
function countsOf(id) {
  if (!engine().callCounts(id, bytes)) {
    return null;
  }
  return {
    stats: {
      framesIn: counts[0],
      bytesIn: counts[1],
      droppedFramesIn: counts[2],
      droppedBytesIn: counts[3],
      unknownKinds: counts[4],
      malformed: counts[5],
      fastAudioMs: counts[13],
      framesOut: counts[6],
      bytesOut: counts[7],
      queuedBytesOut: counts[8],
      lateFrames: counts[9],
      underruns: counts[10]
    },
    progress: { playedMs: counts[11], queuedMs: counts[12] }
  };
}

module.exports = { countsOf };
