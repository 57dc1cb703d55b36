"use strict";

const { engine } = require("./engine.js");
const { Farewell } = require("./farewell.js");

/** Who listens to these and not to `data` is not to wait for audio that nobody takes. */
const ASIDE = new Set(["dtmf", "message", "reconnect", "warning", "speech", "silence"]);

/** Who listens to a call or may yet: what is held for them, and the end behind it. */
class Audience {
  #id;
  #stream = null;
  #isDismissed;
  #isOpen = false;
  #handlerRuns = false;
  #farewell = new Farewell(() => this.#isAwaited());

  /** `id` is the call's number; `isDismissed()` says that whoever has not listened yet will not. */
  constructor(id, isDismissed) {
    this.#id = id;
    this.#isDismissed = isDismissed;
  }

  /** The stream that is listened to. */
  attach(stream) {
    this.#stream = stream;
  }

  /** Lets go what is held. */
  open() {
    if (!this.#isOpen) {
      this.#isOpen = true;
      engine().open(this.#id);
    }
  }

  /** The user's handler is at work, and may not have listened to everything yet. */
  handleHandler(runs) {
    this.#handlerRuns = runs;
    this.#farewell.reconsider();
  }

  /** A listener was added. */
  handleListener(event) {
    if (event === "data") {
      this.open();
    } else if (ASIDE.has(event) && !this.#isOpen) {
      engine().openForControl(this.#id);
    }
    this.#farewell.reconsiderSoon();
  }

  /** It may have been dismissed. */
  reconsider() {
    this.#farewell.reconsider();
  }

  /** The call is over; `proceed`, the next step of that, waits for those who may yet listen. */
  takeLeave(proceed) {
    this.#farewell.begin(proceed);
  }

  /** Whether somebody may yet listen: the handler is still at work, or nobody listens to anything. */
  #isAwaited() {
    const stream = this.#stream;
    if (this.#isDismissed() || stream.listenerCount("data") > 0) {
      return false;
    }
    return this.#handlerRuns || stream.listenerCount("end") === 0;
  }
}

module.exports = { Audience };
