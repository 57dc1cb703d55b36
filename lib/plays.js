"use strict";

const { codedError, systemError } = require("./errors.js");
const { engine } = require("./engine.js");
const { Feeder } = require("./feeder.js");

let lastPlay = 0;

/** The plays of a call that have not settled, by number. */
class Plays {
  #id;
  #pending = new Map();

  /** `id` is the call's number. */
  constructor(id) {
    this.#id = id;
  }

  file(path) {
    return this.#begin({ path }, (play) => engine().playFile(this.#id, play, path, 0));
  }

  stream(source) {
    const feeder = new Feeder(source);
    const entry = { feeder };
    return this.#begin(entry, (play) => {
      if (!engine().playFed(this.#id, play, 0)) {
        return false;
      }
      feeder.start({
        feed: (bytes) => engine().feed(this.#id, play, bytes),
        end: (error) => {
          entry.failure = error;
          engine().feedEnd(this.#id, play);
        }
      });
      return true;
    });
  }

  /** A play's source is to bring more. */
  handleHungry(play) {
    this.#pending.get(play)?.feeder.resume();
  }

  /** A play has settled in the core; `failure` is why it could not be played to its end. */
  handleSettled(play, result, failure) {
    const { path, feeder, failure: sourceFailure, resolve, reject } = this.#pending.get(play);
    this.#pending.delete(play);
    feeder?.stop();
    if (failure) {
      reject(fileError(failure, path));
    } else if (sourceFailure) {
      reject(sourceFailure);
    } else {
      resolve(result);
    }
  }

  /** The call is over; so is every play, also those that the core never knew. */
  handleEnd() {
    for (const play of [...this.#pending.keys()]) {
      this.handleSettled(play, { completed: false, playedMs: 0 });
    }
  }

  /** Gives the Promise of a play that `start(number)` begins; false from it says the call is gone. */
  #begin(entry, start) {
    lastPlay = (lastPlay + 1) >>> 0;
    const play = lastPlay;
    return new Promise((resolve, reject) => {
      this.#pending.set(play, Object.assign(entry, { resolve, reject }));
      if (!start(play)) {
        this.handleSettled(play, { completed: false, playedMs: 0 });
      }
    });
  }
}

/** A file that could not be opened or read, as Node would put it. */
function fileError({ errno, syscall, message }, path) {
  if (errno === 0) {
    return Object.assign(codedError("ERR_NOT_A_FILE", `${message}: ${path}`), { path });
  }
  return systemError(errno, syscall, { path });
}

module.exports = { Plays };
