"use strict";

const { HOLD_MS } = require("./options.js");

/**
 * The last step of a call, which waits for whoever may not have listened yet.
 *
 * Audio that came before the first listener is held, and so is the end behind it: until
 * `isAwaited()` says that nobody is expected any more, and two seconds after the call's beginning
 * at most.
 */
class Farewell {
  #bornAt = performance.now();
  #isAwaited;
  #proceed = null;

  constructor(isAwaited) {
    this.#isAwaited = isAwaited;
  }

  /** The call is over; `proceed` is the next step of that. */
  begin(proceed) {
    this.#proceed = proceed;
    this.reconsider();
    if (this.#proceed !== null) {
      const left = HOLD_MS - (performance.now() - this.#bornAt);
      setTimeout(() => this.#finish(), left).unref();
    }
  }

  /** Somebody listens now, or will not. */
  reconsider() {
    const isYoung = performance.now() - this.#bornAt < HOLD_MS;
    if (!isYoung || !this.#isAwaited()) {
      this.#finish();
    }
  }

  /** The same, once all listeners are there: they are added in a row. */
  reconsiderSoon() {
    if (this.#proceed !== null) {
      setImmediate(() => this.reconsider());
    }
  }

  #finish() {
    const proceed = this.#proceed;
    this.#proceed = null;
    proceed?.();
  }
}

module.exports = { Farewell };
