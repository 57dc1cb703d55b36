"use strict";

const { Kind, route, unroute } = require("./engine.js");

/** The core's words on a call that is over. */
const OVER = new Set([Kind.ENDING, Kind.END]);

/**
 * A call over AudioSocket that `authorize` is asked about: it is held by the core until there is an answer, its time
 * is up, or the call is over.
 */
class CallAuthorization {
  #id;
  #hooks;
  #timer;
  #isSettled = false;

  /**
   * `hooks.begin()` has the call begin, `hooks.refuse(code)` ends it, and `hooks.report(error)` hears of what goes
   * wrong in `authorize`.
   */
  constructor(id, hooks) {
    this.#id = id;
    this.#hooks = hooks;
  }

  /** Asks, for `timeout` milliseconds at most. */
  async ask(authorize, request, timeout) {
    route(this.#id, this);
    this.#timer = setTimeout(() => this.#refuse("ERR_HANDSHAKE_TIMEOUT"), timeout);
    try {
      if ((await authorize(request)) === true) {
        this.#settle(() => this.#hooks.begin());
      } else {
        this.#refuse("ERR_REFUSED");
      }
    } catch (error) {
      this.#refuse("ERR_REFUSED");
      this.#hooks.report(error);
    }
  }

  handleEvent(kind) {
    if (OVER.has(kind)) {
      this.#refuse("ERR_CLOSED_EARLY");
    }
  }

  #refuse(code) {
    this.#settle(() => this.#hooks.refuse(code));
  }

  #settle(act) {
    if (!this.#isSettled) {
      this.#isSettled = true;
      clearTimeout(this.#timer);
      unroute(this.#id);
      act();
    }
  }
}

module.exports = { CallAuthorization };
