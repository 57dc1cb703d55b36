"use strict";

/**
 * What the caller says, on its way into one Node Readable or Duplex.
 *
 * It listens to the call's `data` from the first read on. What the reader does not take waits here,
 * up to the call's `inboundLimit`; then the oldest goes, and is counted.
 */
class Inflow {
  /** Somebody has read. */
  isUsed = false;
  #call;
  #stream;
  /** Frames, the oldest first, and their bytes. */
  #waiting = [];
  #bytes = 0;
  #wanted = false;
  #over = false;

  /** `call` is the `NodeStreams` that `stream` belongs to. */
  constructor(call, stream) {
    this.#call = call;
    this.#stream = stream;
  }

  /** The reader wants more. */
  read() {
    this.#wanted = true;
    if (!this.isUsed && !this.#over) {
      this.#call.audio.on("data", this.#handleData);
    } else if (this.#waiting.length > 0 || this.#over) {
      // Not now: Node would join what comes during a read with what it reads.
      process.nextTick(() => this.#give());
    }
    this.isUsed = true;
  }

  /** No more audio comes. What waits can still be read. */
  handleCallEnd() {
    this.#over = true;
    this.#give();
  }

  /** The stream is gone. */
  stop() {
    this.#call.audio.off("data", this.#handleData);
    this.#wanted = false;
    this.#waiting = [];
    this.#bytes = 0;
  }

  #handleData = (pcm) => {
    if (this.#wanted && this.#waiting.length === 0) {
      this.#wanted = this.#stream.push(pcm);
    } else {
      this.#keep(pcm);
    }
  };

  #give() {
    while (this.#wanted && this.#waiting.length > 0) {
      const pcm = this.#waiting.shift();
      this.#bytes -= pcm.length;
      this.#wanted = this.#stream.push(pcm);
    }
    if (this.#wanted && this.#over) {
      this.#wanted = false;
      this.#stream.push(null);
    }
  }

  #keep(pcm) {
    // A copy, for the frame is part of a slab that all calls share.
    const copy = Buffer.allocUnsafeSlow(pcm.length);
    copy.set(pcm);
    this.#waiting.push(copy);
    this.#bytes += copy.length;
    while (this.#bytes > this.#call.line.inboundLimit && this.#waiting.length > 1) {
      const { length } = this.#waiting.shift();
      this.#bytes -= length;
      this.#call.handleDropped(length);
    }
  }
}

module.exports = { Inflow };
