"use strict";

const { Engine } = require("./native.js");
const { NumberMap } = require("./number-map.js");

/** What an event is; `src/events/event.rs` has the same list. */
const Kind = Object.freeze({
  AUDIO: 0,
  CONNECTION: 1,
  CONNECTED: 2,
  RATE: 3,
  DTMF: 4,
  PEER_ERROR: 5,
  ERROR: 6,
  WARNING: 7,
  DRAIN: 8,
  PLAYED: 9,
  HUNGRY: 10,
  ENDING: 11,
  END: 12,
  DROP: 13,
  CLOSED: 14,
  MARK: 15,
  SPEECH: 16,
  SILENCE: 17,
  RECORDED: 18,
  RECORDING_FAILED: 19,
  UPGRADE: 20,
  BEGUN: 21,
  MESSAGE: 22,
  RECONNECTED: 23,
  PIECE: 24,
  FORK_CONNECTED: 40,
  FORK_DISCONNECTED: 41,
  FORK_FAILED: 42,
  FORK_CLOSED: 43
});

const SLAB_BYTES = 64 * 1024;
const EVENTS_PER_DRAIN = 1024;
const WORDS = 3;
const WORD_BYTES = 4;
const KIND_SHIFT = 24;
const LENGTH_MASK = 0xffffff;

/** Drains in a row before Node's loop gets its turn. */
const DRAINS_PER_TURN = 16;

/** Longer than any process waits: the timer is there to be there. */
const FOREVER_MS = 2 ** 31 - 1;

/** Servers and calls by number: each has `handleEvent`, calls also `handleAudio`. */
const routes = new NumberMap();
/** Those of them that do not keep the process alive. */
const asides = new Set();
/** What has come of events that are longer than the slab, by number. */
const pieces = new Map();
const words = Buffer.allocUnsafeSlow(EVENTS_PER_DRAIN * WORDS * WORD_BYTES);
const word = new Uint32Array(words.buffer);
const afterDrain = [];

let native = null;
let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let at = 0;
let holders = 0;
/** The batch of events that is being delivered: where it lies, the next one, how many there are. */
let batch = slab;
let upNext = 0;
let batchEnd = 0;
let keepAlive = null;
/** Whom the event before went to. */
let lastId = -1;
let lastTarget;

/** The core of this environment, made at its first use. */
function engine() {
  native ??= new Engine(drain);
  return native;
}

/** Events of number `id` go to `target` until `unroute`. They keep the process alive, unless told not to. */
function route(id, target, isHolding = true) {
  routes.set(id, target);
  lastId = -1;
  if (isHolding) {
    keep();
  } else {
    asides.add(id);
  }
}

/** Number `id` keeps the process alive from now on: somebody waits for what comes of it. */
function hold(id) {
  if (asides.delete(id)) {
    keep();
  }
}

function keep() {
  holders += 1;
  keepAlive ??= setInterval(() => {}, FOREVER_MS);
}

function unroute(id) {
  lastId = -1;
  lastTarget = undefined;
  if (routes.delete(id) && !asides.delete(id) && --holders === 0) {
    clearInterval(keepAlive);
    keepAlive = null;
  }
}

/** Calls `done` after each drain's last event. */
function onDrained(done) {
  afterDrain.push(done);
}

function drain() {
  let more = true;
  for (let round = 0; more && round < DRAINS_PER_TURN; round += 1) {
    const result = native.drain(slab, at, words);
    const count = result >>> 1;
    more = (result & 1) === 1;
    deliver(count);
    if (more && count < EVENTS_PER_DRAIN) {
      // Views of the old slab may live on, so it is left to them.
      slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      at = 0;
    }
  }
  for (const done of afterDrain) {
    done();
  }
  if (more) {
    setImmediate(drain);
  }
}

function deliver(count) {
  const from = slab;
  batch = from;
  batchEnd = count;
  for (let index = 0; index < count; index += 1) {
    const id = word[index * WORDS];
    const what = word[index * WORDS + 1];
    const start = word[index * WORDS + 2];
    at = start + (what & LENGTH_MASK);
    upNext = index + 1;
    dispatch(id, what >>> KIND_SHIFT, from, start, at);
  }
}

/** What was drained for `id` and is not delivered yet: `{kind, bytes}` each, in order. */
function undelivered(id) {
  const found = [];
  for (let index = upNext * WORDS; index < batchEnd * WORDS; index += WORDS) {
    if (word[index] === id) {
      const start = word[index + 2];
      const bytes = batch.subarray(start, start + (word[index + 1] & LENGTH_MASK));
      found.push({ kind: word[index + 1] >>> KIND_SHIFT, bytes });
    }
  }
  return found;
}

function dispatch(id, kind, from, start, end) {
  const target = id === lastId ? lastTarget : targetOf(id);
  if (kind === Kind.AUDIO) {
    target?.handleAudio(from.subarray(start, end));
    return;
  }
  if (kind === Kind.PIECE) {
    keepPiece(id, Buffer.from(from.subarray(start, end)));
    return;
  }
  const fields = textOf(id, from, start, end).split("\n");
  if (kind === Kind.CONNECTION || kind === Kind.UPGRADE) {
    routes.get(Number(fields[0]))?.handleArrival(id, fields);
  } else {
    target?.handleEvent(kind, fields);
  }
}

/** Frames of one call often come behind each other. */
function targetOf(id) {
  lastTarget = routes.get(id);
  lastId = id;
  return lastTarget;
}

function keepPiece(id, piece) {
  const before = pieces.get(id);
  if (before === undefined) {
    pieces.set(id, [piece]);
  } else {
    before.push(piece);
  }
}

/** The text of an event, which may have come in pieces. */
function textOf(id, from, start, end) {
  const before = pieces.size === 0 ? undefined : pieces.get(id);
  if (before === undefined) {
    return from.utf8Slice(start, end);
  }
  pieces.delete(id);
  return Buffer.concat([...before, from.subarray(start, end)]).toString();
}

module.exports = { Kind, engine, hold, onDrained, route, undelivered, unroute };
