"use strict";

const { isCallOver } = require("./errors.js");

/** What becomes of a call that is here: the user's handler runs once, and its fault ends its call alone. */
class Reception {
  /** The user's; null before there is one. */
  handler = null;
  #faults;
  #warned = false;

  /** `faults` hears of what the handler throws. */
  constructor(faults) {
    this.#faults = faults;
  }

  /** `tell(request, stream)` tells the listeners of `connection`, and is null if there are none. */
  receive(line, request, stream, tell) {
    if (this.handler === null && tell === null) {
      this.#warn();
      stream.hangup();
      return;
    }
    tell?.(request, stream);
    line.handleHandler(true);
    const settled = () => line.handleHandler(false);
    const failed = (error) => {
      // A handler that waits for what the call's end breaks off has done nothing wrong.
      if (!isCallOver(error)) {
        this.#faults.handleThrow(error, stream);
      }
    };
    try {
      const result = this.handler?.(request, stream);
      if (typeof result?.then === "function") {
        result.then(settled, failed);
        return;
      }
    } catch (error) {
      failed(error);
    }
    settled();
  }

  #warn() {
    if (!this.#warned) {
      this.#warned = true;
      process.emitWarning("A call was hung up: the server has no connection handler", {
        code: "CALLSTREAMS_NO_HANDLER"
      });
    }
  }
}

module.exports = { Reception };
