"use strict";

/** A channel that we have Asterisk make: known before it is there, and until it has ended. */

const { randomUUID } = require("node:crypto");

class OwnChannel {
  id = randomUUID();
  #unwatch;

  constructor(events) {
    let start;
    let go;
    /** Resolves when the channel is in our application. */
    this.started = new Promise((resolve) => (start = resolve));
    /** Resolves when the channel has left it. Of a snoop's end Asterisk tells no more than that. */
    this.ended = new Promise((resolve) => (go = resolve));
    this.#unwatch = events.watch(this.id, ({ type }) => {
      if (type === "StasisStart") {
        start();
      } else if (type === "StasisEnd" || type === "ChannelDestroyed") {
        go();
      }
    });
  }

  forget() {
    this.#unwatch();
  }
}

module.exports = { OwnChannel };
