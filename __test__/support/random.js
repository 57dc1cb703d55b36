"use strict";

/** Chance that can be had again: the same seed gives the same numbers. */

const { randomInt } = require("node:crypto");

const MAX_SEED = 2 ** 31;

/** The seed that `TEST_SEED` names, or a new one. */
function chooseSeed() {
  return Number(process.env.TEST_SEED ?? randomInt(MAX_SEED));
}

/** Whole numbers from `low` to `high`, both included (mulberry32). */
function randomSource(seed) {
  let state = seed >>> 0;
  return (low, high) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const fraction = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    return low + Math.floor(fraction * (high - low + 1));
  };
}

module.exports = { chooseSeed, randomSource };
