"use strict";

/** Who listens to single objects of ARI: by what they are (see `instanceKey`), and by type of event. */

const { EventEmitter } = require("node:events");

class Audience {
  #emitters = new Map();

  on(key, type, listener) {
    this.#emitter(key).on(type, listener);
  }

  once(key, type, listener) {
    this.#emitter(key).once(type, listener);
  }

  remove(key, type, listener) {
    this.#emitters.get(key)?.removeListener(type, listener);
    this.#tidy(key);
  }

  /** All of an object's listeners, or those of one type. */
  removeAll(key, type) {
    if (type === undefined) {
      this.#emitters.delete(key);
    } else {
      this.#emitters.get(key)?.removeAllListeners(type);
      this.#tidy(key);
    }
  }

  emit(key, type, ...args) {
    this.#emitters.get(key)?.emit(type, ...args);
    this.#tidy(key);
  }

  has(key) {
    return this.#emitters.has(key);
  }

  /** The objects that are listened to. */
  get size() {
    return this.#emitters.size;
  }

  #emitter(key) {
    if (!this.#emitters.has(key)) {
      this.#emitters.set(key, new EventEmitter().setMaxListeners(0));
    }
    return this.#emitters.get(key);
  }

  #tidy(key) {
    if (this.#emitters.get(key)?.eventNames().length === 0) {
      this.#emitters.delete(key);
    }
  }
}

module.exports = { Audience };
