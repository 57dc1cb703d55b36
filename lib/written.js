"use strict";

const { BYTES_PER_SAMPLE } = require("./bytes.js");
const { engine } = require("./engine.js");
const { codedError } = require("./errors.js");
const outbox = require("./outbox.js");

/** What was written on a call: how much of it waits, and who is to wait for that. */
class Written {
  #rate;
  #options;
  /** Bytes that wait, at most. */
  #waiting = 0;
  /** Bytes that were ever written, at the rate of now. */
  #total = 0;
  #needsDrain = false;

  /** `id` is the call's number, `rate` its `Rate`. */
  constructor(id, rate, options) {
    this.id = id;
    this.#rate = rate;
    this.#options = options;
  }

  /** Bytes above which `write` gives false. */
  get highWater() {
    const seconds = Math.min(this.#options.highWaterMark, this.#options.outboundLimit);
    return seconds * this.#rate.hz * BYTES_PER_SAMPLE;
  }

  /** Queues `bytes`. True if there is room for more. */
  write(bytes) {
    const fits = this.#waiting + bytes.length <= this.highWater;
    if (fits && outbox.put(this, bytes)) {
      this.#waiting += bytes.length;
      this.#total += bytes.length;
      return true;
    }
    return this.#writeNow(bytes);
  }

  /** Bytes that have left or were cleared, where `queued` bytes wait. */
  gone(queued) {
    return this.#total - queued;
  }

  /** All that waited was dropped. */
  handleClear() {
    this.#waiting = 0;
  }

  /** The core has what was put for it; `waiting` bytes have not left. */
  handleWritten(waiting) {
    this.#waiting = waiting;
  }

  /** Each byte has become `ratio` bytes; `waiting` have not left. */
  handleRate({ waiting, ratio }) {
    this.#waiting = waiting;
    this.#total *= ratio;
  }

  /** The queue has drained. True if a writer waits for that. */
  handleDrain() {
    this.#waiting = Math.min(this.#waiting, this.highWater / 2);
    const needsDrain = this.#needsDrain;
    this.#needsDrain = false;
    return needsDrain;
  }

  #writeNow(bytes) {
    outbox.flush();
    const result = engine().write(this.id, bytes);
    if (result === -1) {
      throw codedError(
        "ERR_OUTBOUND_FULL",
        `More than ${this.#options.outboundLimit} s of audio would wait to be sent; nothing was queued`
      );
    }
    this.#total += bytes.length;
    this.#waiting = Math.floor(result / 2);
    const isAbove = result % 2 === 1;
    // Whoever was told to wait before still waits.
    this.#needsDrain ||= isAbove;
    return !isAbove;
  }
}

module.exports = { Written };
