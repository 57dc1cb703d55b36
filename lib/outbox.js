"use strict";

// What calls write in one turn of JavaScript, handed to the core together: at the end of a drain,
// in a microtask, or when there is no room for more.

const { engine, onDrained } = require("./engine.js");

const PCM_BYTES = 64 * 1024;
const MAX_WRITES = 1024;
const ENTRY_WORDS = 2;

const pcm = Buffer.allocUnsafeSlow(PCM_BYTES);
const entries = Buffer.allocUnsafeSlow(MAX_WRITES * ENTRY_WORDS * 4);
const entry = new Uint32Array(entries.buffer);
const lines = new Array(MAX_WRITES).fill(null);

let bytes = 0;
let writes = 0;

/** Copies `piece` for `line`. False if it is too long for this way. */
function put(line, piece) {
  if (piece.length > PCM_BYTES - bytes || writes === MAX_WRITES) {
    flush();
  }
  if (piece.length > PCM_BYTES) {
    return false;
  }
  if (writes === 0) {
    queueMicrotask(flush);
  }
  pcm.set(piece, bytes);
  entry[writes * ENTRY_WORDS] = line.id;
  entry[writes * ENTRY_WORDS + 1] = piece.length;
  lines[writes] = line;
  bytes += piece.length;
  writes += 1;
  return true;
}

/** Hands over what was put. Whatever else is asked of a call comes after it. */
function flush() {
  if (writes === 0) {
    return;
  }
  const count = writes;
  writes = 0;
  bytes = 0;
  engine().writeMany(pcm, entries, count);
  for (let index = 0; index < count; index += 1) {
    lines[index].handleWritten(entry[index * ENTRY_WORDS + 1]);
    lines[index] = null;
  }
}

onDrained(flush);

module.exports = { flush, put };
