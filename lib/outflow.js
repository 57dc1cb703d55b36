"use strict";

const { BYTES_PER_SAMPLE } = require("./bytes.js");

/** Seconds of audio: the core gets as much as `highWaterMark` says, within these. */
const MOST_AHEAD = 1;
const LEAST_AHEAD = 0.1;

/** So much may be left, in seconds, where all has left but for rounding. */
const NEARLY = 0.001;

/** How soon a writer that waits may look again, and how soon it must. In milliseconds. */
const SOONEST_LOOK = 20;
const LATEST_LOOK = 250;

/**
 * What a Node Writable or Duplex is given, on its way to the caller.
 *
 * The core gets as much as it has room for, and more before that has left. Room is looked for, on a
 * timer: `drain` belongs to whoever calls `write`, and does not come for each of several writers.
 */
class Outflow {
  /** Something was written. */
  isUsed = false;
  #call;
  #stream;
  /** The chunk that is being written: what the core has not got of it, and the length of all of it. */
  #rest = null;
  #length = 0;
  /** Node's callback of the write, or of the end, that is in progress. */
  #done = null;
  /** Half a sample, until its other half comes. */
  #half = null;
  /** Bytes that the core has room for, as far as we know. */
  #credit = 0;
  /** Bytes that were cleared while they waited in the stream. */
  #cleared = 0;
  /** Bytes that have left the core when all has. */
  #goal = 0;
  #timer = null;

  /** `call` is the `NodeStreams` that `stream` belongs to. */
  constructor(call, stream) {
    this.#call = call;
    this.#stream = stream;
  }

  /** Calls `done` when the core has all of `chunk`. */
  write(chunk, done) {
    this.isUsed = true;
    if (this.#cleared > 0) {
      this.#cleared -= chunk.length;
      done();
      return;
    }
    this.#done = done;
    this.#length = chunk.length;
    this.#rest = this.#wholeSamples(chunk);
    this.#send();
  }

  /** Calls `done` when all that was written has left. Half a sample never does. */
  end(done) {
    const { line } = this.#call;
    this.#done = done;
    if (line.isOver || (line.isEnding && !this.isUsed)) {
      this.#settle();
    } else if (line.isEnding) {
      this.#call.cutOff(this.#stream);
    } else {
      const { gone, queued } = line.levels;
      this.#goal = gone + queued;
      this.#later(queued, () => this.#await(false));
      line.whenLeft(() => this.#settle());
    }
  }

  /** Whether Node waits for audio to leave. */
  get isPending() {
    return this.#done !== null || this.#stream.writableLength > 0;
  }

  /** All that has not left is forgotten, and what waits in the stream with it. */
  handleClear() {
    const current = this.#rest === null ? 0 : this.#length;
    this.#cleared = this.#stream.writableLength - current;
    this.#half = null;
    this.#settle();
  }

  /** A byte of what the core has got is now `ratio` bytes. */
  handleRate(ratio) {
    this.#goal *= ratio;
    this.#credit = 0;
  }

  /** The stream is gone. What the core has got is heard all the same. */
  stop(error) {
    this.#settle(error);
    this.#half = null;
  }

  #send() {
    const { line } = this.#call;
    if (!line.takes) {
      this.#call.cutOff(this.#stream);
      return;
    }
    const ahead = this.#ahead();
    if (this.#rest.length > this.#credit) {
      this.#credit = Math.max(0, ahead - line.levels.queued) & ~1;
    }
    try {
      this.#sendSome(line);
    } catch (error) {
      if (error.code !== "ERR_OUTBOUND_FULL" || line.levels.queued === 0) {
        this.#settle(error);
        return;
      }
      // Others have written until there was no room.
      this.#credit = 0;
    }
    if (this.#rest.length === 0) {
      this.#settle();
    } else {
      this.#later(ahead / 4, () => this.#send());
    }
  }

  #sendSome(line) {
    const piece = this.#rest.subarray(0, this.#credit);
    if (piece.length > 0) {
      line.write(piece);
      this.#credit -= piece.length;
      this.#rest = this.#rest.subarray(piece.length);
    }
  }

  /** Bytes that may be in the core. */
  #ahead() {
    const { line } = this.#call;
    const second = line.sampleRate * BYTES_PER_SAMPLE;
    return Math.min(Math.max(line.highWater, LEAST_AHEAD * second), MOST_AHEAD * second);
  }

  /**
   * Settles when so many bytes have left the core, a little later than `whenLeft` where that can
   * tell. Half a sample of another writer's never leaves, at whatever rate it was written. A call
   * that ends drops its audio a moment before we are told, so one look is not enough.
   */
  #await(isSecond) {
    const { line } = this.#call;
    const left = this.#goal - line.levels.gone;
    const hasLeft = left < line.sampleRate * BYTES_PER_SAMPLE * NEARLY;
    if (hasLeft && isSecond) {
      this.#settle();
    } else {
      this.#later(left, () => this.#await(hasLeft));
    }
  }

  /** Calls `next` in about the time that so many bytes take to play. */
  #later(bytes, next) {
    const ms = (bytes / (this.#call.line.sampleRate * BYTES_PER_SAMPLE)) * 1000;
    this.#timer = setTimeout(next, Math.min(Math.max(ms, SOONEST_LOOK), LATEST_LOOK));
  }

  #settle(error) {
    clearTimeout(this.#timer);
    const done = this.#done;
    this.#done = null;
    this.#rest = null;
    done?.(error);
  }

  #wholeSamples(chunk) {
    const bytes = this.#half === null ? chunk : Buffer.concat([this.#half, chunk]);
    const whole = bytes.length & ~1;
    // A copy, for the writer may use the chunk again.
    this.#half = whole < bytes.length ? Buffer.from(bytes.subarray(whole)) : null;
    return bytes.subarray(0, whole);
  }
}

module.exports = { Outflow };
