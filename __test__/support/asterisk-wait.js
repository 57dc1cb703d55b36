"use strict";

/** Waiting with a bound: nothing in the Asterisk tests may wait for ever. */

const DEFAULT_MS = 10_000;
const POLL_MS = 20;

/** The value of `promise`, or an error that says what did not happen in time. */
function within(promise, what, ms = DEFAULT_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** For what offers no event: asks again until `probe` gives something truthy. */
async function until(probe, what, ms = DEFAULT_MS) {
  const deadline = Date.now() + ms;
  for (;;) {
    const value = await probe();
    if (value) {
      return value;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within ${ms} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

module.exports = { within, until };
