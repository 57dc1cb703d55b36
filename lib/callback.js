"use strict";

/** Promises for those who have callbacks: what the drop-ins of older packages give both ways. */

/** The promise, whose outcome `callback` is told too, where there is one: `(error)` or `(null, value)`. */
function tellCallback(promise, callback) {
  if (typeof callback === "function") {
    // Outside the promise: what a callback throws is its owner's uncaught exception, as ever.
    promise.then(
      (value) => process.nextTick(callback, null, value),
      (error) => process.nextTick(callback, error)
    );
  }
  return promise;
}

/** The arguments without a callback at their end, and that callback or undefined. */
function splitCallback(args) {
  const last = args.at(-1);
  return typeof last === "function" ? [args.slice(0, -1), last] : [args, undefined];
}

module.exports = { splitCallback, tellCallback };
