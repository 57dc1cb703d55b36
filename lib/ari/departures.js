"use strict";

/**
 * Channels that have left their application. What came in by the dialplan is not heard of again when
 * it is hung up, nor is what goes on there; so every now and then Asterisk is asked who is still up,
 * and the listeners of the others go.
 */

const SWEEP_MS = 30_000;

class Departures {
  #list;
  #forget;
  #sweepMs;
  #left = new Set();
  #timer;

  /** `list()` resolves to the ids of all channels; `forget(id)` is called for each that is gone. */
  constructor({ list, forget, sweepMs = SWEEP_MS }) {
    this.#list = list;
    this.#forget = forget;
    this.#sweepMs = sweepMs;
  }

  add(id) {
    this.#left.add(id);
    this.#wait();
  }

  /** Its end was heard of after all. */
  delete(id) {
    this.#left.delete(id);
  }

  /** Nothing more will be heard of any of them. */
  close() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#left.forEach((id) => this.#forget(id));
    this.#left.clear();
  }

  #wait() {
    this.#timer ??= setTimeout(() => this.#sweep(), this.#sweepMs).unref();
  }

  async #sweep() {
    const asked = [...this.#left];
    try {
      const present = new Set(asked.length > 0 ? await this.#list() : []);
      for (const id of asked.filter((one) => !present.has(one))) {
        this.#left.delete(id);
        this.#forget(id);
      }
    } catch {
      // Asterisk is away; the next time will tell.
    }
    this.#timer = undefined;
    if (this.#left.size > 0) {
      this.#wait();
    }
  }
}

module.exports = { Departures };
