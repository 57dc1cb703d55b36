"use strict";

const { errorOf } = require("./errors.js");

/**
 * What goes wrong in a server's calls, and in the code that listens to them: counted, and told to those
 * who listen to the server's `error`. It ends nothing but the call that it came from.
 */
class Faults {
  /** Errors of calls that nobody listened to. */
  unhandled = 0;
  /** Times the user's code threw or rejected. */
  thrown = 0;
  #server;

  constructor(server) {
    this.#server = server;
  }

  /** A call failed, and nobody listens to its `error`. */
  handleUnheard(error, stream) {
    this.unhandled += 1;
    if (this.#server.listenerCount("error") > 0) {
      this.report(error, stream);
    }
  }

  /** The user's code threw or rejected: its call ends, everything else goes on. */
  handleThrow(error, stream) {
    this.thrown += 1;
    stream?.hangup();
    this.report(error, stream);
  }

  /** Gives what was thrown to the server's listeners; with none, or one that throws, a warning is given. */
  report(thrown, stream) {
    let error = errorOf(thrown);
    try {
      if (this.#server.listenerCount("error") > 0) {
        this.#server.emit("error", error, stream);
        return;
      }
    } catch (another) {
      error = errorOf(another);
    }
    process.emitWarning(error);
  }
}

module.exports = { Faults };
