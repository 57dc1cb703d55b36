"use strict";

const { kNumber } = require("./fork.js");
const { NumberMap } = require("./number-map.js");

/** Counts of a call that only grow, as its `stats()` names them. */
const CALL_COUNTS = [
  "framesIn",
  "bytesIn",
  "droppedFramesIn",
  "droppedBytesIn",
  "unknownKinds",
  "malformed",
  "fastAudioMs",
  "framesOut",
  "bytesOut",
  "lateFrames",
  "underruns"
];

/** The same of a fork. */
const FORK_COUNTS = [
  "framesSent",
  "bytesSent",
  "droppedFrames",
  "lateFrames",
  "messagesReceived",
  "bytesReceived",
  "droppedBytesBack",
  "reconnects"
];

/**
 * What many calls and their forks have carried: those that are over, whose counts are kept here, and
 * those that are not, which are asked.
 */
class Totals {
  /** The calls that are not over, by number: `{line, bornAt}`. */
  #calls = new NumberMap();
  #endedCalls = 0;
  #endedMs = 0;
  #callCounts = zeros(CALL_COUNTS);
  #forks = new NumberMap();
  #startedForks = 0;
  #failedForks = 0;
  #forkCounts = zeros(FORK_COUNTS);

  /** What the core counted before it last closed. */
  #before = { accepted: 0, calls: 0, acceptErrors: 0 };
  /** The same of connections that were turned away, by why. */
  #droppedBefore = {};
  /** Calls that the core let in and JavaScript did not, by why. */
  #refused = {};

  /** The lines of the calls that are not over. */
  get lines() {
    return this.#calls.values().map(({ line }) => line);
  }

  handleCall(line) {
    this.#calls.set(line.id, { line, bornAt: performance.now() });
  }

  handleCallEnded(line) {
    const call = this.#calls.get(line.id);
    if (call !== undefined) {
      this.#calls.delete(line.id);
      this.#endedCalls += 1;
      this.#endedMs += performance.now() - call.bornAt;
      add(this.#callCounts, line.counts());
    }
  }

  /** A connection that the core has counted as a call did not become one. */
  handleRefused(code) {
    this.#refused[code] = (this.#refused[code] ?? 0) + 1;
  }

  /** The core's server is gone, with what it counted. */
  handleClosed(counts, droppedByCode) {
    add(this.#before, counts);
    this.#droppedBefore = merged(this.#droppedBefore, droppedByCode);
  }

  /** What became of connections; `stats` is what the core counts since it last opened. */
  connections(stats) {
    const { accepted, calls, acceptErrors } = add({ ...this.#before }, stats);
    const droppedByCode = merged(this.#droppedBefore, byCode(stats), this.#refused);
    const { connections } = stats;
    return { connections, accepted, calls: calls - sum(this.#refused), dropped: sum(droppedByCode), droppedByCode, acceptErrors };
  }

  handleFork(fork) {
    this.#forks.set(fork[kNumber], fork);
    this.#startedForks += 1;
  }

  handleForkEnded(fork, error) {
    if (this.#forks.delete(fork[kNumber])) {
      this.#failedForks += error === undefined ? 0 : 1;
      add(this.#forkCounts, fork.stats());
    }
  }

  /** As `ServerMetrics` in index.d.ts describes it. */
  read() {
    const calls = this.lines.map((line) => line.counts());
    const audio = calls.reduce(add, { ...this.#callCounts });
    const forks = this.#forks.values().map((fork) => fork.stats()).reduce(add, { ...this.#forkCounts });
    return {
      activeCalls: calls.length,
      endedCalls: this.#endedCalls,
      endedMs: this.#endedMs,
      audio: { ...audio, queuedBytesOut: calls.reduce((bytes, { queuedBytesOut }) => bytes + queuedBytesOut, 0) },
      forks: { active: this.#forks.size, started: this.#startedForks, failed: this.#failedForks, ...forks }
    };
  }
}

/** What the core counts by code, as an object. */
function byCode({ droppedCodes, droppedCounts }) {
  return Object.fromEntries(droppedCodes.map((code, index) => [code, droppedCounts[index]]));
}

/** The sums of objects of counts, which may have different names. */
function merged(...all) {
  const sums = {};
  for (const [name, count] of all.flatMap((counts) => Object.entries(counts))) {
    sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

function sum(counts) {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}

function zeros(names) {
  return Object.fromEntries(names.map((name) => [name, 0]));
}

/** Adds to each of `sums` what `counts` has by its name. */
function add(sums, counts) {
  for (const name of Object.keys(sums)) {
    sums[name] += counts[name];
  }
  return sums;
}

module.exports = { Totals, byCode };
