"use strict";

const { codedError } = require("./errors.js");

/** Marks that may wait to be passed. */
const MAX_MARKS = 1024;

/** The marks of a call that have not been passed: the core knows numbers, the user names. */
class Marks {
  /** Made with the first: most calls have none. */
  #names = null;
  #last = 0;

  get hasRoom() {
    return this.#names === null || this.#names.size < MAX_MARKS;
  }

  /** Gives the number for a new mark. */
  add(name) {
    if (!this.hasRoom) {
      throw codedError("ERR_TOO_MANY_MARKS", `${MAX_MARKS} marks wait already`);
    }
    this.#names ??= new Map();
    this.#last = (this.#last + 1) >>> 0;
    this.#names.set(this.#last, name);
    return this.#last;
  }

  /** Gives the name of a mark that was passed. */
  take(mark) {
    const name = this.#names.get(mark);
    this.#names.delete(mark);
    return name;
  }
}

module.exports = { Marks };
