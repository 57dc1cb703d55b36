"use strict";

const { codedError } = require("./errors.js");
const { between, completed } = require("./options.js");

const DEFAULTS = { timeout: 60_000 };
const RULES = { timeout: between(1, 2 ** 31 - 1) };

/**
 * The calls that a server was told to expect: what the application knows of each, by the UUID that
 * the call will say.
 *
 * Each is forgotten once: when its call comes, when its time is over, or when it is no longer wanted.
 */
class Expected {
  #max;
  #expire;
  #waiting = new Map();

  /** No more than `max` at once. `expire({ref, context})` hears of those whose call did not come. */
  constructor(max, expire) {
    this.#max = max;
    this.#expire = expire;
  }

  get size() {
    return this.#waiting.size;
  }

  has(ref) {
    return this.#waiting.has(keyOf(ref));
  }

  /** Expects a call, and gives the UUID that it is to say. */
  add(context, options) {
    const { timeout } = completed("options", options, DEFAULTS, RULES);
    if (this.#waiting.size >= this.#max) {
      throw codedError("ERR_TOO_MANY_EXPECTED", `${this.#max} calls are expected already`);
    }
    const ref = crypto.randomUUID();
    const timer = setTimeout(() => {
      this.#waiting.delete(ref);
      this.#expire({ ref, context });
    }, timeout);
    // Calls that might come are no reason to stay; the server that they would come to is.
    timer.unref();
    this.#waiting.set(ref, { ref, context, timer });
    return ref;
  }

  /** Takes the call that goes by one of these names: `{ref, context}`, or null if none is expected. */
  take(names) {
    if (this.#waiting.size === 0) {
      return null;
    }
    const found = names.map((name) => this.#waiting.get(keyOf(name))).find((entry) => entry);
    if (found === undefined) {
      return null;
    }
    const { ref, context, timer } = found;
    clearTimeout(timer);
    this.#waiting.delete(ref);
    return { ref, context };
  }

  /** No call will come any more. */
  expireAll() {
    for (const ref of [...this.#waiting.keys()]) {
      const expected = this.take([ref]);
      if (expected !== null) {
        this.#expire(expected);
      }
    }
  }
}

function keyOf(name) {
  return String(name).toLowerCase();
}

module.exports = { Expected };
