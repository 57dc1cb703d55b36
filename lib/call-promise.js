"use strict";

/**
 * A promise of a call's, which never ends the process: a rejection that nobody waits for is given to
 * `report` instead. Who awaits it, or listens with `then` or `catch`, gets it as ever.
 */
class CallPromise extends Promise {
  #isAwaited = false;

  /** What is made of it is a plain promise, whose rejections are their maker's. */
  static get [Symbol.species]() {
    return Promise;
  }

  /** Of `promise`, with `report(error)` for what nobody awaits. */
  static of(promise, report) {
    const made = new CallPromise((resolve, reject) => promise.then(resolve, reject));
    super.prototype.then.call(made, undefined, (error) => {
      // Who awaits it does so in the turn in which it was made, or in that in which it rejects.
      setImmediate(() => {
        if (!made.#isAwaited) {
          report(error);
        }
      });
    });
    return made;
  }

  then(...handlers) {
    this.#isAwaited = true;
    return super.then(...handlers);
  }
}

module.exports = { CallPromise };
