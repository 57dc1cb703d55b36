"use strict";

/** A channel that we have Asterisk make: known before it is there, and until it is gone. */

const { randomUUID } = require("node:crypto");

class OwnChannel {
  id = randomUUID();
  #unwatch;

  constructor(events) {
    let start;
    let go;
    /** Resolves when the channel is in our application. */
    this.started = new Promise((resolve) => (start = resolve));
    /** Resolves when the channel is no more. */
    this.gone = new Promise((resolve) => (go = resolve));
    this.#unwatch = events.watch(this.id, ({ type }) => {
      if (type === "StasisStart") {
        start();
      } else if (type === "ChannelDestroyed") {
        go(true);
      }
    });
  }

  /** Whether it is gone within `ms`. */
  async isGoneIn(ms) {
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, ms, false)));
    return Promise.race([this.gone, late]).finally(() => clearTimeout(timer));
  }

  forget() {
    this.#unwatch();
  }
}

module.exports = { OwnChannel };
