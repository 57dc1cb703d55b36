"use strict";

const { OURS } = require("./peers.js");

/** A machine that stood still for a while looks like a fault of ours, which would come again. */
const TRIES = 3;

/**
 * A table of `peers` in each of `cases`. `measure(peer, case)` gives an object of figures, or null where
 * the peer cannot do that; `columns` names those of the table: a heading, and how many digits. The
 * first column is the one that is compared.
 *
 * Each peer is measured once a round, in turn, so that a change in the machine's speed meets them all.
 * `fault(figures)` says what is wrong with our own, if anything: then nothing is compared.
 */
async function compare({ title, cases, columns, rounds, peers, measure, fault = () => null }) {
  const table = { title, columns, rounds, rows: [], faults: [] };
  for (const { name, ...what } of cases) {
    const once = (peer) => measure(peer, what);
    const results = await inTurn(peers, rounds, (peer) => (peer === OURS ? faultless(once, fault) : once(peer)));
    for (const peer of peers) {
      if (results[peer].every((result) => result !== null)) {
        table.rows.push({ case: name, peer, figures: spreads(results[peer]) });
      }
    }
    const faults = results[OURS].map((result) => result && fault(result)).filter((text) => text !== null);
    table.faults.push(...faults.map((text) => `${name}: ${text}`));
  }
  return table;
}

/** Our own figures, measured again where something was wrong; what is wrong every time stays. */
async function faultless(measure, fault) {
  let result = null;
  for (let tries = 0; tries < TRIES; tries += 1) {
    result = await measure(OURS);
    if (result === null || fault(result) === null) {
      break;
    }
  }
  return result;
}

async function inTurn(peers, rounds, measure) {
  const results = Object.fromEntries(peers.map((peer) => [peer, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const peer of peers) {
      results[peer].push(await measure(peer));
    }
  }
  return results;
}

/** Of each figure over several rounds: the median, the least and the most. */
function spreads(results) {
  const spread = (name) => {
    const sorted = results.map((result) => result[name]).sort((a, b) => a - b);
    const middle = sorted.length / 2;
    const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
    return { median, min: sorted[0], max: sorted.at(-1) };
  };
  return Object.fromEntries(Object.keys(results[0]).map((name) => [name, spread(name)]));
}

module.exports = { compare };
