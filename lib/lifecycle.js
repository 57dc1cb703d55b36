"use strict";

/** How far a server is from its end, and who waits for that. */
class Lifecycle {
  /** `draining`: nobody new is let in; `closing`: the calls are being hung up. */
  #phase = "open";
  #ended = null;
  #finish = () => {};

  get isOpen() {
    return this.#phase === "open";
  }

  get isClosing() {
    return this.#phase === "closing";
  }

  /** True if it was open. */
  drain() {
    return this.isOpen && this.#go("draining");
  }

  /** True if it was not closing yet. */
  close() {
    return !this.isClosing && this.#go("closing");
  }

  /** Resolves when the server has closed. */
  whenEnded() {
    this.#ended ??= new Promise((resolve) => {
      this.#finish = resolve;
    });
    return this.#ended;
  }

  /** The server has closed, and may be opened again. Gives what tells those who wait. */
  begin() {
    const finish = this.#finish;
    this.#phase = "open";
    this.#ended = null;
    this.#finish = () => {};
    return finish;
  }

  #go(phase) {
    this.#phase = phase;
    return true;
  }
}

module.exports = { Lifecycle };
