"use strict";

const { FRAME_MS, encode } = require("./probe.js");

/** Further behind than this, frames are left out: to send them in a burst would measure the burst. */
const MAX_BEHIND_MS = 60;

/** Says the pattern on a call, a frame every 20 ms, against absolute deadlines. */
class Speaker {
  /** Frames that this process was too busy to send. */
  skipped = 0;
  #res;
  #meter;
  #number = 0;
  #due = 0;
  #timer = null;
  #failed;
  #failure;

  constructor(res, meter) {
    this.#res = res;
    this.#meter = meter;
    this.#failure = new Promise((resolve, reject) => {
      this.#failed = reject;
    });
    this.#failure.catch(() => {});
  }

  /** Begins. Gives what rejects when the call cannot be spoken to, and otherwise never settles. */
  start() {
    this.#due = performance.now();
    this.#speak();
    return this.#failure;
  }

  stop() {
    clearTimeout(this.#timer);
  }

  #speak() {
    const now = performance.now();
    const behind = Math.floor((now - this.#due) / FRAME_MS);
    if (behind * FRAME_MS > MAX_BEHIND_MS) {
      this.skipped += behind;
      this.#due += behind * FRAME_MS;
    }
    try {
      for (; this.#due <= now; this.#due += FRAME_MS) {
        this.#say();
      }
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#timer = setTimeout(() => this.#speak(), this.#due - performance.now());
  }

  #say() {
    const pcm = encode(this.#number, this.#res.sampleRate);
    const at = performance.now();
    this.#res.write(pcm);
    this.#meter.handleSent(this.#number, at);
    this.#number += 1;
  }
}

module.exports = { Speaker };
