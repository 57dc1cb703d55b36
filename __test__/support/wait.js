"use strict";

/** Waiting with a bound: nothing in a test may wait for ever. Times in milliseconds. */

const DEFAULT_MS = 5000;
const POLL_MS = 2;

/** What `promise` settles to, or an error that says what did not come in time. */
function within(promise, ms = DEFAULT_MS, what = "what was awaited") {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The arguments of the emitter's next `event`, which may well be `error`. */
function once(emitter, event, ms = DEFAULT_MS) {
  let listener;
  const emitted = new Promise((resolve) => {
    listener = (...args) => resolve(args);
    emitter.once(event, listener);
  });
  const what = `the event "${String(event)}"`;
  return within(emitted, ms, what).finally(() => emitter.removeListener(event, listener));
}

/** For what has no event: asks until `probe` gives, or resolves to, something truthy, and gives that. */
async function eventually(probe, ms = DEFAULT_MS, what = String(probe)) {
  const deadline = performance.now() + ms;
  for (;;) {
    const value = await probe();
    if (value) {
      return value;
    }
    if (performance.now() > deadline) {
      throw new Error(`not within ${ms} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

module.exports = { eventually, once, within };
