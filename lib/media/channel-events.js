"use strict";

/** ARI's events by the channel that they are about: one listener for each type, however many channels. */

const TYPES = ["StasisStart", "StasisEnd", "ChannelDestroyed", "ChannelLeftBridge", "ChannelDtmfReceived"];

class ChannelEvents {
  #watchers = new Map();

  constructor(ari) {
    for (const type of TYPES) {
      ari.on(type, (event) => this.#tell(event));
    }
  }

  /** `watcher(event)` hears of this channel, until what this gives is called. */
  watch(id, watcher) {
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0) {
        this.#watchers.delete(id);
      }
    };
  }

  #tell(event) {
    for (const watcher of [...(this.#watchers.get(event.channel?.id) ?? [])]) {
      watcher(event);
    }
  }
}

module.exports = { ChannelEvents };
